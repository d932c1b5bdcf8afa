"""Writes positions.safetensors: tables of positions and rotary embeddings, computed in float64, kept as float32.

Run from anywhere: /usr/bin/python3 tests/golden/make_positions_golden.py

`<encoding>.<case>.table` for each case of TABLES, with `.numbers` (tokens, width or heads, parameters in order) and,
where a trained weight gives the table, `.weight`; `<case>.x`, `.cos`, `.sin`, `.y` for each case of ROTATIONS, with
`.ids` where it has position ids and `.options` (num_heads, rotary_embedding_dim, interleaved). ROTATIONS has the
configurations of the ONNX project's own test cases of `RotaryEmbedding` under their names, and three more.
"""

import math
import os

import numpy as np
import torch

from make_golden import HERE, write_safetensors

RANDOM = np.random.default_rng(20260401)


def sinusoidal(positions, width, base):
    """(positions, width): sines of the angles in even columns, cosines in odd ones."""
    table = np.empty((len(positions), width))
    for t, position in enumerate(positions):
        for i in range(width // 2):
            angle = position / base ** (2 * i / width)
            table[t, 2 * i], table[t, 2 * i + 1] = math.sin(angle), math.cos(angle)
    return table


def sinusoidal_2d(tokens, width, base, columns):
    columns = int(columns)
    row = sinusoidal([t // columns for t in range(tokens)], width // 2, base)
    column = sinusoidal([t % columns for t in range(tokens)], width // 2, base)
    return np.concatenate([row, column], 1)


def rotary(tokens, width, base, scaling):
    table = sinusoidal([t / scaling for t in range(tokens)], width, base)
    return np.concatenate([table[:, 1::2], table[:, 0::2]], 1)


def alibi(tokens, heads, bidirectional):
    """Slopes 2^(-8 h / n); between two powers of two the lower one's, then every second one of the higher one's."""
    assert bidirectional == 1
    lower = 2 ** int(math.log2(heads))
    slopes = [2 ** (-8 * (h + 1) / lower) for h in range(lower)]
    doubled = [2 ** (-8 * (h + 1) / (2 * lower)) for h in range(2 * lower)]
    slopes += doubled[0::2][: heads - lower]
    distance = np.abs(np.arange(tokens)[:, None] - np.arange(tokens)[None, :])
    return -np.array(slopes)[:, None, None] * distance


def t5_relative(tokens, heads, buckets, max_distance, bidirectional, weight):
    """In single precision, as the models were trained: torch's own logarithm and truncation."""
    distance = torch.arange(tokens)[None, :] - torch.arange(tokens)[:, None]
    count, first = int(buckets), torch.zeros_like(distance)
    if bidirectional:
        count //= 2
        first = torch.where(distance > 0, count, 0)
        away = distance.abs()
    else:
        away = (-distance).clamp(min=0)
    exact = count // 2
    share = torch.log(away.float().clamp(min=1) / exact) / math.log(max_distance / exact)
    grown = (exact + (share * (count - exact)).long()).clamp(max=count - 1)
    bucket = first + torch.where(away < exact, away, grown)
    return weight[bucket.numpy()].transpose(2, 0, 1)


# {encoding: (function, [numbers])}
TABLES = {
    "sinusoidal": (lambda t, w, base: sinusoidal(range(t), w, base), [(1, 2, 1e4), (19, 12, 1e4), (9, 6, 50)]),
    "sinusoidal_2d": (sinusoidal_2d, [(1, 4, 1e4, 14), (11, 12, 1e4, 4), (5, 8, 100, 1), (3, 4, 1e4, 14)]),
    "rotary": (rotary, [(1, 2, 1e4, 1), (17, 10, 1e4, 1), (17, 10, 500, 4)]),
    "rotary_interleaved": (rotary, [(17, 10, 1e4, 1), (12, 6, 1e6, 2.5)]),
    "alibi": (alibi, [(1, 1, 1), (6, 8, 1), (4, 12, 1), (3, 7, 1), (5, 16, 1)]),
    "t5_relative": (
        t5_relative,
        [(1, 2, 32, 128, 1), (40, 2, 32, 128, 1), (40, 2, 32, 128, 0), (30, 3, 9, 20, 1), (30, 1, 6, 12, 0)],
    ),
}

# {case: (shape of x, rows of the caches or None, num_heads, rotary_embedding_dim, interleaved)}; None: no position ids
ROTATIONS = {
    "test_rotary_embedding": ((2, 4, 3, 8), 50, 0, 0, 0),
    "test_rotary_embedding_3d_input": ((2, 3, 32), 50, 4, 0, 0),
    "test_rotary_embedding_interleaved": ((2, 4, 3, 8), 50, 0, 0, 1),
    "test_rotary_embedding_with_rotary_dim": ((2, 4, 3, 8), 50, 0, 4, 0),
    "test_rotary_embedding_with_interleaved_rotary_dim": ((2, 4, 3, 8), 50, 0, 4, 1),
    "test_rotary_embedding_no_position_ids": ((2, 4, 3, 8), None, 0, 0, 0),
    "test_rotary_embedding_no_position_ids_interleaved": ((2, 4, 3, 8), None, 0, 0, 1),
    "test_rotary_embedding_no_position_ids_rotary_dim": ((2, 4, 3, 8), None, 0, 4, 0),
    "merged_heads_interleaved_rotary_dim": ((3, 5, 14), 9, 1, 6, 1),
    "merged_heads_no_position_ids": ((2, 5, 18), None, 3, 4, 0),
    "wide_heads_interleaved": ((1, 2, 1, 26), 4, 0, 0, 1),
}


def rotate(x, cos, sin, num_heads, width, interleaved):
    """Every pair of components as a complex number, times that of its token's angle. cos, sin (batch, tokens, pairs)."""
    merged = num_heads > 0
    heads = x.reshape(*x.shape[:2], num_heads, -1) if merged else x.transpose(0, 2, 1, 3)
    y = heads.copy()
    width = width or heads.shape[-1]
    first = range(0, width, 2) if interleaved else range(width // 2)
    for pair, a in enumerate(first):
        b = a + 1 if interleaved else a + width // 2
        turned = (heads[..., a] + 1j * heads[..., b]) * (cos[..., pair] + 1j * sin[..., pair])[..., None]
        y[..., a], y[..., b] = turned.real, turned.imag
    return y.reshape(x.shape) if merged else y.transpose(0, 2, 1, 3)


def numbers(shape):
    """Random numbers that float32 holds exactly."""
    return RANDOM.uniform(-2, 2, shape).astype(np.float32).astype(np.float64)


def golden():
    found = {}
    for encoding, (function, cases) in TABLES.items():
        for n, case in enumerate(cases):
            name = f"{encoding}.{n}"
            found[f"{name}.numbers"] = np.array(case)
            weight = ()
            if encoding == "t5_relative":
                weight = (numbers((case[2], case[1])),)
                found[f"{name}.weight"] = weight[0]
            found[f"{name}.table"] = function(*case, *weight)
    for name, (shape, positions, num_heads, width, interleaved) in ROTATIONS.items():
        d_head = shape[-1] // num_heads if num_heads else shape[-1]
        pairs = (width or d_head) // 2
        batch_tokens = shape[:2] if num_heads else (shape[0], shape[2])
        cache = (*batch_tokens, pairs) if positions is None else (positions, pairs)
        x, cos, sin = numbers(shape), numbers(cache), numbers(cache)
        found |= {f"{name}.x": x, f"{name}.cos": cos, f"{name}.sin": sin}
        if positions is not None:
            ids = RANDOM.integers(0, positions, batch_tokens)
            found[f"{name}.ids"] = ids
            cos, sin = cos[ids], sin[ids]
        found[f"{name}.options"] = np.array([num_heads, width, interleaved])
        found[f"{name}.y"] = rotate(x, cos, sin, num_heads, width, interleaved)
    return found


if __name__ == "__main__":
    tensors = {name: torch.tensor(np.ascontiguousarray(value, np.float32)) for name, value in golden().items()}
    write_safetensors(os.path.join(HERE, "positions.safetensors"), tensors)
