"""What a sorting model can do and where its heads look."""

import numpy as np
import torch

import export
import gpt2
import sampling
import trainer
from lists import ARROW, END, batch_of, spell


@torch.no_grad()
def right_share(model, lists):
    """The share of lists whose whole continuation is right when each step takes the likeliest token.

    Computed with the right continuation given: every step is right there exactly when the
    model, left alone, writes the same."""
    model.eval()
    right, device = 0, next(model.parameters()).device
    for start in range(0, len(lists), 1000):
        ids, targets = trainer.tensors(batch_of(lists[start : start + 1000]), device)
        guess = model(ids).argmax(-1)
        right += int(((guess == targets) | (targets == trainer.IGNORE)).all(1).sum())
    model.train()
    return right / len(lists)


@torch.no_grad()
def pointing(model, lists):
    """{"layer.head": (share, mass)}: how a head, at the step that writes a digit, looks at the list.

    `share`: how often its largest weight lies on a digit of the list equal to the one written
    next; `mass`: the weight on all of those, on average."""
    patterns, scores = {}, {}
    model.eval()
    ids, _ = trainer.tensors(batch_of(lists), next(model.parameters()).device)
    model(ids, lambda name, value: patterns.update({name: value}) if name.endswith("attn.pattern") else None)
    model.train()
    for layer in range(model.config.n_layers):
        pattern = patterns[f"blocks.{layer}.attn.pattern"]
        for head in range(model.config.n_heads):
            hits, mass = [], []
            for row, digits in enumerate(lists):
                given, wanted = np.array(digits), np.array(sorted(digits))
                length = len(digits)
                weights = pattern[row, head, length : 2 * length].cpu().numpy()
                same = given[None, :] == wanted[:, None]
                mass.extend((weights[:, :length] * same).sum(1))
                best = weights.argmax(1)
                hits.extend((best < length) & same[np.arange(length), np.minimum(best, length - 1)])
            scores[f"{layer}.{head}"] = (round(float(np.mean(hits)), 4), round(float(np.mean(mass)), 4))
    return scores


def without_head(model, layer, head):
    """A copy in which the head's rows of W_O are zero: it attends, and nothing of it is used."""
    copy = export.half_rounded(model)
    d_head = model.config.d_head
    with torch.no_grad():
        copy.h[layer].attn.c_proj.weight[head * d_head : (head + 1) * d_head] = 0
    return copy


def hide(model, cell):
    """Masks one cell of the input from all later ones, in every layer."""
    for block in model.h:
        block.attn.future[cell + 1 :, cell] = True


def hidden_digit_gone(model, lists):
    """(times, lists): how often a digit that stands once in a list is missing from the answer when the
    heads cannot see it. The digit hidden is the list's first that stands once."""
    gone, tried = 0, 0
    for digits in lists:
        once = [cell for cell, digit in enumerate(digits) if digits.count(digit) == 1]
        if once:
            blind = export.half_rounded(model)
            hide(blind, once[0])
            prompt = spell(digits)[: len(digits) + 1]
            answer = sampling.continue_all(blind, [prompt], len(digits) + 1, 1e-6, 1, END)[0][len(prompt) :]
            gone += digits[once[0]] + 1 not in answer
            tried += 1
    return gone, tried


def measure(model, lists, step):
    """The figures that the README quotes, of the exported model on held-out lists."""
    points = pointing(model, lists[:500])
    head = max(points, key=lambda name: points[name][1])
    without = {name: right_share(without_head(model, *map(int, name.split("."))), lists[:1000]) for name in points}
    gone, tried = hidden_digit_gone(model, lists[:200])
    return {
        "right_share": right_share(model, lists), "lists": len(lists),
        "loss": round(trainer.mean_loss(model, *batch_of(lists), 1000), 8),
        "pointing_head": head, "pointing_share": points[head][0], "pointing_mass": points[head][1],
        "without_pointing": without[head],
        "pointing": points, "pointing_lists": 500, "right_without_head": without,
        "hidden_gone": gone, "hidden_lists": tried,
        "steps": step, "parameters": gpt2.count_parameters(model),
    }  # fmt: skip
