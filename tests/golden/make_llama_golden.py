"""Writes the golden values of the family llama, as folders beside this script.

Run from anywhere: /usr/bin/python3 tests/golden/make_llama_golden.py   (Debian's python3-torch)

llama_<case>/  a tiny random model (config.json, model.safetensors in Hugging Face's names), and stations.safetensors: its
               `ids` and every station, computed in float64 from the papers' formulas with the weights as the file holds them

RMSNorm: Zhang and Sennrich 2019, section 4. Rotary positions, here as products of complex numbers: Su et al. 2021, section
3.4.2. Gated linear units: Shazeer 2020, section 2. Grouped queries: Ainslie et al. 2023, section 2.2. Interpolated
positions: Chen et al. 2023, section 2.3. Frequencies by bands: Llama 3.1's published code (apply_scaling).
"""

import json
import math
import os

import torch
from make_golden import HERE, write_safetensors
from torch.nn import functional

ACTIVATIONS = {"silu": functional.silu, "gelu": functional.gelu}


def config(**more):
    """A config.json as Hugging Face writes it."""
    return {
        "model_type": "llama",
        "vocab_size": 31,
        "max_position_embeddings": 16,
        "hidden_size": 12,
        "intermediate_size": 19,
        "num_hidden_layers": 2,
        "num_attention_heads": 3,
        "hidden_act": "silu",
        "rms_norm_eps": 1e-5,
        **more,
    }


def head_width(c):
    return c.get("head_dim") or c["hidden_size"] // c["num_attention_heads"]


def random_weights(c):
    """Weights large enough that patterns are far from uniform and every gain and bias matters."""
    d, inner, width = c["hidden_size"], c["intermediate_size"], head_width(c)
    queries = c["num_attention_heads"] * width
    keys = c.get("num_key_value_heads", c["num_attention_heads"]) * width
    found = {"model.embed_tokens.weight": torch.randn(c["vocab_size"], d) * 0.5}
    for layer in range(c["num_hidden_layers"]):
        at = f"model.layers.{layer}."
        found[at + "input_layernorm.weight"] = 1 + torch.randn(d) * 0.3
        found[at + "post_attention_layernorm.weight"] = 1 + torch.randn(d) * 0.3
        for part, key, shapes in (
            ("self_attn", "attention_bias", {"q": (queries, d), "k": (keys, d), "v": (keys, d), "o": (d, queries)}),
            ("mlp", "mlp_bias", {"gate": (inner, d), "up": (inner, d), "down": (d, inner)}),
        ):
            for name, shape in shapes.items():
                found[f"{at}{part}.{name}_proj.weight"] = torch.randn(shape) * 0.4
                if c.get(key):
                    found[f"{at}{part}.{name}_proj.bias"] = torch.randn(shape[0]) * 0.4
    found["model.norm.weight"] = 1 + torch.randn(d) * 0.3
    if not c.get("tie_word_embeddings"):
        found["lm_head.weight"] = torch.randn(c["vocab_size"], d) * 0.5
    return found


def rotary_frequencies(c):
    width = head_width(c)
    found = c.get("rope_theta", 10000.0) ** (-torch.arange(0, width, 2, dtype=torch.float64) / width)
    rope = c.get("rope_scaling") or {}
    kind = rope.get("rope_type", rope.get("type"))
    if kind == "linear":
        return found / rope["factor"]
    if kind != "llama3":
        return found
    low, high, context = (rope[key] for key in ("low_freq_factor", "high_freq_factor", "original_max_position_embeddings"))
    bands = []
    for f in found.tolist():
        wavelength = 2 * math.pi / f
        if wavelength < context / high:
            bands.append(f)
        elif wavelength > context / low:
            bands.append(f / rope["factor"])
        else:
            smooth = (context / wavelength - low) / (high - low)
            bands.append((1 - smooth) * f / rope["factor"] + smooth * f)
    return torch.tensor(bands, dtype=torch.float64)


def rms_norm(x, gain, epsilon):
    return x / torch.sqrt((x * x).mean(-1, keepdim=True) + epsilon) * gain


def rotated(x, turns):
    """x (tokens, width): numbers i and i + width / 2 are one complex number, turned by e^(i position f_i)."""
    half = x.shape[1] // 2
    angle = torch.arange(x.shape[0], dtype=torch.float64)[:, None] * turns
    z = torch.complex(x[:, :half], x[:, half:]) * torch.polar(torch.ones_like(angle), angle)
    return torch.cat([z.real, z.imag], -1)


def stations(c, weights, ids):
    """{station: values} of one sequence."""
    w = {name: tensor.double() for name, tensor in weights.items()}
    heads, width, epsilon = c["num_attention_heads"], head_width(c), c["rms_norm_eps"]
    key_heads = c.get("num_key_value_heads", heads)
    turns, found = rotary_frequencies(c), {}
    future = torch.ones(len(ids), len(ids), dtype=torch.bool).triu(1)

    def linear(x, name):
        y = x @ w[name + ".weight"].T
        return y + w[name + ".bias"] if name + ".bias" in w else y

    def split(x, count):
        return [x[:, h * width : (h + 1) * width] for h in range(count)]

    x = found["embed"] = w["model.embed_tokens.weight"][ids]
    for layer in range(c["num_hidden_layers"]):
        at, here = f"model.layers.{layer}.", f"blocks.{layer}."
        found[here + "resid_pre"] = x
        normed = rms_norm(x, w[at + "input_layernorm.weight"], epsilon)
        q, k, v = (linear(normed, f"{at}self_attn.{name}_proj") for name in "qkv")
        q = [rotated(part, turns) for part in split(q, heads)]
        k = [rotated(part, turns) for part in split(k, key_heads)]
        v = split(v, key_heads)
        found[here + "attn.q"], found[here + "attn.k"], found[here + "attn.v"] = map(torch.stack, (q, k, v))
        own = [h * key_heads // heads for h in range(heads)]
        scores = [(q[h] @ k[own[h]].T / math.sqrt(width)).masked_fill(future, -math.inf) for h in range(heads)]
        pattern = [s.softmax(-1) for s in scores]
        z = [pattern[h] @ v[own[h]] for h in range(heads)]
        columns = split(w[at + "self_attn.o_proj.weight"], heads)
        found[here + "attn.scores"], found[here + "attn.pattern"] = torch.stack(scores), torch.stack(pattern)
        found[here + "attn.z"] = torch.stack(z)
        found[here + "attn.result"] = torch.stack([z[h] @ columns[h].T for h in range(heads)])
        attn_out = found[here + "attn_out"] = linear(torch.cat(z, -1), at + "self_attn.o_proj")
        x = found[here + "resid_mid"] = x + attn_out
        normed = rms_norm(x, w[at + "post_attention_layernorm.weight"], epsilon)
        pre = found[here + "mlp.pre"] = linear(normed, at + "mlp.gate_proj")
        post = found[here + "mlp.post"] = ACTIVATIONS[c["hidden_act"]](pre) * linear(normed, at + "mlp.up_proj")
        mlp_out = found[here + "mlp_out"] = linear(post, at + "mlp.down_proj")
        x = found[here + "resid_post"] = x + mlp_out
    found["ln_final"] = rms_norm(x, w["model.norm.weight"], epsilon)
    head = "model.embed_tokens.weight" if c.get("tie_word_embeddings") else "lm_head.weight"
    found["logits"] = found["ln_final"] @ w[head].T
    return found


def write_model(case, c, dtype=torch.float32, extra=lambda weights: {}):
    """One folder; `extra` are tensors that checkpoints carry and nobody needs."""
    folder = os.path.join(HERE, f"llama_{case}")
    weights = {name: tensor.to(dtype) for name, tensor in random_weights(c).items()}
    ids = torch.randint(c["vocab_size"], (9,)).tolist()
    found = stations(c, weights, ids)
    found["ids"] = torch.tensor(ids)
    width, o_proj = head_width(c), "model.layers.0.self_attn.o_proj.weight"
    without = weights[o_proj].clone()
    without[:, width : 2 * width] = 0  # head 1 of block 0 writes nothing
    found["head_off.logits"] = stations(c, {**weights, o_proj: without}, ids)["logits"]
    write_safetensors(os.path.join(folder, "model.safetensors"), {**weights, **extra(weights)})
    write_safetensors(os.path.join(folder, "stations.safetensors"), {name: x.float() for name, x in found.items()})
    with open(os.path.join(folder, "config.json"), "w", encoding="utf-8") as file:
        file.write(json.dumps(c, indent=1) + "\n")


def older_buffers(weights):
    inv_freq = {f"model.layers.{layer}.self_attn.rotary_emb.inv_freq": torch.ones(2) for layer in range(2)}
    return {**inv_freq, "lm_head.weight": weights["model.embed_tokens.weight"]}


def main():
    torch.manual_seed(20240608)
    torch.set_num_threads(1)
    grouped = config(hidden_size=16, num_attention_heads=4, num_key_value_heads=2, tie_word_embeddings=False)
    write_model("f32", grouped)
    multi_query = config(num_key_value_heads=1, tie_word_embeddings=True, rope_theta=500.0, hidden_act="gelu", rms_norm_eps=0.02)
    write_model("f16", multi_query, torch.float16, older_buffers)
    wide = {"head_dim": 6, "attention_bias": True, "mlp_bias": True, "rope_scaling": {"type": "linear", "factor": 2.5}}
    write_model("bf16", config(**wide), torch.bfloat16)
    bands = {
        "rope_type": "llama3",
        "factor": 8.0,
        "low_freq_factor": 0.2,
        "high_freq_factor": 1.0,
        "original_max_position_embeddings": 16,
    }
    write_model("bands", config(num_hidden_layers=1, num_attention_heads=2, head_dim=8, rope_scaling=bands))


if __name__ == "__main__":
    main()
