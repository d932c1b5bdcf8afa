"""Writes the golden values of the families bert, distilbert, vit and deit, as folders beside this script.

Run from anywhere: /usr/bin/python3 tests/golden/make_encoders_golden.py   (Debian's python3-torch)

<case>/  a tiny random model (config.json, model.safetensors in Hugging Face's names), and stations.safetensors: its
         `ids` and `segments`, or its `image`, and every station, computed in float64 from the papers' formulas with the
         weights as the file holds them

Devlin et al. 2019, section 3; Sanh et al. 2019, section 3; Dosovitskiy et al. 2021, section 3.1; Touvron et al. 2021
(training data-efficient image transformers), section 4.
"""

import json
import os

import torch
from make_golden import HERE, write_safetensors
from stacks import ACTIVATIONS, Stack
from torch.nn import functional

BERT = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "o": "attention.output.dense",
    "attn_norm": "attention.output.LayerNorm",
    "up": "intermediate.dense",
    "down": "output.dense",
    "mlp_norm": "output.LayerNorm",
}
DISTILBERT = {
    "q": "attention.q_lin",
    "k": "attention.k_lin",
    "v": "attention.v_lin",
    "o": "attention.out_lin",
    "attn_norm": "sa_layer_norm",
    "up": "ffn.lin1",
    "down": "ffn.lin2",
    "mlp_norm": "output_layer_norm",
}
VIT = {
    **BERT,
    "q": "attention.attention.query",
    "k": "attention.attention.key",
    "v": "attention.attention.value",
    "attn_norm": "layernorm_before",
    "mlp_norm": "layernorm_after",
}


def bert_config(**more):
    return {
        "model_type": "bert",
        "vocab_size": 31,
        "max_position_embeddings": 16,
        "hidden_size": 12,
        "intermediate_size": 19,
        "num_hidden_layers": 2,
        "num_attention_heads": 3,
        "type_vocab_size": 2,
        "hidden_act": "gelu",
        "layer_norm_eps": 1e-12,
        **more,
    }


def distilbert_config(**more):
    return {
        "model_type": "distilbert",
        "vocab_size": 31,
        "max_position_embeddings": 16,
        "dim": 12,
        "hidden_dim": 19,
        "n_layers": 2,
        "n_heads": 3,
        "activation": "gelu",
        "sinusoidal_pos_embds": False,
        **more,
    }


def vit_config(**more):
    return {
        "model_type": "vit",
        "image_size": 8,
        "patch_size": 4,
        "num_channels": 3,
        "hidden_size": 12,
        "intermediate_size": 19,
        "num_hidden_layers": 2,
        "num_attention_heads": 3,
        "hidden_act": "gelu",
        "layer_norm_eps": 1e-12,
        "qkv_bias": True,
        "id2label": {str(n): f"kind {n}" for n in range(5)},
        **more,
    }


class Random:
    """Weights large enough that patterns are far from uniform and every gain and bias matters."""

    def __init__(self):
        self.found = {}

    def table(self, name, *shape, scale=0.5):
        self.found[name] = torch.randn(*shape) * scale

    def linear(self, name, inner, outer, bias=True):
        self.table(name + ".weight", outer, inner, scale=0.4)
        if bias:
            self.table(name + ".bias", outer, scale=0.4)

    def norm(self, name, width, words=("weight", "bias")):
        self.found[f"{name}.{words[0]}"] = 1 + torch.randn(width) * 0.3
        self.found[f"{name}.{words[1]}"] = torch.randn(width) * 0.3

    def blocks(self, names, at, layers, d, inner, qkv_bias=True, words=("weight", "bias")):
        for layer in range(layers):
            here = f"{at}{layer}."
            for part in "qkv":
                self.linear(here + names[part], d, d, qkv_bias)
            self.linear(here + names["o"], d, d)
            self.linear(here + names["up"], d, inner)
            self.linear(here + names["down"], inner, d)
            for part in ("attn_norm", "mlp_norm"):
                self.norm(here + names[part], d, words)


def text_weights(c, root, head, words=("weight", "bias")):
    """`root` and `head` as checkpoints name them; the family's own names follow from the config."""
    r = Random()
    bert = c["model_type"] == "bert"
    d = c["hidden_size" if bert else "dim"]
    at = root + "embeddings."
    r.table(at + "word_embeddings.weight", c["vocab_size"], d)
    r.table(at + "position_embeddings.weight", c["max_position_embeddings"], d)
    if bert:
        r.table(at + "token_type_embeddings.weight", c["type_vocab_size"], d)
    r.norm(at + "LayerNorm", d, words)
    layers, inner = (c["num_hidden_layers"], c["intermediate_size"]) if bert else (c["n_layers"], c["hidden_dim"])
    r.blocks(BERT if bert else DISTILBERT, block_root(c, root), layers, d, inner, words=words)
    head(r, c, root, d, words)
    return r.found


def block_root(c, root):
    return root + ("encoder.layer." if c["model_type"] == "bert" else "transformer.layer.")


def masked_head(r, c, root, d, words):
    if c["model_type"] == "bert":
        r.linear("cls.predictions.transform.dense", d, d)
        r.norm("cls.predictions.transform.LayerNorm", d, words)
        r.table("cls.predictions.bias", c["vocab_size"])
        if c.get("tie_word_embeddings") is False:
            r.table("cls.predictions.decoder.weight", c["vocab_size"], d)
    else:
        r.linear("vocab_transform", d, d)
        r.norm("vocab_layer_norm", d)
        r.table("vocab_projector.bias", c["vocab_size"])


def sequence_head(r, c, root, d, words):
    r.linear(root + "pooler.dense" if c["model_type"] == "bert" else "pre_classifier", d, d)
    r.linear("classifier", d, 4)


def token_head(r, c, root, d, words):
    r.linear("classifier", d, 4)


def no_head(r, c, root, d, words):
    pass


def text_stations(c, weights, root, ids, segments, padding=0):
    bert = c["model_type"] == "bert"
    w, found = {name: tensor.double() for name, tensor in weights.items()}, {}
    heads = c["num_attention_heads" if bert else "n_heads"]
    epsilon = c["layer_norm_eps"] if bert else 1e-12
    activation = c["hidden_act" if bert else "activation"]
    stack = Stack(w, BERT if bert else DISTILBERT, heads, epsilon, activation, False, found)
    at = root + "embeddings."
    x = found["embed"] = w[at + "word_embeddings.weight"][ids]
    found["pos_embed"] = w[at + "position_embeddings.weight"][: len(ids)]
    x = x + found["pos_embed"]
    if bert:
        found["token_type_embed"] = w[at + "token_type_embeddings.weight"][segments]
        x = x + found["token_type_embed"]
    x = stack.norm(x, at + "LayerNorm")
    hidden = (torch.arange(len(ids)) >= len(ids) - padding).expand(len(ids), len(ids))
    for layer in range(c["num_hidden_layers" if bert else "n_layers"]):
        x = stack.block(layer, f"{block_root(c, root)}{layer}.", x, hidden)
    text_logits(c, w, stack, root, x, found)
    return found


def text_logits(c, w, stack, root, x, found):
    bert = c["model_type"] == "bert"
    dense, norm = (
        ("cls.predictions.transform.dense", "cls.predictions.transform.LayerNorm")
        if bert
        else ("vocab_transform", "vocab_layer_norm")
    )
    if dense + ".weight" in w:
        activation = ACTIVATIONS[c["hidden_act" if bert else "activation"]]
        found["transform"] = stack.norm(activation(stack.linear(x, dense)), norm)
        own = w.get("cls.predictions.decoder.weight") if c.get("tie_word_embeddings") is False else None
        table = w[root + "embeddings.word_embeddings.weight"] if own is None else own
        found["logits"] = found["transform"] @ table.T + w["cls.predictions.bias" if bert else "vocab_projector.bias"]
    elif "pre_classifier.weight" in w:
        found["transform"] = functional.relu(stack.linear(x[:1], "pre_classifier"))
        found["logits"] = stack.linear(found["transform"], "classifier")
    elif root + "pooler.dense.weight" in w and "classifier.weight" in w:
        found["transform"] = torch.tanh(stack.linear(x[:1], root + "pooler.dense"))
        found["logits"] = stack.linear(found["transform"], "classifier")
    elif "classifier.weight" in w:
        found["logits"] = stack.linear(x, "classifier")


def image_weights(c, root, heads):
    r, d = Random(), c["hidden_size"]
    at, side = root + "embeddings.", c["patch_size"]
    tokens = (c["image_size"] // side) ** 2 + 1
    r.table(at + "cls_token", 1, 1, d)
    if c["model_type"] == "deit":
        r.table(at + "distillation_token", 1, 1, d)
        tokens += 1
    r.table(at + "position_embeddings", 1, tokens, d)
    r.table(at + "patch_embeddings.projection.weight", d, c["num_channels"], side, side, scale=0.2)
    r.table(at + "patch_embeddings.projection.bias", d)
    r.blocks(VIT, root + "encoder.layer.", c["num_hidden_layers"], d, c["intermediate_size"], c["qkv_bias"])
    r.norm(root + "layernorm", d)
    for head in heads:
        r.linear(head, d, len(c["id2label"]))
    return r.found


def image_stations(c, weights, root, image):
    w, found = {name: tensor.double() for name, tensor in weights.items()}, {}
    stack = Stack(w, VIT, c["num_attention_heads"], c["layer_norm_eps"], c["hidden_act"], True, found)
    at = root + "embeddings."
    projection = at + "patch_embeddings.projection."
    patches = functional.conv2d(
        image.double()[None], w[projection + "weight"], w[projection + "bias"], stride=c["patch_size"]
    )
    first = [w[at + name][0] for name in ("cls_token", "distillation_token") if at + name in w]
    x = found["embed"] = torch.cat([*first, patches[0].flatten(1).T])
    found["pos_embed"] = w[at + "position_embeddings"][0]
    x = x + found["pos_embed"]
    for layer in range(c["num_hidden_layers"]):
        x = stack.block(layer, f"{root}encoder.layer.{layer}.", x, torch.zeros(len(x), len(x), dtype=torch.bool))
    x = found["ln_final"] = stack.norm(x, root + "layernorm")
    if "distillation_classifier.weight" in w:
        both = stack.linear(x[:1], "cls_classifier") + stack.linear(x[1:2], "distillation_classifier")
        found["logits"] = both / 2
    elif "classifier.weight" in w:
        found["logits"] = stack.linear(x[:1], "classifier")
    return found


def write_case(case, c, weights, found, extra=None):
    folder = os.path.join(HERE, case)
    write_safetensors(os.path.join(folder, "model.safetensors"), {**weights, **(extra or {})})
    write_safetensors(os.path.join(folder, "stations.safetensors"), {name: x.float() for name, x in found.items()})
    with open(os.path.join(folder, "config.json"), "w", encoding="utf-8") as file:
        file.write(json.dumps(c, indent=1) + "\n")


def write_text(case, c, root, head, dtype=torch.float32, words=("weight", "bias"), extra=lambda w: {}):
    weights = {name: tensor.to(dtype) for name, tensor in text_weights(c, root, head, words).items()}
    ids, segments = torch.randint(c["vocab_size"], (9,)), torch.tensor([0, 0, 0, 0, 1, 1, 1, 1, 1])
    found = text_stations(c, weights, root, ids, segments)
    padded = text_stations(c, weights, root, ids, segments, padding=3)
    for name in ("blocks.1.attn.pattern", "logits"):
        if name in padded:
            found["padded." + name] = padded[name]
    write_case(case, c, weights, {**found, "ids": ids, "segments": segments}, extra(weights))


def write_image(case, c, root, heads, dtype=torch.float32):
    weights = {name: tensor.to(dtype) for name, tensor in image_weights(c, root, heads).items()}
    image = torch.randn(c["num_channels"], c["image_size"], c["image_size"])
    write_case(case, c, weights, {**image_stations(c, weights, root, image), "image": image})


def pretrained_extras(weights):
    """What published BERT files carry beside: the head that tells the next sentence, the tied map once more."""
    return {
        "cls.seq_relationship.weight": torch.randn(2, 12),
        "cls.seq_relationship.bias": torch.randn(2),
        "bert.pooler.dense.weight": torch.randn(12, 12),
        "bert.pooler.dense.bias": torch.randn(12),
        "cls.predictions.decoder.weight": weights["bert.embeddings.word_embeddings.weight"],
        "cls.predictions.decoder.bias": weights["cls.predictions.bias"],
    }


def main():
    torch.manual_seed(20261122)
    torch.set_num_threads(1)
    older = ("gamma", "beta")
    write_text("bert_f32", bert_config(), "bert.", masked_head, words=older, extra=pretrained_extras)
    untied = bert_config(tie_word_embeddings=False, hidden_act="gelu_new", type_vocab_size=3, layer_norm_eps=0.02)
    write_text("bert_f16", untied, "bert.", masked_head, torch.float16)
    labels = {"id2label": {str(n): f"label {n}" for n in range(4)}}
    write_text("bert_bf16", bert_config(hidden_act="relu", **labels), "bert.", sequence_head, torch.bfloat16)
    write_text("bert_tokens", bert_config(num_hidden_layers=2, **labels), "bert.", token_head)
    write_text("bert_base", bert_config(), "", no_head)
    write_text("distilbert_f32", distilbert_config(), "distilbert.", masked_head)
    write_text("distilbert_f16", distilbert_config(activation="relu", **labels), "distilbert.", sequence_head, torch.float16)
    write_image("vit_f32", vit_config(), "vit.", ["classifier"])
    grey = vit_config(num_channels=1, image_size=6, patch_size=2, qkv_bias=False, hidden_act="gelu_new", layer_norm_eps=0.02)
    write_image("vit_f16", grey, "vit.", ["classifier"], torch.float16)
    write_image("deit_f32", vit_config(model_type="deit"), "deit.", ["cls_classifier", "distillation_classifier"])
    write_image("deit_bf16", vit_config(model_type="deit", num_hidden_layers=1), "deit.", ["classifier"], torch.bfloat16)


if __name__ == "__main__":
    main()
