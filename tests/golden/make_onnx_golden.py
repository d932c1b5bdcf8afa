"""Writes what ONNX's published cases of some operators give, beside this script.

Run from anywhere: /usr/bin/python3 tests/golden/make_onnx_golden.py   (Debian's python3-torch)

onnx_attention_4d.safetensors, onnx_attention_3d.safetensors: the cases of onnx/backend/test/case/node/attention.py that
compute in float32, with their shapes and attributes. Their data are random there, and here those of `drawn`, which
tests/core draws again. `<case>.*` holds
    shapes (3, axes)  of q, k, v;  lengths (batch)  nonpad_kv_seqlen
    settings          scale (0: none given), softcap, causal, window (0: none), q_num_heads, kv_num_heads, past, mode
                      (-1: qk_matmul_output is not asked for)
    mask_shape        of an additive mask that is drawn; or added, allowed: a mask that the case spells out
    q, k, v           where the case spells them out
    y, qk             the output and qk_matmul_output, in float64
Left out: float16 and bfloat16, for the core computes in float32; what differs from another case in its opset alone; of
opset 25 the window over an external cache, whose mask of three axes means (batch, queries, keys), not what broadcasts.
qk_matmul_output_mode means 0 scaled, 1 capped, 2 masked, 3 normalised, as the errata of 2026 have it; a query that may
see nothing gets zeros.

onnx_operators.safetensors: the cases of Softmax, LogSoftmax, LayerNormalization, RMSNormalization, and of Gelu:
`<operator>.<case>.x`, its axis, gain, bias and epsilon, `.y`.
"""

import os

import numpy as np
import torch
from torch.nn import functional

from make_golden import HERE, write_safetensors

SEEDS = {"q": 1, "k": 2, "v": 3, "mask": 4, "past_key": 5, "past_value": 6}


def drawn(shape, seed):
    """The numbers that random_floats(..., 2, seed) of tests/core/support.hpp gives: Mersenne twister, 24 bits each."""
    bits = np.random.MT19937()
    bits._legacy_seeding(seed)
    raw = bits.random_raw(int(np.prod(shape))).astype(np.float64)
    return (2 * (np.floor(raw / 256) / 2**23 - 1)).reshape(shape)


def case(q, k, v=None, mask=None, past=0, heads=(0, 0), lengths=None, mode=-1, **settings):
    """`mask`: the shape of one that is drawn, or an array, boolean or to be added; `settings`: scale, softcap, causal,
    window, q, k, v."""
    return {"shapes": (q, k, v or k), "mask": mask, "past": past, "heads": heads, "lengths": lengths, "mode": mode,
            **settings}  # fmt: skip


def split(x, heads):
    """(batch, tokens, heads * width) -> (batch, heads, tokens, width)."""
    return x.reshape(*x.shape[:2], heads, -1).swapaxes(1, 2) if x.ndim == 3 else x


def seen_cells(batch, queries, keys, past, lengths, causal=False, window=0):
    """(batch, 1, queries, keys): what causality, the window and the padding leave to see. Queries stand behind the past;
    without one, the last stands at the last key that is no padding."""
    first = np.full(batch, past)
    if lengths is not None and not past:
        first = np.array(lengths) - queries
    i = first[:, None, None, None] + np.arange(queries)[:, None]
    j = np.arange(keys)
    seen = np.ones((batch, 1, queries, keys), bool)
    if causal or window:
        seen &= j <= i
    if window:
        seen &= j > i - window
    if lengths is not None:
        seen &= j < np.array(lengths)[:, None, None, None]
    return seen


def mask_cells(mask, keys):
    """A mask as (cells to see, numbers to add), its last axis filled up with hidden keys."""
    if mask is None:
        return np.ones(1, bool), np.zeros(1)
    allowed = mask if mask.dtype == bool else np.ones(mask.shape, bool)
    added = np.zeros(mask.shape) if mask.dtype == bool else mask
    width = [(0, 0)] * (mask.ndim - 1) + [(0, keys - mask.shape[-1])]
    return np.pad(allowed, width), np.pad(added, width)


def attention(one):
    """y and the four things that qk_matmul_output can be."""
    operands = [drawn(shape, SEEDS[name]) for name, shape in zip("qkv", one["shapes"])]
    operands = [np.asarray(one.get(name, x), np.float64) for name, x in zip("qkv", operands)]
    q, k, v = (split(x, h) for x, h in zip(operands, (one["heads"][0], one["heads"][1], one["heads"][1])))
    if one["past"]:
        before = (*k.shape[:2], one["past"])
        k = np.concatenate([drawn((*before, k.shape[3]), SEEDS["past_key"]), k], 2)
        v = np.concatenate([drawn((*before, v.shape[3]), SEEDS["past_value"]), v], 2)
    mask = drawn(one["mask"], SEEDS["mask"]) if isinstance(one["mask"], tuple) else one["mask"]
    group, keys = q.shape[1] // k.shape[1], k.shape[2]
    seen = seen_cells(q.shape[0], q.shape[2], keys, one["past"], one["lengths"], one.get("causal"), one.get("window"))
    allowed, added = mask_cells(mask, keys)
    scaled = q @ k.repeat(group, 1).swapaxes(2, 3) * (one.get("scale") or q.shape[3] ** -0.5)
    cap = one.get("softcap", 0)
    capped = cap * np.tanh(scaled / cap) if cap else scaled
    masked = np.where(seen & allowed, capped + added, -np.inf)
    highest = masked.max(-1, keepdims=True)
    weights = np.exp(masked - np.where(np.isinf(highest), 0, highest))
    total = weights.sum(-1, keepdims=True)
    weights = weights / np.where(total == 0, 1, total)
    y = weights @ v.repeat(group, 1)
    if operands[0].ndim == 3:
        y = y.swapaxes(1, 2).reshape(*operands[0].shape[:2], -1)
    return y, (scaled, capped, masked, weights)


Q, K, WIDE = (2, 3, 4, 8), (2, 3, 6, 8), (2, 3, 6, 10)
GROUPED = (2, 9, 4, 8)
MASK, LONG = (4, 6), (4, 18)


def cases_4d():
    past = {"past": 12, "mask": LONG}
    bias = {"past": 12, "mode": 2}
    random = np.random.default_rng(20261121)
    two = {"q": (1, 2, 2, 8), "k": (1, 2, 2, 8)}
    blocked = np.zeros((4, 6))
    blocked[:, 4:] = -np.inf
    poison = drawn((1, 1, 6, 8), SEEDS["v"])
    poison[:, :, 4:] = 1000
    composed = np.zeros((2, 1, 3, 6), bool)
    for (b, i), seen in {(0, 0): [0, 1, 2], (0, 1): [0, 1, 2], (0, 2): [0, 2, 3],
                         (1, 0): [0, 1, 2, 3], (1, 1): [0, 1, 2, 3], (1, 2): [0, 1, 3, 4]}.items():  # fmt: skip
        composed[b, 0, i, seen] = True
    hidden_first = {"mask": np.array([[False, False], [True, True]])}
    return {
        "attention_4d": case(Q, K),
        "attention_4d_gqa": case(GROUPED, K),
        "attention_4d_diff_heads_sizes": case(Q, K, WIDE),
        "attention_4d_scaled": case(Q, K, scale=0.01),
        "attention_4d_gqa_scaled": case(GROUPED, K, scale=0.01),
        "attention_4d_diff_heads_sizes_scaled": case(Q, K, WIDE, scale=0.01),
        "attention_4d_causal": case(Q, K, causal=True),
        "attention_4d_gqa_causal": case(GROUPED, K, causal=True),
        "attention_4d_diff_heads_sizes_causal": case(Q, K, WIDE, causal=True),
        "attention_4d_attn_mask": case(Q, K, mask=MASK),
        "attention_4d_attn_mask_3d": case(Q, K, mask=(2, 1, 4, 6)),
        "attention_4d_attn_mask_3d_causal": case(Q, K, mask=(2, 1, 4, 6), causal=True),
        "attention_4d_attn_mask_4d": case(Q, K, mask=(2, 3, 4, 6)),
        "attention_4d_attn_mask_4d_causal": case(Q, K, mask=(2, 3, 4, 6), causal=True),
        "attention_4d_attn_mask_bool": case(Q, K, mask=random.random((4, 6)) > 0.4),
        "attention_4d_attn_mask_bool_4d": case(Q, K, mask=random.random((2, 3, 4, 6)) > 0.4),
        "attention_4d_gqa_attn_mask": case(GROUPED, K, mask=MASK),
        "attention_4d_diff_heads_sizes_attn_mask": case(Q, K, WIDE, mask=MASK),
        "attention_4d_with_past_and_present": case(Q, K, **past),
        "attention_4d_gqa_with_past_and_present": case(GROUPED, K, **past),
        "attention_4d_diff_heads_with_past_and_present": case(Q, K, WIDE, **past),
        "attention_4d_diff_heads_with_past_and_present_mask3d": case(Q, K, WIDE, past=12, mask=(2, 1, 4, 18)),
        "attention_4d_diff_heads_with_past_and_present_mask4d": case(Q, K, WIDE, past=12, mask=(2, 3, 4, 18)),
        "attention_4d_softcap": case(Q, K, softcap=2),
        "attention_4d_gqa_softcap": case(GROUPED, K, softcap=2),
        "attention_4d_diff_heads_sizes_softcap": case(Q, K, WIDE, softcap=2),
        "attention_4d_with_qk_matmul": case(Q, K, mode=0),
        "attention_4d_with_qk_matmul_bias": case(Q, K, mask=MASK, mode=2),
        "attention_4d_with_qk_matmul_softcap": case(Q, K, mask=MASK, softcap=2, mode=1),
        "attention_4d_with_qk_matmul_softmax": case(Q, K, mask=MASK, mode=3),
        "attention_4d_with_past_and_present_qk_matmul": case(Q, K, **past, mode=0),
        "attention_4d_with_past_and_present_qk_matmul_bias": case(Q, K, mask=LONG, **bias),
        "attention_4d_with_past_and_present_qk_matmul_bias_3d_mask": case(Q, K, mask=(2, 1, 4, 18), **bias),
        "attention_4d_with_past_and_present_qk_matmul_bias_4d_mask": case(Q, K, mask=(2, 3, 4, 18), **bias),
        "attention_4d_with_past_and_present_qk_matmul_bias_3d_mask_causal": case(
            Q, K, mask=(2, 1, 4, 18), causal=True, **bias
        ),
        "attention_4d_with_past_and_present_qk_matmul_bias_4d_mask_causal": case(
            Q, K, mask=(2, 3, 4, 18), causal=True, **bias
        ),
        "attention_4d_causal_with_past_and_present": case(Q, Q, past=3, causal=True),
        "attention_4d_diff_heads_mask4d_padded_kv": case(Q, K, WIDE, mask=(2, 3, 4, 4), lengths=[3, 4]),
        "attention_4d_softcap_neginf_mask": case((1, 1, 4, 8), (1, 1, 6, 8), mask=blocked, softcap=0.5),
        "attention_4d_softcap_neginf_mask_poison": {
            **case((1, 1, 4, 8), (1, 1, 6, 8), mask=blocked, softcap=0.5),
            "v": poison,
        },
        "attention_4d_gqa_causal_nonpad_decode": case((2, 4, 1, 8), (2, 2, 8, 8), lengths=[8, 5], causal=True),
        "attention_4d_causal_nonpad_continued_prefill": case((1, 2, 2, 8), (1, 2, 4, 8), lengths=[4], causal=True),
        "attention_4d_causal_nonpad_batch_prefill": case((3, 2, 2, 8), (3, 2, 6, 8), lengths=[4, 5, 6], causal=True),
        "attention_4d_causal_nonpad_negative_offset_structural_empty": case(
            (1, 2, 4, 8), (1, 2, 4, 8), lengths=[2], causal=True
        ),
        "attention_4d_causal_nonpad_attn_mask_composition": case(
            (2, 2, 3, 8), (2, 2, 6, 8), mask=composed, lengths=[4, 5], causal=True
        ),
        "attention_causal_boolmask_nan_robustness": case(
            **two, mask=np.array([[True, False], [False, False]]), causal=True
        ),
        "attention_23_boolmask_fullymasked_row_nan_robustness": case(**two, **hidden_first),
        "attention_24_fullymasked_qk_matmul_output_mode3_zero": case(**two, **hidden_first, mode=3),
        "attention_local_window": case(Q, K, window=3),
        "attention_local_window_causal": case(Q, K, window=3, causal=True),
        "attention_local_window_with_past": case(Q, (2, 3, 2, 8), past=8, window=3),
    }


def cases_3d():
    q, k, wide, grouped = (2, 4, 24), (2, 6, 24), (2, 6, 30), (2, 4, 72)
    kinds = {"": (q, k, k, (3, 3)), "_gqa": (grouped, k, k, (9, 3)), "_diff_heads_sizes": (q, k, wide, (3, 3))}
    found = {}
    for kind, (*shapes, heads) in kinds.items():
        for what, settings in {"": {}, "_scaled": {"scale": 0.01}, "_causal": {"causal": True},
                               "_attn_mask": {"mask": MASK}, "_softcap": {"softcap": 3}}.items():  # fmt: skip
            found[f"attention_3d{kind}{what}"] = case(*shapes, heads=heads, **settings)
        name = kind.replace("_sizes", "")
        found[f"attention_3d{name}_with_past_and_present"] = case(*shapes, heads=heads, past=12, mask=LONG)
    for what, settings in {"": {"mode": 0}, "_bias": {"mode": 2}, "_softcap": {"mode": 1, "softcap": 2},
                           "_softmax": {"mode": 3}}.items():  # fmt: skip
        found[f"attention_3d_with_past_and_present_qk_matmul{what}"] = case(
            q, k, heads=(3, 3), past=12, mask=LONG, **settings
        )
    found["attention_3d_transpose_verification"] = {
        **case((1, 2, 12), (1, 2, 12), heads=(3, 3)),
        "q": np.repeat([1.0, 2.0, 3.0], 4)[None, None].repeat(2, 1),
        "k": np.full((1, 2, 12), 0.1),
        "v": np.full((1, 2, 12), 0.1),
    }
    found["attention_3d_local_window"] = case(q, k, heads=(3, 3), window=3)
    return found


def stored(one):
    """A case as the tests read it."""
    y, steps = attention(one)
    settings = [one.get(name, 0) for name in ("scale", "softcap", "causal", "window")]
    found = {"shapes": one["shapes"], "settings": [*settings, *one["heads"], one["past"], one["mode"]], "y": y}
    if one["lengths"] is not None:
        found["lengths"] = one["lengths"]
    if isinstance(one["mask"], tuple):
        found["mask_shape"] = one["mask"]
    elif one["mask"] is not None:
        found["allowed" if one["mask"].dtype == bool else "added"] = one["mask"]
    if one["mode"] >= 0:
        found["qk"] = steps[one["mode"]]
    return {**found, **{name: one[name] for name in "qkv" if name in one}}


def norm_cases():
    """{case: arrays}: every axis of two, three and four axes, and the last one."""
    shapes = {"2d": ((3, 4), 1e-5), "3d_epsilon": ((2, 3, 5), 1e-1), "4d": ((2, 3, 4, 5), 1e-5)}
    found = {}
    for name, (shape, epsilon) in shapes.items():
        for axis in range(-len(shape), len(shape)):
            row = shape[axis:]
            x, gain, bias = (drawn(s, seed) for seed, s in enumerate((shape, row, row), 1))
            over = tuple(range(-len(row), 0))
            away = x - x.mean(over, keepdims=True)
            layer = away / np.sqrt((away**2).mean(over, keepdims=True) + epsilon) * gain + bias
            rms = x / np.sqrt((x**2).mean(over, keepdims=True) + epsilon) * gain
            case = f"{name}_axis_{axis}"
            for operator, y in (("layer_norm", layer), ("rms_norm", rms)):
                found[f"{operator}.{case}"] = {"x": x, "gain": gain, "epsilon": [epsilon], "axis": [axis], "y": y}
            found[f"layer_norm.{case}"]["bias"] = bias
    return found


def operator_cases():
    rows = {
        "example": np.array([[-1.0, 0, 1]]),
        "large_number": np.array([[0.0, 1, 2, 3], [10000, 10001, 10002, 10003]]),
        "far_apart": np.array([[0.0, -1e4, 1e4, 9999, -np.inf], [-1e30, 1e30, 0, 1e38, -1e38]]),
    }
    found = norm_cases()
    for name, x in rows.items():
        tensor = torch.tensor(x)
        found[f"softmax.{name}"] = {"x": x, "axis": [-1], "y": tensor.softmax(-1).numpy()}
        found[f"log_softmax.{name}"] = {"x": x, "axis": [-1], "y": tensor.log_softmax(-1).numpy()}
    x = drawn((3, 4, 5), 1) * 2
    for axis in (0, 1, 2, -1, -2):
        found[f"softmax.axis_{axis}"] = {"x": x, "axis": [axis], "y": torch.tensor(x).softmax(axis).numpy()}
        found[f"log_softmax.axis_{axis}"] = {"x": x, "axis": [axis], "y": torch.tensor(x).log_softmax(axis).numpy()}
    for name, x in {"1": np.array([-1.0, 0, 1]), "2": drawn((3, 4, 5), 2)}.items():
        for approximate in ("none", "tanh"):
            y = functional.gelu(torch.tensor(x), approximate=approximate).numpy()
            found[f"gelu_{approximate}.{name}"] = {"x": x, "y": y}
    return found


def write(name, cases):
    tensors = {f"{case}.{key}": value for case, found in cases.items() for key, value in found.items()}
    as_floats = {name: torch.from_numpy(np.asarray(value, np.float32)) for name, value in tensors.items()}
    write_safetensors(os.path.join(HERE, name), as_floats)


def main():
    write("onnx_attention_4d.safetensors", {name: stored(one) for name, one in cases_4d().items()})
    write("onnx_attention_3d.safetensors", {name: stored(one) for name, one in cases_3d().items()})
    write("onnx_operators.safetensors", operator_cases())


if __name__ == "__main__":
    main()
