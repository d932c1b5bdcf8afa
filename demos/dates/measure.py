"""What the date writer can do, and where its decoder looks."""

import datetime

import numpy as np
import torch

import gpt2
from dates import ANSWER, BOS, PAD, WRITES, batch_of, by_family, examples, ids_of, text_of
from spellings import DAY, FAMILIES, MONTH, UNSEEN, YEAR, is_unseen, spell, spellings
from transformer import half_weights, with_weights

TESTS, SOME = 10_000, 2_000  # examples for the accuracies, and for all else
PARTS = {"year": YEAR, "month": MONTH, "day": DAY}
KINDS = {**PARTS, "century": 4}  # of steps; "century": the first two digits of a year that is spelled with two
SAMPLE = datetime.date(2026, 11, 21)


def split(chosen, size=500):
    """Batches of tensors, padded as they come."""
    for start in range(0, len(chosen), size):
        yield tuple(torch.as_tensor(part) for part in batch_of(chosen[start : start + size]))


@torch.no_grad()
def right_steps(model, chosen, hide=None):
    """(examples, steps) bool: which steps of the answer are right when the ones before are given. An example with all right is
    exactly one that the model, left alone, writes right. `hide`: a part of the date that the decoder cannot see."""
    found = []
    for source, answer, parts in split(chosen):
        logits = model(source, answer[:, :-1], hide=None if hide is None else parts == hide)
        found.append(logits.argmax(-1) == answer[:, 1:])
    return torch.cat(found).numpy()


def accuracy(model, chosen):
    return float(right_steps(model, chosen).all(1).mean())


def written(model, text):
    """What the model, left alone, answers."""
    return text_of(model.write(torch.tensor([ids_of(text)]), BOS, ANSWER)[0])


def mistakes(model, chosen):
    """[(text, answer, what was written)]"""
    wrong = np.flatnonzero(~right_steps(model, chosen).all(1))
    return [(chosen[row].text, chosen[row].answer, written(model, chosen[row].text)) for row in wrong]


def without(model, layer, heads):
    """The model without some heads of a decoder layer's cross attention: their rows of W_O are zero."""
    copy = with_weights(model.config, half_weights(model))
    d_head = model.config.d_model // model.config.n_heads
    with torch.no_grad():
        for head in heads:
            copy.h["decoder"].layers[layer].multihead_attn.out_proj.weight[head * d_head : (head + 1) * d_head] = 0
    return copy


def copied_from(parts):
    """(kinds, cells), each (examples, steps): the kind of step by KINDS (0: none), and the cell of the digit that a step of
    the year copies."""
    kinds = torch.tensor(WRITES).repeat(len(parts), 1)
    in_year = parts == YEAR
    kinds[:, :2][in_year.sum(1) < 4] = KINDS["century"]
    last = (in_year * torch.arange(parts.shape[1])).amax(1)
    return kinds, (last[:, None] - 3 + torch.arange(len(WRITES))).clamp(0, parts.shape[1] - 1)


def looking(model, chosen):
    """Where the cross attention looks while a digit is written: by layer.head the mean weight on the characters of the part
    that the digit belongs to (`on_part`, by kind of step; `even`: if it looked everywhere alike) and of the year on the very
    digit that is copied (`very_digit`); by layer, how often its heads' mean is largest on the part (`largest`)."""
    layers, heads = range(model.config.n_layers), range(model.config.n_heads)
    rows = {name: [] for name in ("kinds", "even", *layers, *[(layer, head) for layer in layers for head in heads])}
    digits = {name: [] for name in rows if isinstance(name, tuple)}
    for source, answer, parts in split(chosen):
        _, found = model.stations(source, answer[:, :-1])
        kinds, cells = copied_from(parts)
        right = parts[:, None, :] == torch.tensor(WRITES)[None, :, None]
        rows["kinds"].append(kinds)
        rows["even"].append(right.float().sum(-1) / (source != PAD).sum(-1, keepdim=True))
        for layer in layers:
            pattern = found[f"decoder.blocks.{layer}.cross.pattern"]
            rows[layer].append(right.gather(-1, pattern.mean(1).argmax(-1, keepdim=True))[..., 0].float())
            for head in heads:
                rows[layer, head].append((pattern[:, head] * right).sum(-1))
                digits[layer, head].append(pattern[:, head].gather(-1, cells[..., None])[..., 0][kinds == YEAR])
    kinds = torch.cat(rows.pop("kinds"))
    by_kind = lambda name: {kind: round(float(torch.cat(rows[name])[kinds == value].mean()), 4) for kind, value in KINDS.items()}
    return {
        "on_part": {f"{layer}.{head}": by_kind((layer, head)) for layer, head in digits}, "even": by_kind("even"),
        "very_digit": {f"{layer}.{head}": round(float(torch.cat(found).mean()), 4) for (layer, head), found in digits.items()},
        "largest": {str(layer): by_kind(layer) for layer in layers},
    }  # fmt: skip


def hidden_parts(model, chosen):
    """{part hidden from the decoder: {part: share of answers in which it is written right all the same}}"""
    writes, found = np.array(WRITES), {}
    for hide, value in PARTS.items():
        right = right_steps(model, chosen, value)
        found[hide] = {part: round(float(right[:, writes == steps].all(1).mean()), 4) for part, steps in PARTS.items()}
    return found


def test_sets():
    """{name: examples}: dates never trained on, in spellings that were trained on ("dates") and that were not ("spellings")."""
    return {"dates": examples(11, TESTS, "testing", by_family(False)), "spellings": examples(12, TESTS, "testing", by_family(True))}


def by_unseen(model):
    """The accuracy for each row of UNSEEN."""
    chosen = lambda row: [one for one in spellings() if row.items() <= one.items()]
    return [accuracy(model, examples(13, SOME // 2, "testing", [chosen(row)])) for row in UNSEEN]


def measure(model, steps, batch):
    """The figures that the README quotes, of the exported weights."""
    sets, known = test_sets(), spellings()
    some = sets["dates"][:SOME]
    layers, heads = range(model.config.n_layers), range(model.config.n_heads)
    right = {name: right_steps(model, chosen).all(1) for name, chosen in sets.items()}
    in_family = lambda name, family: right[name][[example.family == family for example in sets[name]]]
    return {
        "tests": TESTS, **{f"right_{name}": float(rows.mean()) for name, rows in right.items()},
        "by_family": {name: {family: round(float(in_family(name, family).mean()), 5) for family in FAMILIES} for name in sets},
        "by_unseen": by_unseen(model), "spellings": len(known), "unseen": sum(map(is_unseen, known)),
        "some": SOME, "right_some": accuracy(model, some), **looking(model, some), "hidden": hidden_parts(model, some),
        "without_head": {f"{layer}.{head}": accuracy(without(model, layer, [head]), some) for layer in layers for head in heads},
        "without_layer": [accuracy(without(model, layer, heads), some) for layer in layers],
        "steps": steps, "batch": batch, "parameters": gpt2.count_parameters(model),
    }  # fmt: skip


def words_of(figures):
    """The figures as the README's sentences and tables need them."""
    percent = lambda share: f"{share:.1%}"
    cells = lambda values: " | ".join(map(percent, values))
    families = lambda name: ", ".join(f"{family} {share:.2%}" for family, share in figures["by_family"][name].items())
    columns = ("year", "month", "day", "century")
    digit = lambda name: percent(figures["very_digit"][name])
    heads = [f"| {name} | {cells(found[kind] for kind in columns)} | {digit(name)} |" for name, found in figures["on_part"].items()]
    hidden = [f"| {name} | {cells(found[part] for part in PARTS)} |" for name, found in figures["hidden"].items()]
    largest = figures["largest"][max(figures["largest"])]
    worst = min(figures["without_head"], key=figures["without_head"].get)
    return {
        **figures, "dates_words": families("dates"), "spellings_words": families("spellings"),
        "unseen_rows": "\n".join(unseen_row(*pair) for pair in zip(UNSEEN, figures["by_unseen"])),
        "head_rows": "\n".join([*heads, f"| if spread evenly | {cells(figures['even'][kind] for kind in columns)} | |"]),
        "largest_words": ", ".join(f"{part} {percent(largest[part])}" for part in PARTS),
        "hidden_rows": "\n".join(hidden), "worst_head": worst, "without_worst": figures["without_head"][worst],
    }  # fmt: skip


def unseen_row(row, share):
    pieces = ", ".join(f"{name} “{piece}”" for name, piece in row.items() if name != "family")
    example, _ = spell(SAMPLE, next(one for one in spellings() if row.items() <= one.items()))
    return f"| {row['family']}: {pieces} | `{example}` | {share:.1%} |"
