"""Writes a trained model as a folder in the Hugging Face layout, with PyTorch's own values of
every station beside it.

safetensors: 8 bytes little-endian length n, n bytes of JSON padded with spaces so that the data
begins at a multiple of 8, then the tensors without gaps
(https://github.com/huggingface/safetensors, README, "Format").
"""

import json
import math
import os
import struct

import numpy as np
import torch

import gpt2

DTYPES = {np.dtype("float16"): "F16", np.dtype("float32"): "F32"}
NUMPY = {name: dtype for dtype, name in DTYPES.items()}
REFERENCE_BYTES = 300_000  # a reference.json stays below this


def write_atomically(path, content):
    """`content` is bytes or text; a reader sees the old file or the new one."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    with open(path + ".new", "wb") as file:
        file.write(data)
    os.replace(path + ".new", path)


def safetensors_bytes(tensors):
    """{name: float16 or float32 array} -> the bytes of a safetensors file, tensors in the given order."""
    header, blobs, offset = {}, [], 0
    for name, array in tensors.items():
        blob = np.ascontiguousarray(array).tobytes()
        span = [offset, offset + len(blob)]
        header[name] = {"dtype": DTYPES[array.dtype], "shape": list(array.shape), "data_offsets": span}
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps(header, separators=(",", ":")).encode("utf-8")
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(blobs)


def read_safetensors(path):
    """{name: array} of a file with F16 and F32 tensors."""
    with open(path, "rb") as file:
        data = file.read()
    (length,) = struct.unpack("<Q", data[:8])
    header, body = json.loads(data[8 : 8 + length]), data[8 + length :]
    return {
        name: np.frombuffer(body[slice(*entry["data_offsets"])], NUMPY[entry["dtype"]]).reshape(entry["shape"])
        for name, entry in header.items()
        if name != "__metadata__"
    }


def config_dict(config, page):
    """config.json; `page` = {"title": {en, zh}, "languages": [...], "examples": [{text, lang}]}."""
    return {
        "model_type": "gpt2",
        "architectures": ["GPT2LMHeadModel"],
        "vocab_size": config.vocab_size,
        "n_positions": config.n_ctx,
        "n_embd": config.d_model,
        "n_layer": config.n_layers,
        "n_head": config.n_heads,
        "n_inner": config.n_inner,
        "activation_function": "gelu_new",
        "layer_norm_epsilon": config.layer_norm_epsilon,
        "tie_word_embeddings": True,
        "torch_dtype": "float16",
        "attention_playground": page,
    }


def config_of(folder):
    """The gpt2.Config of an exported folder."""
    with open(os.path.join(folder, "config.json"), encoding="utf-8") as file:
        found = json.load(file)
    sizes = [found[key] for key in ("vocab_size", "n_positions", "n_embd", "n_layer", "n_head")]
    return gpt2.Config(*sizes, layer_norm_epsilon=found["layer_norm_epsilon"], n_inner=found["n_inner"])


def load_model(folder):
    """The exported model, its F16 weights computed with in float32."""
    model = gpt2.GPT2(config_of(folder))
    weights = read_safetensors(os.path.join(folder, "model.safetensors"))
    model.load_state_dict({name: torch.from_numpy(array.astype(np.float32)) for name, array in weights.items()})
    return model.eval()


def tokenizer_dict(model, normalizer=None, pre_tokenizer=None, decoder=None, special=()):
    """tokenizer.json around one model. `special` = [(id, token)]: tokens that text never spells."""
    added = [
        {"id": index, "content": token, "single_word": False, "lstrip": False, "rstrip": False,
         "normalized": False, "special": True}
        for index, token in special
    ]  # fmt: skip
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": added,
        "normalizer": normalizer,
        "pre_tokenizer": pre_tokenizer,
        "post_processor": None,
        "decoder": decoder,
        "model": model,
    }


def character_tokenizer(characters, unknown="<unk>"):
    """One token a character: byte-pair encoding without merges. Id 0 is the unknown token, then
    the characters in the given order. The text is split into single characters first, so that
    encoding takes time proportional to its length."""
    vocabulary = {token: index for index, token in enumerate([unknown, *characters])}
    model = {
        "type": "BPE", "dropout": None, "unk_token": unknown, "continuing_subword_prefix": None,
        "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
        "vocab": vocabulary, "merges": [],
    }  # fmt: skip
    split = {"type": "Split", "pattern": {"Regex": "[\\s\\S]"}, "behavior": "Isolated", "invert": False}
    return tokenizer_dict(model, pre_tokenizer=split, decoder={"type": "Fuse"}, special=[(0, unknown)])


def word_tokenizer(words, unknown="[UNK]", lowercase=True):
    """One token a word: WordPiece whose vocabulary holds no word pieces. Id 0 is the unknown
    token. Chinese characters are set apart by spaces first, so each one is a word of its own;
    words and punctuation marks are split as BERT splits them."""
    vocabulary = {token: index for index, token in enumerate([unknown, *words])}
    model = {
        "type": "WordPiece", "unk_token": unknown, "continuing_subword_prefix": "##",
        "max_input_chars_per_word": 100, "vocab": vocabulary,
    }  # fmt: skip
    normalizer = {
        "type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True,
        "strip_accents": False, "lowercase": lowercase,
    }  # fmt: skip
    decoder = {"type": "WordPiece", "prefix": "##", "cleanup": False}
    return tokenizer_dict(model, normalizer, {"type": "BertPreTokenizer"}, decoder, [(0, unknown)])


def rounded(values):
    """Floats as JSON data: 7 significant digits, -inf as null."""
    return [None if math.isinf(value) else float(f"{value:.7g}") for value in values.tolist()]


def stride_for(size, cells):
    """1 if a station of `size` numbers is kept whole, else the smallest prime that leaves at
    most `cells` of them and does not divide the size, so that every axis is visited all over."""
    stride = -(-size // cells)
    if stride == 1:
        return 1
    while size % stride == 0 or any(stride % factor == 0 for factor in range(2, math.isqrt(stride) + 1)):
        stride += 1
    return stride


def station_entry(array, cells):
    """{"shape", "data"}; a large station keeps every `stride`-th number of the flattened array
    and "norm", the root of the sum of all squares (of the finite numbers)."""
    flat, stride = array.reshape(-1), stride_for(array.size, cells)
    entry = {"shape": list(array.shape), "data": rounded(flat[::stride])}
    if stride > 1:
        finite = flat[np.isfinite(flat)].astype(np.float64)
        entry.update(stride=stride, norm=float(f"{np.sqrt((finite * finite).sum()):.7g}"))
    return entry


def reference_input(model, text, ids, cells):
    """PyTorch's float32 logits and stations for one input; `logits` stands beside the stations."""
    found = {name: value.float().numpy() for name, value in model.stations(ids).items()}
    entries = {name: station_entry(value, cells) for name, value in sorted(found.items())}
    return {"text": text, "ids": list(map(int, ids)), "logits": entries.pop("logits"), "stations": entries}


def reference_text(model, inputs, cells):
    """reference.json of a model. `inputs` = [(text, ids)]; `cells`: the most numbers kept of
    one station. Raises ValueError when it outgrows REFERENCE_BYTES."""
    entries = [reference_input(model, text, ids, cells) for text, ids in inputs]
    text = json.dumps({"inputs": entries}, ensure_ascii=False, separators=(",", ":")) + "\n"
    if len(text.encode("utf-8")) > REFERENCE_BYTES:
        raise ValueError(f"reference.json would take {len(text)} of {REFERENCE_BYTES} bytes; keep fewer inputs or cells")
    return text


def half_weights(model):
    return {name: tensor.detach().cpu().numpy().astype(np.float16) for name, tensor in model.state_dict().items()}


def half_rounded(model):
    """A float32 copy, on the CPU, whose weights are what the exported file will hold."""
    copy = gpt2.GPT2(model.config)
    copy.load_state_dict({name: torch.from_numpy(array.astype(np.float32)) for name, array in half_weights(model).items()})
    return copy.eval()


def json_text(value):
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def export_model(folder, model, tokenizer, page, inputs, cells=1_000_000, measure=None):
    """Writes config.json, tokenizer.json, model.safetensors (F16), reference.json and figures.json.

    Everything is computed before the first file is touched, so that the folder never holds the
    parts of two exports for longer than it takes to write them. `page`: see config_dict;
    `inputs`, `cells`: see reference_text; `measure(rounded_model)` -> the held-out figures,
    which are returned."""
    rounded_model = half_rounded(model)
    figures = measure(rounded_model) if measure else {}
    files = {
        "config.json": json_text(config_dict(model.config, page)),
        "tokenizer.json": json_text(tokenizer),
        "model.safetensors": safetensors_bytes(half_weights(model)),
        "reference.json": reference_text(rounded_model, inputs, cells),
    }
    if figures:
        files["figures.json"] = json_text(figures)
    os.makedirs(folder, exist_ok=True)
    for name, content in files.items():
        write_atomically(os.path.join(folder, name), content)
    return figures


def quote_figures(readme, figures, lines):
    """Puts `lines` (text with {name} for a figure) between the README's two figure marks.

    Raises ValueError when the marks are missing."""
    begin, end = "<!-- figures: written by make.py -->", "<!-- end of figures -->"
    with open(readme, encoding="utf-8") as file:
        text = file.read()
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"{readme}: no figure marks {begin} ... {end}")
    write_atomically(readme, f"{before}{begin}\n{lines.format(**figures).strip()}\n{end}{after}")


def print_figures(figures):
    print(f"figures: {json.dumps(figures, ensure_ascii=False)}", flush=True)
