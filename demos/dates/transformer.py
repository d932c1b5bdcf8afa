"""The encoder-decoder Transformer of Vaswani et al. 2017, "Attention Is All You Need" (arXiv 1706.03762), section 3, with norms
before each part (Xiong et al. 2020, arXiv 2002.04745) and one table for source, target and output (section 3.4).

The same function as torch.nn.Transformer(norm_first=True), whose names the exported weights have (`torch_names`); written
out here so that every pattern can be read and trained on. Source cells with the id `pad` are masked.
"""

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from gpt2 import Conv1D


@dataclass
class Config:
    vocab_size: int
    n_ctx: int  # tokens of the longest source
    d_model: int = 64
    n_heads: int = 4
    n_layers: int = 2  # of the encoder and of the decoder
    n_inner: int = 256
    layer_norm_epsilon: float = 1e-5
    pad: int = 0


def no_probe(_name, _value):
    pass


def within(probe, prefix):
    return lambda name, value: probe(f"{prefix}.{name}", value)


class Attention(nn.Module):
    """softmax(q k' / sqrt(d_head)) v per head: queries from x (batch, tokens, d_model), keys and values from `memory`
    (batch, cells, d_model). `hidden` (broadcast to batch, 1, tokens, cells) is true where a query may not look."""

    def __init__(self, config):
        super().__init__()
        self.n_heads = config.n_heads
        self.in_proj = Conv1D(config.d_model, 3 * config.d_model, config.d_model**-0.5)
        self.out_proj = Conv1D(config.d_model, config.d_model, config.d_model**-0.5 / 2)

    def forward(self, x, memory, hidden, probe):
        batch, tokens, d_model = x.shape
        in_heads = lambda flat: flat.view(batch, -1, self.n_heads, d_model // self.n_heads).transpose(1, 2)
        maps = zip((x, memory, memory), self.in_proj.weight.chunk(3, 1), self.in_proj.bias.chunk(3))
        q, k, v = (in_heads(source @ weight + bias) for source, weight, bias in maps)
        scores = (q @ k.transpose(-1, -2)).float() * (d_model // self.n_heads) ** -0.5
        pattern = scores.masked_fill(hidden, -math.inf).softmax(-1)
        probe("pattern", pattern)
        return self.out_proj((pattern @ v).transpose(1, 2).reshape(batch, tokens, d_model))


class EncoderLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.self_attn = Attention(config)
        self.linear1 = Conv1D(config.d_model, config.n_inner, config.d_model**-0.5)
        self.linear2 = Conv1D(config.n_inner, config.d_model, config.n_inner**-0.5 / 2)
        self.norm1, self.norm2 = (nn.LayerNorm(config.d_model, eps=config.layer_norm_epsilon) for _ in range(2))

    def forward(self, x, hidden, probe):
        y = self.norm1(x)
        x = x + self.self_attn(y, y, hidden, within(probe, "attn"))
        return x + self.linear2(self.linear1(self.norm2(x)).relu())


class DecoderLayer(EncoderLayer):
    def __init__(self, config):
        super().__init__(config)
        self.multihead_attn = Attention(config)
        self.norm3 = nn.LayerNorm(config.d_model, eps=config.layer_norm_epsilon)

    def forward(self, x, future, memory, hidden, probe):
        y = self.norm1(x)
        x = x + self.self_attn(y, y, future, within(probe, "attn"))
        x = x + self.multihead_attn(self.norm2(x), memory, hidden, within(probe, "cross"))
        return x + self.linear2(self.linear1(self.norm3(x)).relu())


class Stack(nn.Module):
    """The layers of one side and the norm after them."""

    def __init__(self, config, layer):
        super().__init__()
        self.layers = nn.ModuleList(layer(config) for _ in range(config.n_layers))
        self.norm = nn.LayerNorm(config.d_model, eps=config.layer_norm_epsilon)

    def forward(self, x, *context, probe):
        for index, layer in enumerate(self.layers):
            x = layer(x, *context, probe=within(probe, f"blocks.{index}"))
        return self.norm(x)


class Transformer(nn.Module):
    """source (batch, cells), target (batch, tokens) int64 -> logits (batch, tokens, vocab_size), each of the token after."""

    def __init__(self, config):
        super().__init__()
        self.config = config
        self.src_embed = nn.Embedding(config.vocab_size, config.d_model)
        nn.init.normal_(self.src_embed.weight, std=config.d_model**-0.5)
        self.h = nn.ModuleDict({"encoder": Stack(config, EncoderLayer), "decoder": Stack(config, DecoderLayer)})
        self.register_buffer("positions", sinusoids(config.n_ctx, config.d_model), persistent=False)
        self.register_buffer("future", torch.ones(config.n_ctx, config.n_ctx, dtype=torch.bool).triu(1), persistent=False)

    def embed(self, ids):
        return self.src_embed(ids) * self.config.d_model**0.5 + self.positions[: ids.shape[1]]

    def forward(self, source, target, probe=no_probe, hide=None):
        """`hide` (batch, cells): true where the decoder may not look."""
        hidden = (source == self.config.pad)[:, None, None, :]
        future = self.future[: target.shape[1], : target.shape[1]]
        memory = self.h["encoder"](self.embed(source), hidden, probe=within(probe, "encoder"))
        hidden = hidden if hide is None else hidden | hide[:, None, None, :]
        x = self.h["decoder"](self.embed(target), future, memory, hidden, probe=within(probe, "decoder"))
        return x @ self.src_embed.weight.t()

    @torch.no_grad()
    def stations(self, source, target):
        """(logits, {station: pattern (batch, heads, tokens, cells)})"""
        found = {}
        logits = self(source, target, lambda name, value: found.update({name: value}))
        return logits, found

    @torch.no_grad()
    def write(self, source, bos, length):
        """The ids (batch, length) that follow `bos` when each step takes the likeliest."""
        target = torch.full((len(source), 1), bos)
        for _ in range(length):
            target = torch.cat([target, self(source, target)[:, -1:].argmax(-1)], 1)
        return target[:, 1:]


def sinusoids(tokens, d_model):
    """(tokens, d_model): sin and cos of t / 10000^(2i / d_model) in turn (section 3.5)."""
    angles = torch.arange(tokens, dtype=torch.float64)[:, None] / 10000 ** (torch.arange(0, d_model, 2, dtype=torch.float64) / d_model)
    return torch.stack([angles.sin(), angles.cos()], -1).flatten(1).float()


def torch_names(model):
    """{torch.nn.Transformer's name: view of the weight in its shape}; written to, it changes the model. A matrix is (out, in)
    there and (in, out) here."""
    found = {"src_embed.weight": model.src_embed.weight}
    for name, weight in model.h.named_parameters():
        name = "transformer." + name.replace("in_proj.", "in_proj_")
        found[name] = weight.t() if weight.ndim == 2 else weight
    return found


def half_weights(model):
    return {name: view.detach().cpu().numpy().astype(np.float16) for name, view in torch_names(model).items()}


def with_weights(config, weights):
    """A model with these weights ({torch.nn.Transformer's name: array}) in float32."""
    model = Transformer(config)
    with torch.no_grad():
        for name, view in torch_names(model).items():
            view.copy_(torch.from_numpy(weights[name].astype(np.float32)))
    return model.eval()


@torch.no_grad()
def differences(model, source, target):
    """How far apart the logits are, at most and as a share of the largest one, from torch.nn.Transformer's with the same
    weights, and from this model's own for the first 100 sources alone, without padding."""
    config = model.config
    theirs = nn.Transformer(config.d_model, config.n_heads, config.n_layers, config.n_layers, config.n_inner, dropout=0.0,
                            activation="relu", layer_norm_eps=config.layer_norm_epsilon, batch_first=True, norm_first=True)  # fmt: skip
    prefix = "transformer."
    theirs.load_state_dict({name[len(prefix) :]: view for name, view in torch_names(model).items() if name.startswith(prefix)})
    hidden = source == config.pad
    found = theirs(model.embed(source), model.embed(target), tgt_mask=model.future[: target.shape[1], : target.shape[1]],
                   src_key_padding_mask=hidden, memory_key_padding_mask=hidden)  # fmt: skip
    logits = model(source, target)
    alone = [model(row[row != config.pad][None], answer[None]) for row, answer in zip(source[:100], target)]
    apart = lambda other: ((logits[: len(other)] - other).abs().max() / logits.abs().max()).item()
    return apart(found @ model.src_embed.weight.t()), apart(torch.cat(alone))
