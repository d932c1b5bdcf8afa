"""Every figure that is printed about the sentence model, from held-out sequences.

Definitions (README.md says them for people):
- accuracy of a phenomenon: the share of its decisive words that have the largest logit of all
  words, at the position before;
- score of a head for a phenomenon: the mean of pattern[query, key] over its links;
- a head is removed by setting its pattern to zero, so that its z is zero, the others staying.
"""

import contextlib

import numpy as np
import torch

# A model has learned a phenomenon, a head matches its links, its removal breaks one and spares others:
LEARNED, MATCHES, BREAKS, SPARES = 0.98, 0.8, 0.25, 0.05


class HeldOut:
    """The held-out sequences as arrays; `data` is heldout.json.

    ids (sequences, n_ctx) padded with 0; rows, decisive, query, key: one entry a link."""

    def __init__(self, data):
        sequences = data["sequences"]
        width = max(len(sequence["ids"]) for sequence in sequences)
        self.ids = np.zeros((len(sequences), width), dtype=np.int64)
        links = []
        for row, sequence in enumerate(sequences):
            self.ids[row, : len(sequence["ids"])] = sequence["ids"]
            links += [(row, *link) for link in sequence["links"]]
        columns = list(zip(*links))
        self.rows, self.decisive, self.query, self.key = (np.array(columns[i]) for i in (0, 3, 4, 5))
        self.kind = np.array([f"{phenomenon}.{lang}" for phenomenon, lang in zip(columns[1], columns[2])])
        self.phenomenon = np.array(columns[1])
        self.wanted = self.ids[self.rows, self.decisive]

    def groups(self):
        """{name: mask over links}: each phenomenon, then each phenomenon in one language."""
        names = list(dict.fromkeys(self.phenomenon))
        found = {name: self.phenomenon == name for name in names}
        found.update({kind: self.kind == kind for name in names for kind in sorted(set(self.kind[found[name]]))})
        return found


@torch.no_grad()
def decisive_logits(model, held, probe=None, rows_a_batch=128):
    """Logits (links, vocab) before each decisive word; `probe(first_row, name, value)` sees stations."""
    parts = []
    for start in range(0, len(held.ids), rows_a_batch):
        ids = torch.from_numpy(held.ids[start : start + rows_a_batch])
        logits = model(ids, probe and (lambda name, value, s=start: probe(s, name, value)))
        inside = (held.rows >= start) & (held.rows < start + rows_a_batch)
        parts.append(logits[held.rows[inside] - start, held.decisive[inside] - 1])
    return torch.cat(parts)


def accuracies(model, held):
    """{group: share of decisive words that have the largest logit}."""
    right = (decisive_logits(model, held).argmax(-1).numpy() == held.wanted)
    return {name: float(right[mask].mean()) for name, mask in held.groups().items()}


def decisive_report(model, held):
    """What training is judged by: the mean loss in nats at decisive words, and the accuracies."""
    model.eval()
    logits = decisive_logits(model, held)
    loss = torch.nn.functional.cross_entropy(logits.float(), torch.from_numpy(held.wanted)).item()
    model.train()
    right = logits.argmax(-1).numpy() == held.wanted
    names = dict.fromkeys(held.phenomenon)
    return {"loss": loss, **{name: float(right[held.phenomenon == name].mean()) for name in names}}


def link_scores(model, held):
    """scores[layer][head] = {group: mean pattern weight from the link's query to its key}."""
    config = model.config
    weights = np.zeros((config.n_layers, config.n_heads, len(held.rows)))

    def probe(start, name, value):
        if name.endswith("attn.pattern"):
            layer = int(name.split(".")[1])
            inside = np.flatnonzero((held.rows >= start) & (held.rows < start + len(value)))
            weights[layer][:, inside] = value[held.rows[inside] - start, :, held.query[inside], held.key[inside]].T.numpy()

    decisive_logits(model, held, probe)
    groups = held.groups().items()
    return [[{name: float(head[mask].mean()) for name, mask in groups} for head in layer] for layer in weights]


@contextlib.contextmanager
def without_head(model, layer, head):
    """The model with one head's pattern at zero: its rows of W_O see only zeros."""
    weight, d_head = model.h[layer].attn.c_proj.weight.data, model.config.d_head
    kept = weight[head * d_head : (head + 1) * d_head].clone()
    weight[head * d_head : (head + 1) * d_head] = 0
    yield
    weight[head * d_head : (head + 1) * d_head] = kept


def removals(model, held):
    """without[layer][head] = {group: accuracy with that head removed}."""
    found = []
    for layer in range(model.config.n_layers):
        found.append([])
        for head in range(model.config.n_heads):
            with without_head(model, layer, head):
                found[-1].append(accuracies(model, held))
    return found


def best_head(group, others, accuracy, scores, without):
    """The head that matches a group's links best, and what its removal does to it and to `others`."""
    cells = [(layer, head) for layer in range(len(scores)) for head in range(len(scores[0]))]
    layer, head = max(cells, key=lambda cell: scores[cell[0]][cell[1]][group])
    after = without[layer][head]
    clean = (
        scores[layer][head][group] > MATCHES
        and accuracy[group] - after[group] >= BREAKS
        and all(accuracy[other] - after[other] <= SPARES for other in others)
    )
    return {
        "layer": layer, "head": head, "score": scores[layer][head][group], "accuracy": accuracy[group],
        "accuracy_without": after[group], "others_without": {other: after[other] for other in others}, "clean": clean,
    }  # fmt: skip


def measure(model, held, grammar):
    """heads.json: accuracies, each phenomenon's best head, and the tables of all heads."""
    accuracy, scores, without = accuracies(model, held), link_scores(model, held), removals(model, held)
    names = [phenomenon["name"] for phenomenon in grammar["phenomena"]]
    phenomena = []
    for entry in grammar["phenomena"]:
        name = entry["name"]
        others = [other for other in names if other != name]
        best = {group: best_head(group, others, accuracy, scores, without) for group in (name, f"{name}.en", f"{name}.zh")}
        phenomena.append({
            "name": name, "label": entry["label"], "accuracy": accuracy[name],
            "best": best[name], "best_by_language": {"en": best[f"{name}.en"], "zh": best[f"{name}.zh"]},
        })  # fmt: skip
    return rounded({"links": len(held.rows), "phenomena": phenomena, "scores": scores, "without": without})


def rounded(value):
    """The same structure, its floats with four decimals."""
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {key: rounded(entry) for key, entry in value.items()}
    return [rounded(entry) for entry in value] if isinstance(value, list) else value


def rank(heads):
    """Which of two models ships, larger first: at least 98 % everywhere; then the number of clean heads,
    of phenomena and then of phenomena in one language; then the sum of the best heads' scores."""
    phenomena = heads["phenomena"]
    learned = all(entry["accuracy"] >= LEARNED for entry in phenomena)
    parts = [part for entry in phenomena for part in entry["best_by_language"].values()]
    clean, clean_parts = sum(entry["best"]["clean"] for entry in phenomena), sum(part["clean"] for part in parts)
    return learned, clean, clean_parts, sum(part["score"] for part in parts)
