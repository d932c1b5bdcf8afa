"""Writes the golden values of the operators that are layers, as safetensors files beside this script.

Run from anywhere: /usr/bin/python3 tests/golden/make_layers_golden.py   (Debian's python3-torch)

Weights are (in, out); boolean masks are written as this project reads them, 1 = may attend. Numbers are arrays of one.

multi_head.safetensors          nn.MultiheadAttention: `<case>.q`, ..., `<case>.w_q`, ..., `<case>.pattern`
transformer_layers.safetensors  nn.TransformerEncoderLayer (`encoder_*`) and nn.TransformerDecoderLayer (`decoder_*`)
shared_heads.safetensors        multi-head attention in the form of many tutorials, one map for all heads
linear_attention.safetensors    linear attention in float64
"""

import math
import os

import torch
from make_golden import HERE, write_safetensors
from torch import nn
from torch.nn import functional


def number(value):
    return torch.tensor([float(value)])


def causal_mask(queries, keys):
    """PyTorch's sense: True may not attend."""
    return torch.arange(keys)[None, :] > torch.arange(queries)[:, None]


def hide_some(*shape):
    """A random boolean mask in PyTorch's sense that leaves every row its first key."""
    mask = torch.rand(*shape) > 0.6
    mask[..., 0] = False
    return mask


def as_ours(mask):
    return (~mask).float() if mask.dtype == torch.bool else mask


def randomise(module, scale=0.3):
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(scale * torch.randn_like(parameter))
    return module.eval()


def join(cases):
    return {f"{case}.{name}": value.detach() for case, found in cases.items() for name, value in found.items()}


def projections(attention):
    """{name: weight (in, out) or bias} of an nn.MultiheadAttention."""
    if attention.in_proj_weight is not None:
        maps = attention.in_proj_weight.chunk(3)
    else:
        maps = (attention.q_proj_weight, attention.k_proj_weight, attention.v_proj_weight)
    found = {f"w_{name}": weight.t() for name, weight in zip("qkv", maps)}
    found["w_o"] = attention.out_proj.weight.t()
    if attention.in_proj_bias is not None:
        found.update({f"b_{name}": bias for name, bias in zip("qkv", attention.in_proj_bias.chunk(3))})
        found["b_o"] = attention.out_proj.bias
    if attention.bias_k is not None:
        found["bias_k"], found["bias_v"] = attention.bias_k.flatten(), attention.bias_v.flatten()
    return {name: weight.detach() for name, weight in found.items()}


def multi_head(q, k, v, n_heads=2, n_kv_heads=None, causal=False, mask=None, padding=None, average=False, **options):
    """One case of nn.MultiheadAttention. Grouped heads: PyTorch gets each group's map as often as it has queries."""
    d = q.shape[-1]
    attention = nn.MultiheadAttention(
        d, n_heads, kdim=k.shape[-1], vdim=v.shape[-1], batch_first=True, **options
    )
    randomise(attention)
    found = projections(attention)
    if n_kv_heads:
        group, d_head = n_heads // n_kv_heads, d // n_heads
        kept = torch.cat([torch.arange(d_head) + n * group * d_head for n in range(n_kv_heads)])
        spread = torch.cat([torch.arange(d_head) + h // group * d_head for h in range(n_heads)])
        for n, name in enumerate("kv", start=1):
            weight, bias = found[f"w_{name}"][:, kept], found[f"b_{name}"][kept]
            found[f"w_{name}"], found[f"b_{name}"] = weight, bias
            with torch.no_grad():
                attention.in_proj_weight[n * d : (n + 1) * d] = weight[:, spread].t()
                attention.in_proj_bias[n * d : (n + 1) * d] = bias[spread]
    given = mask
    if causal:
        future = causal_mask(q.shape[-2], k.shape[-2])
        given = future if mask is None else mask | future
    output, pattern = attention(
        q, k, v, key_padding_mask=padding, attn_mask=given, average_attn_weights=average
    )
    assert not pattern.isnan().any()
    found.update({"q": q, "k": k, "v": v, "output": output, "pattern": pattern})
    if mask is not None:
        found["mask"] = as_ours(mask)
        found["additive"] = number(mask.dtype != torch.bool)
    if padding is not None:
        found["key_padding_mask"] = as_ours(padding)
    numbers = {
        "n_heads": n_heads, "n_kv_heads": n_kv_heads or n_heads, "causal": causal, "average": average,
        "add_zero_attn": options.get("add_zero_attn", False),
    }  # fmt: skip
    found.update({name: number(value) for name, value in numbers.items()})
    return found


def multi_head_cases():
    x, padding = torch.randn(2, 6, 8), torch.zeros(2, 9, dtype=torch.bool)
    padding[0, 6:], padding[1, 2] = True, True
    queries, memory = torch.randn(2, 5, 8), torch.randn(2, 9, 8)
    added = torch.randn(4, 5, 9)
    added[1, 2, 3] = -math.inf
    return {
        "self": multi_head(x, x, x),
        "self_causal": multi_head(x, x, x, causal=True, average=True),
        "unbatched": multi_head(torch.randn(3, 12), torch.randn(7, 12), torch.randn(7, 12), n_heads=3),
        "widths": multi_head(queries, torch.randn(2, 9, 5), torch.randn(2, 9, 7), n_heads=4),
        "no_bias": multi_head(queries, memory, memory, bias=False),
        "padding": multi_head(queries, memory, memory, padding=padding, mask=hide_some(5, 9), average=True),
        "mask_each_head": multi_head(queries, memory, memory, mask=hide_some(4, 5, 9)),
        "added": multi_head(queries, memory, memory, mask=torch.randn(5, 9)),
        "added_each_head": multi_head(queries, memory, memory, mask=added),
        "added_keys": multi_head(
            x, memory, memory, causal=True, padding=padding, add_bias_kv=True, add_zero_attn=True
        ),
        "added_keys_each_head": multi_head(
            x, memory, memory, causal=True, mask=hide_some(4, 6, 9), add_zero_attn=True
        ),
        "zero_key": multi_head(torch.randn(4, 8), memory[0], memory[1], add_zero_attn=True, bias=False),
        "learned_queries": multi_head(torch.randn(1, 3, 8).expand(2, 3, 8), memory, memory, padding=padding),
        "grouped": multi_head(queries, memory, memory, n_heads=4, n_kv_heads=2),
        "multi_query": multi_head(queries, memory, memory, n_heads=4, n_kv_heads=1, mask=hide_some(5, 9)),
    }


def common_weights(layer):
    found = projections(layer.self_attn)
    return {
        "w_qkv": layer.self_attn.in_proj_weight.t(), "b_qkv": layer.self_attn.in_proj_bias,
        "w_o": found["w_o"], "b_o": found["b_o"],
        "w_up": layer.linear1.weight.t(), "b_up": layer.linear1.bias,
        "w_down": layer.linear2.weight.t(), "b_down": layer.linear2.bias,
    }  # fmt: skip


def norms(layer, count):
    found = {}
    for n in range(1, count + 1):
        norm = getattr(layer, f"norm{n}")
        found[f"gain_{n}"], found[f"bias_{n}"] = norm.weight, norm.bias
    return found


def masks(**given):
    """Masks as this project reads them, and whether the first kind is to be added."""
    found = {name: as_ours(mask) for name, mask in given.items() if mask is not None}
    for name in ("mask", "memory_mask"):
        if given.get(name) is not None:
            found[name + "_additive"] = number(given[name].dtype != torch.bool)
    return found


def encoder(x, norm_first, activation, causal=False, mask=None, padding=None):
    layer = randomise(nn.TransformerEncoderLayer(8, 2, 12, 0.0, activation, 1e-5, True, norm_first))
    future = causal_mask(x.shape[-2], x.shape[-2]) if causal else mask
    y = layer(x, src_mask=future, src_key_padding_mask=padding)
    numbers = {"norm_first": norm_first, "gelu": activation == "gelu", "causal": causal}
    return {
        "x": x, **common_weights(layer), **norms(layer, 2), **masks(mask=mask, key_padding_mask=padding), "y": y,
        **{name: number(value) for name, value in numbers.items()},
    }  # fmt: skip


def decoder(x, memory, norm_first, activation, causal, mask=None, padding=None, memory_mask=None, memory_padding=None):
    layer = randomise(nn.TransformerDecoderLayer(8, 2, 12, 0.0, activation, 1e-5, True, norm_first))
    tokens = x.shape[-2]
    future = causal_mask(tokens, tokens) if causal else mask
    y = layer(
        x, memory, tgt_mask=future, memory_mask=memory_mask, tgt_key_padding_mask=padding,
        memory_key_padding_mask=memory_padding,
    )  # fmt: skip
    cross = layer.multihead_attn
    weight_q, weight_kv = cross.in_proj_weight.split([8, 16])
    bias_q, bias_kv = cross.in_proj_bias.split([8, 16])
    numbers = {"norm_first": norm_first, "gelu": activation == "gelu", "causal": causal}
    return {
        "x": x, "memory": memory, **common_weights(layer), **norms(layer, 3), "y": y,
        "w_cross_q": weight_q.t(), "b_cross_q": bias_q, "w_cross_kv": weight_kv.t(), "b_cross_kv": bias_kv,
        "w_cross_o": cross.out_proj.weight.t(), "b_cross_o": cross.out_proj.bias,
        **masks(mask=mask, key_padding_mask=padding, memory_mask=memory_mask, memory_key_padding_mask=memory_padding),
        **{name: number(value) for name, value in numbers.items()},
    }  # fmt: skip


def transformer_layer_cases():
    x, memory = torch.randn(2, 7, 8), torch.randn(2, 5, 8)
    padding, memory_padding = torch.zeros(2, 7, dtype=torch.bool), torch.zeros(2, 5, dtype=torch.bool)
    padding[0, 5:], memory_padding[1, 3:] = True, True
    return {
        "encoder_causal": encoder(x, False, "relu", causal=True),
        "encoder_padding": encoder(x, True, "gelu", mask=hide_some(7, 7), padding=padding),
        "encoder_added": encoder(x, False, "gelu", mask=torch.randn(4, 7, 7)),
        "encoder_one": encoder(x[0], True, "relu", causal=True, padding=padding[0]),
        "decoder_post_relu": decoder(x, memory, False, "relu", True),
        "decoder_pre_gelu": decoder(x, memory, True, "gelu", True),
        "decoder_one": decoder(x[0, :3], memory[0], False, "gelu", False),
        "decoder_padding": decoder(x, memory, True, "relu", True, padding=padding, memory_padding=memory_padding),
        "decoder_masks": decoder(
            x, memory, False, "relu", False, mask=torch.randn(4, 7, 7), memory_mask=hide_some(7, 5),
            memory_padding=memory_padding,
        ),
    }  # fmt: skip


class SharedHeads(nn.Module):
    """Multi-head attention in the usual form of tutorials: heads share a map, the scale is that of the embedding."""

    def __init__(self, embed_size, heads):
        super().__init__()
        self.embed_size, self.heads, self.head_dim = embed_size, heads, embed_size // heads
        self.queries = nn.Linear(self.head_dim, self.head_dim, bias=False)
        self.keys = nn.Linear(self.head_dim, self.head_dim, bias=False)
        self.values = nn.Linear(self.head_dim, self.head_dim, bias=False)
        self.fc_out = nn.Linear(embed_size, embed_size)

    def forward(self, query, keys, values, mask=None):
        def split(x):
            return x.reshape(x.shape[0], x.shape[1], self.heads, self.head_dim)

        query, keys, values = self.queries(split(query)), self.keys(split(keys)), self.values(split(values))
        energy = torch.einsum("nqhd,nkhd->nhqk", [query, keys])
        if mask is not None:
            energy = energy.masked_fill(mask == 0, float("-1e20"))
        attention = torch.softmax(energy / (self.embed_size ** (1 / 2)), dim=3)
        joined = torch.einsum("nhqk,nkhd->nqhd", [attention, values]).flatten(2)
        return self.fc_out(joined), attention


def shared_heads(q, k, v, n_heads, mask=None):
    module = randomise(SharedHeads(q.shape[-1], n_heads))
    output, pattern = module(q, k, v, mask)
    found = {
        "q": q, "k": k, "v": v, "n_heads": number(n_heads),
        "w_q": module.queries.weight.t(), "w_k": module.keys.weight.t(), "w_v": module.values.weight.t(),
        "w_o": module.fc_out.weight.t(), "b_o": module.fc_out.bias, "output": output, "pattern": pattern,
    }  # fmt: skip
    if mask is not None:
        found["mask"] = mask.float()
    return found


def shared_heads_cases():
    x, q, k = torch.randn(2, 6, 12), torch.randn(2, 4, 12), torch.randn(2, 7, 12)
    source = torch.ones(2, 1, 1, 7)
    source[0, ..., 5:], source[1] = 0, 0  # of the second sequence, nothing is to be seen
    return {
        "self": shared_heads(x, x, x, 3),
        "cross": shared_heads(q, k, torch.randn(2, 7, 12), 2),
        "causal": shared_heads(x, x, x, 4, torch.ones(6, 6).tril().expand(2, 1, 6, 6)),
        "source": shared_heads(q, k, k, 3, source),
        "each_head": shared_heads(q, k, k, 1, (torch.rand(2, 1, 4, 7) > 0.5).float()),
    }


def linear_attention(q, k, v, causal=False):
    phi_q, phi_k = functional.elu(q.double()) + 1, functional.elu(k.double()) + 1
    products = phi_q @ phi_k.transpose(-1, -2)
    if causal:
        products = products.masked_fill(causal_mask(q.shape[-2], k.shape[-2]), 0)
    pattern = products / products.sum(-1, keepdim=True)
    output = pattern @ v.double()
    return {"q": q, "k": k, "v": v, "causal": number(causal), "pattern": pattern.float(), "output": output.float()}


def linear_attention_cases():
    return {
        "bidirectional": linear_attention(torch.randn(2, 5, 4), torch.randn(2, 9, 4), torch.randn(2, 9, 3)),
        "causal": linear_attention(torch.randn(3, 11, 6), torch.randn(3, 11, 6), torch.randn(3, 11, 6), True),
        "batch": linear_attention(torch.randn(2, 2, 7, 5), torch.randn(2, 2, 7, 5), torch.randn(2, 2, 7, 8), True),
        "wide": linear_attention(3 * torch.randn(1, 20, 9), 3 * torch.randn(1, 20, 9), torch.randn(1, 20, 9)),
    }


def main():
    torch.manual_seed(20240711)
    torch.set_num_threads(1)
    files = {
        "multi_head": multi_head_cases,
        "transformer_layers": transformer_layer_cases,
        "shared_heads": shared_heads_cases,
        "linear_attention": linear_attention_cases,
    }
    for name, cases in files.items():
        write_safetensors(os.path.join(HERE, f"{name}.safetensors"), join(cases()))


if __name__ == "__main__":
    main()
