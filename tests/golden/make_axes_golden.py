"""Writes axes.safetensors beside this script: what the rows of core/attention/variants.cpp must compute.

Run from anywhere: /usr/bin/python3 tests/golden/make_axes_golden.py   (Debian's python3-torch)

scoring.<row>.<case>.*        q (heads, queries, d_q), k (key heads, keys, d_k), v, the row's weights by their names and,
                              where it has any, params; then scores, pattern and z, the pattern by the normalisation that
                              the row is paired with
normalisation.<row>.<case>.*  params where the row has any, scores (rows, keys), weights (rows, keys)

Everything is computed in float64 from numbers as float32 holds them. Sparsemax and entmax sort their scores and solve for
the threshold in closed form, as the papers do and the core does not.
"""

import math
import os

import numpy as np
import torch

from make_golden import HERE, write_safetensors

# Each case: heads, key heads, queries, keys, d_q, d_k, d_v. A row whose weights do not map widths takes d_q for d_k.
SHAPES = {
    "few": (2, 2, 3, 5, 4, 4, 4),
    "many": (1, 1, 7, 6, 3, 5, 2),
    "grouped": (4, 2, 5, 3, 2, 4, 3),
    "one": (1, 1, 1, 1, 1, 2, 1),
}
D_HIDDEN = 3


def dot_product(q, k):
    return q @ k.transpose(0, 2, 1)


def additive(q, k, w_q, w_k, w_v):
    hidden = (q @ w_q)[:, :, None, :] + (k @ w_k)[:, None, :, :]
    return np.tanh(hidden) @ w_v


def cosine(q, k):
    lengths = np.linalg.norm(q, axis=-1)[:, :, None] * np.linalg.norm(k, axis=-1)[:, None, :]
    return dot_product(q, k) / lengths


def squared_distance(q, k):
    return ((q[:, :, None, :] - k[:, None, :, :]) ** 2).sum(-1)


def dot_product_key_norm(q, k, share, width):
    return (dot_product(q, k) - share / 2 * (k**2).sum(-1)[:, None, :]) / width**2


def concatenation(q, k, w_theta, w_phi, w_f):
    theta, phi = q @ w_theta, k @ w_phi
    pairs = np.zeros((q.shape[0], q.shape[1], k.shape[1], 2 * D_HIDDEN))
    pairs[..., :D_HIDDEN] = theta[:, :, None, :]
    pairs[..., D_HIDDEN:] = phi[:, None, :, :]
    return np.maximum(pairs @ w_f, 0)


def embedded(q, k, w_theta, w_phi):
    return dot_product(q @ w_theta, k @ w_phi)


def softmax(scores):
    """Rows of nothing but -inf become zeros."""
    highest = scores.max(-1, keepdims=True)
    e = np.exp(scores - np.where(np.isinf(highest), 0, highest))
    total = e.sum(-1, keepdims=True)
    return e / np.where(total == 0, 1, total)


def softmax_of(scores, temperature):
    if temperature > 0:
        return softmax(scores / temperature)
    top = (scores == scores.max(-1, keepdims=True)) & ~np.isinf(scores)
    return top / np.maximum(top.sum(-1, keepdims=True), 1)


def masked_softmax(scores, length):
    return softmax(np.where(np.arange(scores.shape[-1]) < length, scores, -np.inf))


def softcap(scores, cap):
    return softmax(np.where(np.isinf(scores), scores, cap * np.tanh(scores / cap)))


def softmax_plus_one(scores):
    return softmax(np.concatenate([scores, np.zeros((len(scores), 1))], -1))[:, :-1]


def count(scores):
    seen = ~np.isinf(scores)
    return np.where(seen, scores, 0) / np.maximum(seen.sum(-1, keepdims=True), 1)


def quotient(function):
    """f(s) over its sum along a row; zeros where that is 0."""

    def over_rows(scores):
        values = np.where(np.isinf(scores), 0, function(np.where(np.isinf(scores), 0, scores)))
        total = values.sum(-1, keepdims=True)
        return values / np.where(total == 0, 1, total)

    return over_rows


def visible_rows(function):
    """Applies `function` to the visible scores of each row, from its largest down; hidden ones get 0."""

    def over_rows(scores):
        weights = np.zeros_like(scores)
        for row, out in zip(scores, weights):
            seen = ~np.isinf(row)
            if seen.any():
                out[seen] = function(row[seen] - row[seen].max())
        return weights

    return over_rows


@visible_rows
def sparsemax(z):
    """Martins and Astudillo 2016, algorithm 1."""
    ranked = np.sort(z)[::-1]
    sums = np.cumsum(ranked)
    support = np.flatnonzero(1 + np.arange(1, len(z) + 1) * ranked > sums)[-1] + 1
    return np.maximum(z - (sums[support - 1] - 1) / support, 0)


@visible_rows
def entmax15(z):
    """Peters et al. 2019, algorithm 2: of k scores of mean m and summed squared deviation s, t = m - sqrt((1 - s) / k)."""
    ranked = np.sort(z / 2)[::-1]
    for k in range(len(z), 0, -1):
        mean = ranked[:k].mean()
        spare = 1 - ((ranked[:k] - mean) ** 2).sum()
        if spare >= 0 and mean - math.sqrt(spare / k) <= ranked[k - 1]:
            return np.maximum(z / 2 - (mean - math.sqrt(spare / k)), 0) ** 2
    raise AssertionError("one score alone always has a threshold")


# row: (scores, the shapes of its weights, its parameters, whether its weights map widths, its normalisation)
MAPS = {"w_theta": ("d_q", D_HIDDEN), "w_phi": ("d_k", D_HIDDEN)}
SCORINGS = {
    "scaled_dot_product": (lambda q, k: dot_product(q, k) / math.sqrt(q.shape[-1]), {}, [], False, softmax),
    "dot_product": (dot_product, {}, [], False, softmax),
    "additive": (
        additive,
        {"w_q": ("d_q", D_HIDDEN), "w_k": ("d_k", D_HIDDEN), "w_v": (D_HIDDEN,)},
        [],
        True,
        softmax,
    ),
    "general": (lambda q, k, w_a: dot_product(q @ w_a, k), {"w_a": ("d_q", "d_k")}, [], True, softmax),
    "cosine": (cosine, {}, [], False, softmax),
    "gaussian_kernel": (lambda q, k, h: -squared_distance(q, k) / (2 * h * h), {}, [0.75], False, softmax),
    "dot_product_key_norm": (dot_product_key_norm, {}, [0.375, 0.75], False, softmax),
    "gaussian_width": (lambda q, k, w: -squared_distance(q, k) * w * w / 2, {"w": (1,)}, [], False, softmax),
    "non_local_gaussian": (dot_product, {}, [], False, softmax),
    "non_local_embedded_gaussian": (embedded, MAPS, [], True, softmax),
    "non_local_dot_product": (embedded, MAPS, [], True, count),
    "non_local_concatenation": (concatenation, {**MAPS, "w_f": (2 * D_HIDDEN,)}, [], True, count),
}

# row: (weights, lists of parameters)
NORMALISATIONS = {
    "softmax": (softmax_of, [[1.0], [0.3], [2.5], [100.0], [0.0]]),
    "masked_softmax": (masked_softmax, [[float(n)] for n in range(10)]),
    "softcap": (softcap, [[2.0], [0.5], [30.0]]),
    "sparsemax": (sparsemax, [[]]),
    "entmax15": (entmax15, [[]]),
    "softmax_plus_one": (softmax_plus_one, [[]]),
    "count": (count, [[]]),
    "linear": (quotient(lambda scores: scores), [[]]),
    "square": (quotient(np.square), [[]]),
    "relu": (quotient(lambda scores: np.maximum(scores, 0)), [[]]),
}


def drawn(random, *shape):
    return random.normal(size=shape).astype(np.float32)


def double(array):
    return array.astype(np.float64)


def scoring_case(random, row, shape):
    function, weights, params, maps, normalise = SCORINGS[row]
    heads, key_heads, queries, keys, d_q, d_k, d_v = shape
    widths = {"d_q": d_q, "d_k": d_k if maps else d_q}
    q, k, v = drawn(random, heads, queries, d_q), drawn(random, key_heads, keys, widths["d_k"]), drawn(random, key_heads, keys, d_v)
    arrays = {name: drawn(random, *(widths.get(axis, axis) for axis in axes)) for name, axes in weights.items()}
    group = heads // key_heads
    scores = function(double(q), double(k).repeat(group, 0), *map(double, arrays.values()), *params)
    pattern = normalise(scores)
    found = {"q": q, "k": k, "v": v, **arrays}
    if params:
        found["params"] = np.array(params)
    return {**found, "scores": scores, "pattern": pattern, "z": pattern @ double(v).repeat(group, 0)}


def scores_of_rows(random):
    """(rows, 9): ordinary ones, hidden cells, a hidden row, ties, all alike, far apart, hardly apart, larger than exp holds."""
    scores = drawn(random, 9, 9) * 2
    scores[1, [0, 4, 8]] = -np.inf
    scores[2] = -np.inf
    scores[3] = np.repeat(scores[3, :3], 3)
    scores[4] = 1.25
    scores[5] *= 1e4
    scores[6] *= 1e-3
    scores[7] += 200
    scores[8, 1:] = -np.inf
    return scores


def normalisation_cases(random, row):
    function, settings = NORMALISATIONS[row]
    scores = scores_of_rows(random)
    for index, params in enumerate(settings):
        found = {"params": np.array(params)} if params else {}
        yield f"case_{index}", {**found, "scores": scores, "weights": function(double(scores), *params)}


def main():
    random = np.random.default_rng(20261121)
    tensors = {}
    for row in SCORINGS:
        for case, shape in SHAPES.items():
            for name, array in scoring_case(random, row, shape).items():
                tensors[f"scoring.{row}.{case}.{name}"] = array
    for row in NORMALISATIONS:
        for case, found in normalisation_cases(random, row):
            for name, array in found.items():
                tensors[f"normalisation.{row}.{case}.{name}"] = array
    as_floats = {name: torch.from_numpy(np.asarray(array, np.float32)) for name, array in tensors.items()}
    write_safetensors(os.path.join(HERE, "axes.safetensors"), as_floats)


if __name__ == "__main__":
    main()
