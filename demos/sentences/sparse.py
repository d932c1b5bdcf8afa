"""A GPT-2 whose training charges each head for attention that it gives to anything but [BOS].

The charge is `cost_weight` times the number of heads at work per token: the mean over rows of
1 - pattern[row, 0], summed over heads and layers (an L1 norm of the pattern without its first column).
It knows nothing of the links: it makes heads rest unless their work pays, so that a piece of
work is done by one head, at one place. Evaluation and the exported model are plain GPT-2.
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
    cost_weight = 0.0

    def forward(self, ids, probe=None):
        if not self.training or self.cost_weight == 0:
            return super().forward(ids, probe)
        costs = []

        def collect(name, value):
            if name.endswith("attn.pattern"):
                costs.append((1 - value[..., 0].float()).mean((0, 2)).sum())

        logits = super().forward(ids, collect)
        return Charge.apply(logits, torch.stack(costs).sum(), self.cost_weight)


def charge_schedule(weight, begin, full):
    """on_step for the training loop: no charge until step `begin`, then rising to `weight` at `full`."""

    def on_step(model, step):
        model.cost_weight = weight * min(1.0, max(0.0, (step - begin) / (full - begin)))

    return on_step
