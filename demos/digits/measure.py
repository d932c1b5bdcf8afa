"""What the digit reader can do, and where its heads look."""

import numpy as np
import torch

import gpt2
from pictures import drawn, pixels_of
from vit import ACROSS, CLASSES, half_weights, ink_of, with_weights

SOME = 500  # the first test digits, enough for what is measured head by head


@torch.no_grad()
def logits_of(model, pixels):
    return torch.cat([model(part) for part in pixels.split(250)])


def accuracy(model, pixels, labels):
    return float((logits_of(model, pixels).argmax(-1).numpy() == labels).mean())


def without(weights, heads):
    """The model without some heads [(layer, head)]: their rows of W_O are zero."""
    model = with_weights(weights)
    d_head = model.config.d_head
    with torch.no_grad():
        for layer, head in heads:
            model.h[layer].attn.c_proj.weight[head * d_head : (head + 1) * d_head] = 0
    return model


def places(pattern):
    """{(down, right): mean weight that a patch gives to the patch so far from it}, up to two patches away, of one head's
    mean pattern (tokens, tokens)."""
    row, column = np.divmod(np.arange(ACROSS * ACROSS), ACROSS)
    down, right = row[None] - row[:, None], column[None] - column[:, None]
    near = [(dy, dx) for dy in (-2, -1, 0, 1, 2) for dx in (-2, -1, 0, 1, 2)]
    return {place: float(pattern[1:, 1:][(down == place[0]) & (right == place[1])].mean()) for place in near}


def place_name(down, right):
    """(-1, 2) is "1 up, 2 right"."""
    axes = ((down, "up", "down"), (right, "left", "right"))
    return ", ".join(f"{abs(steps)} {axis[steps > 0]}" for steps, *axis in axes if steps) or "itself"


def look(model, pixels):
    """Where the heads look: the class token of the last layer (share on ink, mean row and column of its weight), and
    each head's commonest place."""
    parts = [model.patterns(part) for part in pixels.split(250)]
    ink = ink_of(pixels)
    last = torch.cat([part[:, -1, :, 0, 1:] for part in parts])
    mean = (sum(part.sum(0) for part in parts) / len(pixels)).numpy()
    cells = torch.tensor([divmod(patch, ACROSS) for patch in range(ACROSS * ACROSS)]).float()
    centre = (last @ cells / last.sum(-1, keepdim=True)).mean(0)
    found = {}
    for layer in range(mean.shape[0]):
        for head in range(mean.shape[1]):
            place, weight = max(places(mean[layer, head]).items(), key=lambda entry: entry[1])
            found[f"{layer}.{head}"] = (place_name(*place), round(weight, 4))
    return {
        "ink_patches": round(float(ink.float().mean()), 4),
        "on_ink": [round(value, 4) for value in (last * ink[:, None]).sum(-1).mean(0).tolist()],
        "centre": [[round(value, 2) for value in pair] for pair in centre.tolist()],
        "places": found,
    }


def measure(model, images, labels, steps, batch):
    """The figures that the README quotes, of the exported weights on the test set."""
    pixels, weights = pixels_of(images), half_weights(model)
    guesses = logits_of(model, pixels).argmax(-1).numpy()
    confusion = np.zeros((CLASSES, CLASSES), int)
    np.add.at(confusion, (labels, guesses), 1)
    pens = {"as_written": (0.5, 0), "thin": (0.8, 0), "thick": (0.5, 1)}
    layers, heads = range(model.config.n_layers), range(model.config.n_heads)
    right_without = lambda gone: accuracy(without(weights, gone), pixels[:SOME], labels[:SOME])
    return {
        "accuracy": float((guesses == labels).mean()), "test": len(labels), "wrong": int((guesses != labels).sum()),
        "confusion": confusion.tolist(),
        "drawn": {name: accuracy(model, drawn(pixels, *pen), labels) for name, pen in pens.items()},
        "some": SOME, **look(model, pixels[:SOME]), "some_accuracy": float((guesses == labels)[:SOME].mean()),
        "without_head": {f"{layer}.{head}": right_without([(layer, head)]) for layer in layers for head in heads},
        "without_last": right_without([(layers[-1], head) for head in heads]),
        "steps": steps, "batch": batch, "parameters": gpt2.count_parameters(model),
    }  # fmt: skip


def words_of(figures):
    """The figures as the README's sentences and table need them."""
    cells = lambda values: " | ".join(map(str, values))
    confusion = np.array(figures["confusion"])
    others = confusion - np.diag(confusion.diagonal())
    last = len(figures["without_head"]) // len(figures["on_ink"]) - 1
    strong = [f"{name} ({place}: {weight:.0%})" for name, (place, weight) in figures["places"].items() if weight >= 0.1]
    looks = enumerate(zip(figures["on_ink"], figures["centre"]))
    return {
        **figures,
        "ink_words": ", ".join(f"{last}.{head} {share:.1%} ({row:.1f}, {column:.1f})" for head, (share, (row, column)) in looks),
        "worst_head": min(figures["without_head"], key=figures["without_head"].get),
        "without_lowest": min(figures["without_head"].values()), "without_next": sorted(figures["without_head"].values())[1],
        "place_words": ", ".join(strong) or "none",
        "digit_words": cells(range(CLASSES)), "rule": "|".join(["---:"] * CLASSES),
        "count_words": cells(confusion.sum(1)), "wrong_words": cells(others.sum(1)),
        "taken_words": cells(row.argmax() if row.any() else "" for row in others),
    }  # fmt: skip
