"""A GPT-2 whose training gives each head of the last layer one kind of sentence to work in.

Left alone, several heads learn to do the same work, or one head does all of it, and a head
switched off shows little. So each phenomenon is given to one head of the last layer, which is free
in sentences of that kind, while the other heads of that layer are held back in two ways:
- charged for attention that they give to anything but [BOS]: `cost_weight` times the mean over rows
  of -log pattern[row, 0], summed over heads;
- in half of the sequences blind: their pattern is all on [BOS], so that the free head has to do
  the work alone.
Layer 0 is left alone. The training knows which kind of sentence a row belongs to and nothing of the
links: where the free head looks, it learns. Evaluation and the exported model are plain GPT-2.
"""

import torch

import gpt2

BLIND_SHARE = 0.5  # of the sequences


class Charge(torch.autograd.Function):
    """Passes `logits` through; in the backward pass `cost` receives the gradient `weight`, as if
    weight * cost stood in the loss. So the shared training loop needs no second loss."""

    @staticmethod
    def forward(context, logits, cost, weight):
        context.weight = weight
        return logits.view_as(logits)

    @staticmethod
    def backward(context, gradient):
        return gradient, gradient.new_tensor(context.weight), None


class HeldBackAttention(gpt2.Attention):
    """`blind` (batch, heads, rows): whose pattern is all on [BOS]; None for nobody's."""

    blind = None

    def attend(self, scores):
        pattern = scores.softmax(-1)
        if self.blind is None:
            return pattern
        begin = torch.zeros_like(pattern)
        begin[..., 0] = 1
        return torch.where(self.blind[..., None], begin, pattern)


class SparseGPT2(gpt2.GPT2):
    """`free_heads` (batch, tokens): the head of the last layer that is not held back in each row of the next
    training batch; None while nobody is."""

    cost_weight = 0.0
    free_heads = None

    def __init__(self, config):
        super().__init__(config, HeldBackAttention)

    def forward(self, ids, probe=None):
        attention = self.h[-1].attn
        attention.blind = None
        if not self.training or self.free_heads is None:
            return super().forward(ids, probe)
        free = torch.as_tensor(self.free_heads, device=ids.device)
        held = free[:, None, :] != torch.arange(self.config.n_heads, device=ids.device)[:, None]
        attention.blind = held & (torch.rand(len(ids), 1, 1, device=ids.device) < BLIND_SHARE)
        found = {}
        logits = super().forward(ids, found.__setitem__)
        attention.blind = None
        rest = found[f"blocks.{self.config.n_layers - 1}.attn.pattern"][..., 0].float().clamp(min=1e-12)
        return Charge.apply(logits, (-rest.log() * held).mean((0, 2)).sum(), self.cost_weight)


def charge_schedule(weight, full):
    """on_step for the training loop: a charge that rises from nothing to `weight` at step `full`."""

    def on_step(model, step):
        model.cost_weight = weight * min(1.0, step / full)

    return on_step
