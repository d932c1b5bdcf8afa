"""Which head looks where: the weight that each head puts on cells named in advance."""

import numpy as np


def head_weights(model, sequences, relations):
    """{relation: {"layer.head": mean weight}} over sequences of ids.

    `relations`: {name: function(ids) -> bool array (tokens, tokens)}, true at (i, j) where the
    relation says that token i might look at token j. Rows without such a cell do not count."""
    sums, rows = {name: {} for name in relations}, dict.fromkeys(relations, 0)
    for ids in sequences:
        patterns = {name: value.numpy() for name, value in model.stations(ids).items() if name.endswith("attn.pattern")}
        for relation, cells_of in relations.items():
            cells = cells_of(ids)
            named = cells.any(1)
            rows[relation] += int(named.sum())
            for name, pattern in patterns.items():
                layer = name.split(".")[1]
                for head, weight in enumerate((pattern * cells).sum(-1)[:, named].sum(-1)):
                    key = f"{layer}.{head}"
                    sums[relation][key] = sums[relation].get(key, 0.0) + float(weight)
    return {name: {key: total / rows[name] for key, total in found.items()} for name, found in sums.items()}


def best_heads(model, sequences, relations):
    """{relation: ["layer.head", weight]}: the head with the largest mean weight on each relation."""
    weights = head_weights(model, sequences, relations)
    best = {name: max(found, key=found.get) for name, found in weights.items()}
    return {name: [head, round(weights[name][head], 3)] for name, head in best.items()}


def back(steps):
    """The relation "the token `steps` places before"."""
    return lambda ids: np.eye(len(ids), k=-steps, dtype=bool)


def last_of(marks):
    """The relation "the last token before this one that is among `marks`" (ids)."""

    def cells_of(ids):
        cells, last = np.zeros((len(ids), len(ids)), bool), None
        for i, token in enumerate(ids):
            if last is not None:
                cells[i, last] = True
            last = i if token in marks else last
        return cells

    return cells_of


def same_run(letters):
    """The relation "earlier in the same unbroken run of `letters`" (ids), say in the same word."""

    def cells_of(ids):
        cells, start = np.zeros((len(ids), len(ids)), bool), 0
        for i, token in enumerate(ids):
            start = start if token in letters else i + 1
            cells[i, start:i] = token in letters
        return cells

    return cells_of
