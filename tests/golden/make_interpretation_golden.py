"""Writes the golden values of what recorded patterns tell, as interpretation.safetensors beside this script.

Run from anywhere: /usr/bin/python3 tests/golden/make_interpretation_golden.py   (Debian's python3-torch, python3-scipy)

`<case>.patterns` (layers, heads, tokens, tokens), `<case>.residual`; `<case>.mean`, `<case>.rollout`, `<case>.entropy`,
`<case>.distance` by numpy in float64; `<case>.flow` by scipy's linear programming (HiGHS), where the case has one, and
compared here with scipy's maximum flow on capacities in whole numbers.
"""

import os

import numpy as np
import torch
from make_golden import HERE, write_safetensors
from scipy.optimize import linprog
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_flow

UNIT = 2**20  # of capacities in whole numbers


def patterns(random, layers, heads, tokens, causal=False, sharpness=2.0):
    scores = sharpness * random.standard_normal((layers, heads, tokens, tokens))
    if causal:
        scores[..., np.triu_indices(tokens, 1)[0], np.triu_indices(tokens, 1)[1]] = -np.inf
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    return (weights / weights.sum(-1, keepdims=True)).astype(np.float32)


def mixed(found, residual):
    """Residual and mean over heads of every layer: (layers, tokens, tokens)."""
    return residual * np.eye(found.shape[-1]) + (1 - residual) * found.astype(np.float64).mean(1)


def rollout(found, residual):
    layers = mixed(found, residual)
    layers = layers / layers.sum(-1, keepdims=True)
    out = [layers[0]]
    for layer in layers[1:]:
        out.append(layer @ out[-1])
    return np.stack(out)


def edges_of(capacities):
    """(from, to, capacity) of every edge, nodes counting from the lowest layer."""
    layers, tokens, _ = capacities.shape
    return [
        ((l + 1) * tokens + i, l * tokens + j, capacities[l, i, j])
        for l in range(layers)
        for i in range(tokens)
        for j in range(tokens)
        if capacities[l, i, j] > 0
    ]


def flow_by_program(edges, source, sink, nodes):
    """The largest flow as a linear program: what leaves a node is what comes in, but for source and sink."""
    balance = np.zeros((nodes, len(edges)))
    for n, (start, end, _) in enumerate(edges):
        balance[start, n] -= 1
        balance[end, n] += 1
    inner = [node for node in range(nodes) if node not in (source, sink)]
    bounds = [(0, capacity) for _, _, capacity in edges]
    found = linprog(-balance[sink], A_eq=balance[inner], b_eq=np.zeros(len(inner)), bounds=bounds, method="highs")
    assert found.status == 0
    return -found.fun


def flow(found, residual):
    capacities = mixed(found, residual)
    layers, tokens, _ = capacities.shape
    edges, nodes = edges_of(capacities), (layers + 1) * tokens
    starts, ends, sizes = zip(*edges)
    graph = csr_matrix((np.rint(np.array(sizes) * UNIT).astype(np.int32), (starts, ends)), shape=(nodes, nodes))
    out = np.zeros((tokens, tokens))
    for i in range(tokens):
        for j in range(tokens):
            out[i, j] = flow_by_program(edges, layers * tokens + i, j, nodes)
            whole = maximum_flow(graph, layers * tokens + i, j).flow_value / UNIT
            assert abs(out[i, j] - whole) < len(edges) / UNIT
    return out


def case(random, layers, heads, tokens, residual=0.5, causal=False, sharpness=2.0, with_flow=True):
    found = patterns(random, layers, heads, tokens, causal, sharpness)
    exact = found.astype(np.float64)
    logs = np.log(np.where(exact > 0, exact, 1))
    position = np.arange(tokens)
    apart = np.abs(position[:, None] - position[None, :])
    values = {
        "patterns": found,
        "residual": np.array([residual]),
        "mean": exact.mean(1),
        "rollout": rollout(found, residual),
        "entropy": -(exact * logs).sum(-1).mean(-1),
        "distance": (exact * apart).sum((-1, -2)) / exact.sum((-1, -2)),
    }
    if with_flow:
        values["flow"] = flow(found, residual)
    return values


def main():
    random = np.random.default_rng(20240712)
    cases = {
        "two_layers": case(random, 2, 2, 4),
        "causal": case(random, 3, 2, 6, causal=True),
        "deep": case(random, 5, 1, 6, sharpness=4.0),
        "little_residual": case(random, 4, 3, 5, residual=0.1, sharpness=6.0),
        "no_residual": case(random, 4, 1, 6, residual=0.0, sharpness=8.0),
        "one_layer": case(random, 1, 3, 7),
        "one_token": case(random, 3, 2, 1),
        "long": case(random, 3, 2, 23, with_flow=False),
    }
    arrays = {
        f"{name}.{key}": torch.tensor(value).float() for name, found in cases.items() for key, value in found.items()
    }
    write_safetensors(os.path.join(HERE, "interpretation.safetensors"), arrays)


if __name__ == "__main__":
    main()
