"""GPT-2 as Hugging Face defines it, with every station of the forward pass readable.

Pre-norm blocks, fused queries/keys/values, weights of linear layers stored (in, out),
tanh GELU, learned positions, output head tied to the token embedding.
Radford et al. 2019, "Language Models are Unsupervised Multitask Learners", section 2.3.

Tensor names are Hugging Face's without the `transformer.` prefix: `state_dict()` is the file.
Runs on PyTorch 1.13 (CPU) and on 2.x (CPU or CUDA).
"""

import math
from dataclasses import dataclass

import torch
from torch import nn


@dataclass
class Config:
    """Sizes of a model; `n_inner`, the width of the feed-forward layer, is 4 * d_model unless
    given. `dropout` in 0..1, used in training only."""

    vocab_size: int
    n_ctx: int
    d_model: int
    n_layers: int
    n_heads: int
    dropout: float = 0.0
    layer_norm_epsilon: float = 1e-5
    n_inner: int = 0

    def __post_init__(self):
        self.n_inner = self.n_inner or 4 * self.d_model

    @property
    def d_head(self):
        return self.d_model // self.n_heads


class Gelu(torch.autograd.Function):
    """The tanh form of GELU, as x * sigmoid(2u) with u = sqrt(2/pi) (x + 0.044715 x^3).

    0.5 (1 + tanh u) is sigmoid(2u), so the values are those of F.gelu(x, approximate="tanh");
    PyTorch's CPU kernel for it takes three times as long and was a third of a training step.
    """

    LINEAR, CUBIC = 2 * math.sqrt(2 / math.pi), 2 * math.sqrt(2 / math.pi) * 0.044715

    @staticmethod
    def forward(context, x):
        gate = (x * x).mul_(Gelu.CUBIC).add_(Gelu.LINEAR).mul_(x).sigmoid_()
        context.save_for_backward(x, gate)
        return x * gate

    @staticmethod
    def backward(context, grad):
        x, gate = context.saved_tensors
        slope = (x * x).mul_(3 * Gelu.CUBIC).add_(Gelu.LINEAR).mul_(x)  # x d(2u)/dx
        slope.mul_(1 - gate).add_(1).mul_(gate)
        return slope.mul_(grad)


class Dropout(nn.Module):
    """Zeroes a share of the cells while training and scales the rest; the share is rounded to
    n/256, because a cell's fate is one random byte (nn.Dropout draws a slow double for each)."""

    def __init__(self, share):
        super().__init__()
        self.dropped = round(256 * share)

    def forward(self, x):
        if not self.training or not self.dropped:
            return x
        words = torch.empty((x.numel() + 7) // 8, dtype=torch.int64, device=x.device)
        full_range = words.random_(-(2**63), None)
        kept = full_range.view(torch.uint8)[: x.numel()].view(x.shape) >= self.dropped
        return x * kept.to(x.dtype).mul_(256 / (256 - self.dropped))


class Conv1D(nn.Module):
    """x (..., in) -> x W + b (..., out); the weight is (in, out), as GPT-2 stores it."""

    def __init__(self, n_in, n_out, std=0.02):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_in, n_out) * std)
        self.bias = nn.Parameter(torch.zeros(n_out))

    def forward(self, x):
        flat = torch.addmm(self.bias, x.reshape(-1, x.shape[-1]), self.weight)
        return flat.view(*x.shape[:-1], -1)


class Attention(nn.Module):
    """Causal multi-head attention. Input and output (batch, tokens, d_model)."""

    def __init__(self, config):
        super().__init__()
        self.n_heads, self.d_head = config.n_heads, config.d_head
        self.c_attn = Conv1D(config.d_model, 3 * config.d_model)
        self.c_proj = Conv1D(config.d_model, config.d_model, 0.02 / math.sqrt(2 * config.n_layers))
        future = torch.ones(config.n_ctx, config.n_ctx, dtype=torch.bool).triu(1)
        self.register_buffer("future", future, persistent=False)

    def forward(self, x, probe):
        batch, tokens, d_model = x.shape
        q, k, v = self.c_attn(x).view(batch, tokens, 3, self.n_heads, self.d_head).permute(2, 0, 3, 1, 4)
        scores = q @ k.transpose(-1, -2) * (1 / math.sqrt(self.d_head))
        scores = scores.masked_fill(self.future[:tokens, :tokens], -math.inf)
        pattern = self.attend(scores)
        z = pattern @ v
        if probe:
            for name, value in (("q", q), ("k", k), ("v", v), ("scores", scores), ("pattern", pattern), ("z", z)):
                probe(f"attn.{name}", value)
            w_o = self.c_proj.weight.view(self.n_heads, self.d_head, d_model)
            probe("attn.result", z @ w_o)
        return self.c_proj(z.transpose(1, 2).reshape(batch, tokens, d_model))

    def attend(self, scores):
        """The pattern; a demo may train another."""
        return scores.softmax(-1)


class FeedForward(nn.Module):
    """c_proj(gelu(c_fc(x))), with the tanh form of GELU (Hugging Face's `gelu_new`)."""

    def __init__(self, config):
        super().__init__()
        self.c_fc = Conv1D(config.d_model, config.n_inner)
        self.c_proj = Conv1D(config.n_inner, config.d_model, 0.02 / math.sqrt(2 * config.n_layers))

    def forward(self, x, probe):
        pre = self.c_fc(x)
        post = Gelu.apply(pre)
        if probe:
            probe("mlp.pre", pre)
            probe("mlp.post", post)
        return self.c_proj(post)


class Block(nn.Module):
    """x + attention(norm(x)), then the same with the feed-forward layer."""

    def __init__(self, config, attention=Attention):
        super().__init__()
        self.ln_1 = nn.LayerNorm(config.d_model, eps=config.layer_norm_epsilon)
        self.attn = attention(config)
        self.ln_2 = nn.LayerNorm(config.d_model, eps=config.layer_norm_epsilon)
        self.mlp = FeedForward(config)
        self.dropout = Dropout(config.dropout)

    def forward(self, resid_pre, probe):
        attn_out = self.attn(self.ln_1(resid_pre), probe)
        resid_mid = resid_pre + self.dropout(attn_out)
        mlp_out = self.mlp(self.ln_2(resid_mid), probe)
        resid_post = resid_mid + self.dropout(mlp_out)
        if probe:
            probe("resid_pre", resid_pre)
            probe("attn_out", attn_out)
            probe("resid_mid", resid_mid)
            probe("mlp_out", mlp_out)
            probe("resid_post", resid_post)
        return resid_post


class GPT2(nn.Module):
    """ids (batch, tokens) int64 -> logits (batch, tokens, vocab_size); `attention` is the class of every layer's."""

    def __init__(self, config, attention=Attention):
        super().__init__()
        self.config = config
        self.wte = nn.Embedding(config.vocab_size, config.d_model)
        self.wpe = nn.Embedding(config.n_ctx, config.d_model)
        self.h = nn.ModuleList(Block(config, attention) for _ in range(config.n_layers))
        self.ln_f = nn.LayerNorm(config.d_model, eps=config.layer_norm_epsilon)
        self.dropout = Dropout(config.dropout)
        nn.init.normal_(self.wte.weight, std=0.02)
        nn.init.normal_(self.wpe.weight, std=0.01)

    def forward(self, ids, probe=None):
        embed = self.wte(ids)
        pos_embed = self.wpe.weight[: ids.shape[1]].expand_as(embed)
        x = self.dropout(embed + pos_embed)
        for layer, block in enumerate(self.h):
            x = block(x, probe and (lambda name, value, l=layer: probe(f"blocks.{l}.{name}", value)))
        ln_final = self.ln_f(x)
        logits = ln_final @ self.wte.weight.t()
        if probe:
            probe("embed", embed)
            probe("pos_embed", pos_embed)
            probe("ln_final", ln_final)
            probe("logits", logits)
        return logits

    @torch.no_grad()
    def stations(self, ids):
        """Every station for one sequence of ids: {name: tensor without the batch axis}.

        `attn.scores` are scaled by 1/sqrt(d_head) and -inf above the diagonal; `attn.result`
        is each head's contribution through its rows of W_O, without the bias.
        """
        was_training, found = self.training, {}
        self.eval()
        device = self.wte.weight.device
        self(torch.as_tensor([list(ids)], device=device), lambda name, value: found.update({name: value[0].detach().cpu()}))
        self.train(was_training)
        return found


def count_parameters(model):
    return sum(parameter.numel() for parameter in model.parameters())
