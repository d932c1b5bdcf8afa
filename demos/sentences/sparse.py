"""A GPT-2 whose training gives each head of the last layer one kind of sentence to work in.

Left alone, several heads learn to do the same work, or one head does all of it, and a head
switched off shows little. So in each sentence the last layer's heads, but one, are charged for
attention that they give to anything but [BOS]: `cost_weight` times the mean over rows of
-log pattern[row, 0], summed over heads. Free is the one head that is assigned to the
phenomenon; further heads are charged everywhere, layer 0 nowhere. The charge begins when the
work is learned: earlier, it keeps heads from finding work at all. It knows which kind of sentence
a row belongs to and nothing of the links: where the free head looks, it learns.
Evaluation and the exported model are plain GPT-2.
"""

import torch

import gpt2


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


class SparseGPT2(gpt2.GPT2):
    """`free_heads` (batch, tokens): the last layer's head that is not charged in each row of the next
    training batch."""

    cost_weight = 0.0
    free_heads = None

    def forward(self, ids, probe=None):
        if not self.training or self.cost_weight == 0:
            return super().forward(ids, probe)
        found = {}
        logits = super().forward(ids, found.__setitem__)
        pattern = found[f"blocks.{self.config.n_layers - 1}.attn.pattern"]
        return Charge.apply(logits, self._cost(pattern), self.cost_weight)

    def _cost(self, pattern):
        free = torch.as_tensor(self.free_heads, device=pattern.device)
        charged = free[:, None, :] != torch.arange(pattern.shape[1], device=pattern.device)[:, None]
        rest = pattern[..., 0].float().clamp(min=1e-12)
        return (-rest.log() * charged).mean((0, 2)).sum()


def charge_schedule(weight, begin, full):
    """on_step for the training loop: no charge until step `begin`, then rising to `weight` at `full`."""

    def on_step(model, step):
        model.cost_weight = weight * min(1.0, max(0.0, (step - begin) / (full - begin)))

    return on_step
