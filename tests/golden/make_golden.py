"""Writes the golden values that tests/core compares with, as safetensors files beside this script.

Run from anywhere: /usr/bin/python3 tests/golden/make_golden.py   (Debian's python3-torch)

layers.safetensors     norms, activations, softmax, a feed-forward layer, position tables: `<layer>.<argument>`
attention.safetensors  one attention per name in `attention_cases`: `<case>.q`, ..., `<case>.pattern`, `<case>.z`
encoder.safetensors    nn.TransformerEncoderLayer, weights as (in, out): `<case>.x`, `<case>.w_qkv`, ..., `<case>.y`
gpt2_<case>/           a tiny random GPT-2 as a folder (config.json, model.safetensors), and stations.safetensors:
                       its `ids` and every station that PyTorch computes with the weights as the file holds them
"""

import json
import math
import os
import struct
import sys

import torch
from torch.nn import functional

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../demos/training"))
import gpt2  # noqa: E402

DTYPES = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16"}


def write_safetensors(path, tensors):
    """{name: float tensor} -> a safetensors file, tensors in the given order."""
    header, blobs, offset = {}, [], 0
    for name, tensor in tensors.items():
        blob = tensor.detach().contiguous()
        words = blob.view(torch.int16 if blob.element_size() == 2 else torch.int32) if blob.dim() else blob
        blobs.append(words.numpy().tobytes())
        span = [offset, offset + len(blobs[-1])]
        header[name] = {"dtype": DTYPES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": span}
        offset = span[1]
    text = json.dumps(header, separators=(",", ":")).encode("utf-8")
    text += b" " * (-len(text) % 8)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def attention(q, k, v, causal=False, past=0, softcap=0.0, scale=None, added=None, allowed=None):
    """One attention in the order scale, softcap, masks, softmax; every array it needs and gives, by name.

    q (heads, queries, d_head); k, v (key heads, keys, ...), key heads shared by groups of query heads.
    A fully masked row becomes zeros."""
    group = q.shape[0] // k.shape[0]
    keys, values = k.repeat_interleave(group, 0), v.repeat_interleave(group, 0)
    scores = q @ keys.transpose(-1, -2) * (scale or 1 / math.sqrt(q.shape[-1]))
    if softcap:
        scores = softcap * torch.tanh(scores / softcap)
    if causal:
        seen = torch.arange(keys.shape[1])[None, :] <= past + torch.arange(q.shape[1])[:, None]
        scores = scores.masked_fill(~seen, -math.inf)
    if added is not None:
        scores = scores + added
    if allowed is not None:
        scores = scores.masked_fill(allowed == 0, -math.inf)
    pattern = scores.softmax(-1).nan_to_num(0.0)
    found = {"q": q, "k": k, "v": v, "scores": scores, "pattern": pattern, "z": pattern @ values}
    for name, value in (("added", added), ("allowed", allowed)):
        if value is not None:
            found[name] = value
    for name, value in (("past", past), ("softcap", softcap), ("scale", scale or 0.0)):
        found[name] = torch.tensor([float(value)])
    return found


def attention_cases():
    """{case: arrays}; names that begin with "causal" are causal, the others bidirectional."""

    def arrays(heads, queries, keys, d_head, key_heads=None, d_v=None):
        key_heads = key_heads or heads
        return (
            torch.randn(heads, queries, d_head) * 2,
            torch.randn(key_heads, keys, d_head) * 2,
            torch.randn(key_heads, keys, d_v or d_head),
        )

    allowed = (torch.rand(6, 9) > 0.4).float()
    allowed[2] = 0
    added = torch.randn(5, 7)
    added[1, 3] = -math.inf
    return {
        "bidirectional": attention(*arrays(2, 5, 7, 6)),
        "bidirectional_wide_values": attention(*arrays(3, 4, 4, 5, d_v=11)),
        "bidirectional_softcap": attention(*arrays(2, 6, 6, 8), softcap=1.5),
        "bidirectional_scale": attention(*arrays(1, 9, 3, 4), scale=0.3),
        "bidirectional_added": attention(*arrays(2, 5, 7, 4), added=added),
        "bidirectional_allowed": attention(*arrays(2, 6, 9, 4), allowed=allowed),
        "causal": attention(*arrays(3, 10, 10, 4), causal=True),
        "causal_fewer_keys": attention(*arrays(1, 6, 4, 4), causal=True),
        "causal_past": attention(*arrays(2, 3, 11, 4), causal=True, past=8),
        "causal_grouped": attention(*arrays(6, 7, 7, 4, key_heads=2), causal=True),
        "causal_softcap_allowed": attention(*arrays(2, 6, 9, 4), causal=True, past=3, softcap=2.0, allowed=allowed),
    }


def layers():
    x, gain, bias = torch.randn(3, 21) * 3, torch.randn(21), torch.randn(21)
    up, up_bias = torch.randn(21, 13) / 4, torch.randn(13)
    down, down_bias = torch.randn(13, 21) / 4, torch.randn(21)
    ramp = torch.linspace(-9, 9, 61)
    position, pair = torch.arange(17.0, dtype=torch.float64)[:, None], torch.arange(0, 10, 2, dtype=torch.float64)
    angle = position / 10000 ** (pair / 10)
    sinusoidal = torch.stack([angle.sin(), angle.cos()], -1).flatten(1).float()
    turn = torch.polar(torch.ones_like(angle), angle)
    rows = torch.randn(17, 10)
    turned = torch.complex(rows[:, :5].double(), rows[:, 5:].double()) * turn
    return {
        "layer_norm.x": x,
        "layer_norm.gain": gain,
        "layer_norm.bias": bias,
        "layer_norm.y": functional.layer_norm(x, (21,), gain, bias, 1e-5),
        "rms_norm.y": x / (x.pow(2).mean(-1, keepdim=True) + 1e-6).sqrt() * gain,
        "activation.x": ramp,
        "activation.gelu_tanh": functional.gelu(ramp, approximate="tanh"),
        "activation.gelu_erf": functional.gelu(ramp),
        "activation.silu": functional.silu(ramp),
        "softmax.y": x.softmax(-1),
        "feed_forward.up": up,
        "feed_forward.up_bias": up_bias,
        "feed_forward.down": down,
        "feed_forward.down_bias": down_bias,
        "feed_forward.y": functional.gelu(x @ up + up_bias, approximate="tanh") @ down + down_bias,
        "sinusoidal.table": sinusoidal,
        "rotary.x": rows,
        "rotary.y": torch.cat([turned.real, turned.imag], -1).float(),
    }


class OtherActivation:
    """Stands in for gpt2.Gelu while a model with another activation runs."""

    def __init__(self, function):
        self.apply = function


def random_model(config):
    """Weights large enough that patterns are far from uniform and every bias and gain matters."""
    model = gpt2.GPT2(config)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            gain = name.endswith("weight") and parameter.dim() == 1
            parameter.copy_(torch.randn_like(parameter) * 0.35 + (1.0 if gain else 0.0))
    return model.eval()


def write_model(case, model, dtype=torch.float32, activation="gelu_new", prefix="", buffers=False, inner=None):
    """One folder: config, weights as `dtype`, stations computed with the weights as rounded."""
    config, folder = model.config, os.path.join(HERE, f"gpt2_{case}")
    weights = {name: tensor.to(dtype) for name, tensor in model.state_dict().items()}
    rounded = gpt2.GPT2(config)
    rounded.load_state_dict({name: tensor.float() for name, tensor in weights.items()})

    ids = torch.randint(config.vocab_size, (config.n_ctx - 3,)).tolist()
    found = rounded.stations(ids)
    found["ids"] = torch.tensor(ids, dtype=torch.float32)
    found["head_off.logits"] = logits_without_head(rounded, ids)
    write_safetensors(os.path.join(folder, "stations.safetensors"), found)

    file = {prefix + name: tensor for name, tensor in weights.items()}
    if buffers:
        future = torch.ones(1, 1, config.n_ctx, config.n_ctx).tril()
        for layer in range(config.n_layers):
            file[f"{prefix}h.{layer}.attn.bias"] = future
            file[f"{prefix}h.{layer}.attn.masked_bias"] = torch.tensor([-1e4])
        file["lm_head.weight"] = weights["wte.weight"]
    write_safetensors(os.path.join(folder, "model.safetensors"), file)
    write_config(os.path.join(folder, "config.json"), config, activation, inner)


def logits_without_head(model, ids):
    """Logits when head 1 of block 0 writes nothing: its z is zero, so its rows of W_O are never read."""
    weight, d_head = model.h[0].attn.c_proj.weight, model.config.d_head
    kept = weight.detach().clone()
    with torch.no_grad():
        weight[d_head : 2 * d_head] = 0
    logits = model.stations(ids)["logits"]
    with torch.no_grad():
        weight.copy_(kept)
    return logits


def write_config(path, config, activation, inner):
    values = {
        "model_type": "gpt2",
        "vocab_size": config.vocab_size,
        "n_positions": config.n_ctx,
        "n_embd": config.d_model,
        "n_layer": config.n_layers,
        "n_head": config.n_heads,
        "n_inner": inner,
        "activation_function": activation,
        "layer_norm_epsilon": config.layer_norm_epsilon,
    }
    with open(path, "w", encoding="utf-8") as file:
        file.write(json.dumps(values, indent=1) + "\n")


def models():
    config = gpt2.Config(vocab_size=31, n_ctx=16, d_model=12, n_layers=2, n_heads=2)
    model = random_model(config)
    write_model("f32", model)
    write_model("f16", model, torch.float16)
    write_model("bf16", model, torch.bfloat16)
    write_model("prefixed", model, prefix="transformer.", buffers=True)

    narrow = gpt2.Config(31, 16, 12, 2, 3, layer_norm_epsilon=0.02, n_inner=19)
    tanh = gpt2.Gelu
    for activation, function in (("gelu", functional.gelu), ("silu", functional.silu)):
        gpt2.Gelu = OtherActivation(function)
        write_model(activation, random_model(narrow), activation=activation, inner=19)
    gpt2.Gelu = tanh


def encoder_cases():
    """Layers of width 8 with 2 heads: after the residual sums with ReLU, before them with GELU; few tokens and more."""
    found = {}
    for case, norm_first, activation, tokens in (("post_relu", False, "relu", 7), ("pre_gelu", True, "gelu", 3)):
        torch.manual_seed(len(found))
        layer = torch.nn.TransformerEncoderLayer(8, 2, 12, 0.0, activation, batch_first=True, norm_first=norm_first).eval()
        for parameter in layer.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
        x, attention = torch.randn(2, tokens, 8), layer.self_attn
        weights = {
            "w_qkv": attention.in_proj_weight.t(), "b_qkv": attention.in_proj_bias,
            "w_o": attention.out_proj.weight.t(), "b_o": attention.out_proj.bias,
            "gain_1": layer.norm1.weight, "bias_1": layer.norm1.bias,
            "w_up": layer.linear1.weight.t(), "b_up": layer.linear1.bias,
            "w_down": layer.linear2.weight.t(), "b_down": layer.linear2.bias,
            "gain_2": layer.norm2.weight, "bias_2": layer.norm2.bias,
        }  # fmt: skip
        for name, value in {"x": x, **weights, "y": layer(x)}.items():
            found[f"{case}.{name}"] = value
    return found


def main():
    torch.manual_seed(20240607)
    torch.set_num_threads(1)
    with torch.no_grad():
        write_safetensors(os.path.join(HERE, "layers.safetensors"), layers())
        write_safetensors(os.path.join(HERE, "attention.safetensors"), {
            f"{case}.{name}": value for case, found in attention_cases().items() for name, value in found.items()
        })  # fmt: skip
        write_safetensors(os.path.join(HERE, "encoder.safetensors"), encoder_cases())
    models()


if __name__ == "__main__":
    main()
