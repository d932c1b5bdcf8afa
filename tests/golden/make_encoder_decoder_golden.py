"""Writes the golden values of the family transformer, as folders beside this script.

Run from anywhere: /usr/bin/python3 tests/golden/make_encoder_decoder_golden.py   (Debian's python3-torch)

transformer_<case>/  a tiny random model (config.json, model.safetensors), and stations.safetensors: `source` and `ids`
                     of its tokens and every station, computed in float64 from the formulas of Vaswani et al. 2017,
                     section 3, with the weights as the file holds them; `padded.*` with the last two source tokens
                     hidden. The logits are checked here against torch.nn.Transformer itself.
"""

import math

import torch
from make_encoders_golden import Random, write_case
from stacks import Stack
from torch import nn

NAMES = {
    "q": "self_attn.q",
    "k": "self_attn.k",
    "v": "self_attn.v",
    "o": "self_attn.out_proj",
    "attn_norm": "norm1",
    "up": "linear1",
    "down": "linear2",
    "mlp_norm": "norm2",
}
CROSS = {**{"cross_" + part: f"multihead_attn.{part}" for part in "qkv"}, "cross_o": "multihead_attn.out_proj"}
DECODER = {**NAMES, **CROSS, "cross_norm": "norm2", "mlp_norm": "norm3"}


def config(**more):
    return {
        "model_type": "transformer",
        "d_model": 12,
        "nhead": 3,
        "num_encoder_layers": 2,
        "num_decoder_layers": 1,
        "dim_feedforward": 19,
        "activation": "relu",
        "layer_norm_eps": 1e-5,
        "norm_first": False,
        "vocab_size": 31,
        "max_position_embeddings": 16,
        "position_embedding_type": "sinusoidal",
        **more,
    }


def random_weights(c):
    r, d, inner = Random(), c["d_model"], c["dim_feedforward"]
    bias = c.get("bias", True)

    def norm(name):
        r.norm(name, d)
        if not bias:
            del r.found[name + ".bias"]

    def attention(at):
        r.table(at + "in_proj_weight", 3 * d, d, scale=0.4)
        if bias:
            r.table(at + "in_proj_bias", 3 * d, scale=0.4)
        r.linear(at + "out_proj", d, d, bias)

    r.table("src_embed.weight", c["vocab_size"], d)
    if not c.get("share_embeddings"):
        r.table("tgt_embed.weight", c["vocab_size"], d)
    if not c.get("tie_word_embeddings"):
        r.table("generator.weight", c["vocab_size"], d)
    if c.get("generator_bias"):
        r.table("generator.bias", c["vocab_size"])
    if c["position_embedding_type"] == "learned":
        for side in ("src", "tgt"):
            r.table(side + "_pos.weight", c["max_position_embeddings"], d)
    for side, layers, norms in (("encoder", c["num_encoder_layers"], 2), ("decoder", c["num_decoder_layers"], 3)):
        at = f"transformer.{side}."
        for layer in range(layers):
            here = f"{at}layers.{layer}."
            attention(here + "self_attn.")
            if side == "decoder":
                attention(here + "multihead_attn.")
            r.linear(here + "linear1", d, inner, bias)
            r.linear(here + "linear2", inner, d, bias)
            for n in range(norms):
                norm(f"{here}norm{n + 1}")
        norm(at + "norm")
    return r.found


def split_maps(weights):
    """The weights with `in_proj` as its three maps q, k, v."""
    out = {}
    for name, tensor in weights.items():
        at, last = name.rpartition(".")[::2]
        if last.startswith("in_proj_"):
            for part, piece in zip("qkv", tensor.double().chunk(3)):
                out[f"{at}.{part}.{last[len('in_proj_'):]}"] = piece
        else:
            out[name] = tensor.double()
    return out


def positions(c, w, side, length):
    if c["position_embedding_type"] == "learned":
        return w[side + "_pos.weight"][:length]
    d = c["d_model"]
    angle = torch.arange(length, dtype=torch.float64)[:, None] / 10000 ** (torch.arange(0, d, 2, dtype=torch.float64) / d)
    return torch.stack([angle.sin(), angle.cos()], -1).flatten(1)


def embedded(c, w, side, ids, found, prefix):
    table = w["src_embed.weight" if side == "src" or c.get("share_embeddings") else "tgt_embed.weight"]
    scale = math.sqrt(c["d_model"]) if c.get("scale_embedding", True) else 1.0
    found[prefix + "embed"] = table[ids] * scale
    found[prefix + "pos_embed"] = positions(c, w, side, len(ids))
    return found[prefix + "embed"] + found[prefix + "pos_embed"]


def stations(c, weights, source, ids, padding=0):
    w, found = split_maps(weights), {}
    common = (c["nhead"], c["layer_norm_eps"], c["activation"], c["norm_first"], found)
    encoder, decoder = Stack(w, NAMES, *common, "encoder."), Stack(w, DECODER, *common, "decoder.")
    padded = torch.arange(len(source)) >= len(source) - padding
    x = embedded(c, w, "src", source, found, "encoder.")
    for layer in range(c["num_encoder_layers"]):
        x = encoder.block(layer, f"transformer.encoder.layers.{layer}.", x, padded.expand(len(source), len(source)))
    memory = found["encoder.ln_final"] = encoder.norm(x, "transformer.encoder.norm")
    x = embedded(c, w, "tgt", ids, found, "decoder.")
    future = torch.ones(len(ids), len(ids), dtype=torch.bool).triu(1)
    for layer in range(c["num_decoder_layers"]):
        at = f"transformer.decoder.layers.{layer}."
        x = decoder.block(layer, at, x, future, memory, padded.expand(len(ids), len(source)))
    x = found["decoder.ln_final"] = decoder.norm(x, "transformer.decoder.norm")
    table = w["src_embed.weight" if c.get("share_embeddings") else "tgt_embed.weight"]
    found["logits"] = x @ (table if c.get("tie_word_embeddings") else w["generator.weight"]).T
    if "generator.bias" in w:
        found["logits"] = found["logits"] + w["generator.bias"]
    return found


def check_against_torch(c, weights, source, ids, found, padding):
    """torch.nn.Transformer with these weights gives the same decoder output."""
    module = nn.Transformer(
        c["d_model"],
        c["nhead"],
        c["num_encoder_layers"],
        c["num_decoder_layers"],
        c["dim_feedforward"],
        dropout=0.0,
        activation=c["activation"],
        layer_norm_eps=c["layer_norm_eps"],
        norm_first=c["norm_first"],
    ).double()
    state = {name[len("transformer.") :]: w.double() for name, w in weights.items() if name.startswith("transformer.")}
    zeros = {name: torch.zeros_like(w) for name, w in module.state_dict().items() if name.endswith("bias")}
    module.load_state_dict({**zeros, **state})
    own = {}
    w = split_maps(weights)
    x, y = embedded(c, w, "src", source, own, ""), embedded(c, w, "tgt", ids, own, "")
    hidden = (torch.arange(len(source)) >= len(source) - padding)[None]
    out = module(
        x[:, None],
        y[:, None],
        tgt_mask=torch.ones(len(ids), len(ids), dtype=torch.bool).triu(1),
        src_key_padding_mask=hidden,
        memory_key_padding_mask=hidden,
    )
    torch.testing.assert_close(out[:, 0], found["decoder.ln_final"], rtol=1e-10, atol=1e-10)


def write_model(case, c, dtype=torch.float32):
    weights = {name: tensor.to(dtype) for name, tensor in random_weights(c).items()}
    source, ids = torch.randint(c["vocab_size"], (9,)), torch.randint(c["vocab_size"], (7,))
    found, padded = (stations(c, weights, source, ids, padding) for padding in (0, 2))
    for padding, some in ((0, found), (2, padded)):
        check_against_torch(c, weights, source, ids, some, padding)
    for name in ("encoder.blocks.0.attn.pattern", "decoder.blocks.0.cross.pattern", "logits"):
        found["padded." + name] = padded[name]
    write_case(f"transformer_{case}", c, weights, {**found, "source": source, "ids": ids})


def main():
    torch.manual_seed(20170612)
    torch.set_num_threads(1)
    write_model("f32", config())
    learned = {"position_embedding_type": "learned", "norm_first": True, "activation": "gelu", "scale_embedding": False}
    write_model("f16", config(num_decoder_layers=2, generator_bias=True, layer_norm_eps=0.02, **learned), torch.float16)
    tied = {"share_embeddings": True, "tie_word_embeddings": True, "bias": False}
    write_model("bf16", config(norm_first=True, num_encoder_layers=1, **tied), torch.bfloat16)


if __name__ == "__main__":
    main()
