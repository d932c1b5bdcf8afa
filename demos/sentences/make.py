"""Trains the sentence model on sentences of its own grammar, measures every head, exports.

    /usr/bin/python3 demos/sentences/make.py                      train one model, export if better
    /usr/bin/python3 demos/sentences/make.py --seed 3 --heads 8   another run, in its own folder
    /usr/bin/python3 demos/sentences/make.py --write-data         heldout.json and the golden sentences only
    /usr/bin/python3 demos/sentences/make.py --figures            measure the shipped model again, write heads.json

Needs no data: generator.py writes the sentences from grammar.json.
"""

import argparse
import json
import os
import random
import sys

import numpy as np
import torch

FOLDER = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(FOLDER))
sys.path.insert(0, os.path.join(os.path.dirname(FOLDER), "training"))

import export  # noqa: E402
import gpt2  # noqa: E402
import trainer  # noqa: E402

import figures  # noqa: E402
import page  # noqa: E402
import sparse  # noqa: E402
import start  # noqa: E402
import words  # noqa: E402
from generator import Generator, golden_sentences, load_grammar  # noqa: E402

N_CTX = 48
BATCH = 32
UNKNOWN_RATE = 0.01  # of the words of a training input
OTHER_TARGETS = 0.15  # of the targets that are not decisive are scored
HELD_OUT_SENTENCES = 100  # a phenomenon and language
REFERENCE_CELLS = 600  # numbers kept of one station in reference.json
MODEL = os.path.join(FOLDER, "model")
HELD_OUT = os.path.join(FOLDER, "heldout.json")
README = os.path.join(FOLDER, "README.md")
GOLDEN = os.path.join(ROOT, "tests", "golden", "sentences-links.json")


def training_batch(grammar, index, rng):
    """(ids, targets, kinds), each (BATCH, N_CTX): sequences that fill the context. A few words are
    replaced by the unknown token in the input, never in the target. Of the targets that are not
    decisive most are left out: which name or noun comes next is chance, and its noise slows
    training down. `kinds` has the number of the phenomenon of each row."""
    generator = Generator(grammar, random.Random(int(rng.integers(2**62))))
    ids = np.zeros((BATCH, N_CTX + 1), dtype=np.int64)
    kinds = np.zeros_like(ids)
    scored = rng.random(ids.shape) < OTHER_TARGETS
    for row in range(BATCH):
        tokens, decisive, kinds[row, 1:] = generator.sequence(N_CTX)
        ids[row] = [words.BEGIN_ID] + [index[word] for word in tokens]
        scored[row, 1 + np.array(decisive)] = True
    inputs = np.where(rng.random(ids.shape) < UNKNOWN_RATE, words.UNKNOWN_ID, ids)
    inputs[:, 0] = words.BEGIN_ID
    return inputs[:, :-1], np.where(scored, ids, trainer.IGNORE)[:, 1:], kinds[:, :-1]


def held_out_data(grammar, index, seed=2026):
    """heldout.json: whole sentences of unseen combinations, packed as in training.

    A link is [phenomenon, lang, decisive, query, key]: positions within the sequence's ids."""
    generator = Generator(grammar, random.Random(seed))
    kinds = [kind for kind in generator.templates for _ in range(HELD_OUT_SENTENCES)]
    generator.rng.shuffle(kinds)
    sequences = []
    for placed in generator.held_out_sequences(kinds, N_CTX - 1):
        ids = [index[word] for _, sentence in placed for word in sentence["tokens"]]
        links = [
            [sentence["phenomenon"], sentence["lang"], *(1 + start + i for i in (decisive, *link))]
            for start, sentence in placed
            for decisive, link in zip(sentence["decisive"], sentence["links"])
        ]
        sequences.append({"ids": [words.BEGIN_ID, *ids], "links": links})
    return {"n_ctx": N_CTX, "columns": ["phenomenon", "lang", "decisive", "query", "key"], "sequences": sequences}


def compact_json(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def write_data(grammar, index):
    held = held_out_data(grammar, index)
    lines = ",\n".join(compact_json(sequence) for sequence in held.pop("sequences"))
    export.write_atomically(HELD_OUT, f'{compact_json(held)[:-1]},"sequences":[\n{lines}\n]}}\n')
    golden = [
        {key: sentence[key] for key in ("phenomenon", "lang", "template", "tokens", "links")}
        for sentence in golden_sentences(grammar)
    ]
    lines = ",\n".join(compact_json(sentence) for sentence in golden)
    os.makedirs(os.path.dirname(GOLDEN), exist_ok=True)
    export.write_atomically(GOLDEN, f"[\n{lines}\n]\n")


def load_held_out():
    with open(HELD_OUT, encoding="utf-8") as file:
        return figures.HeldOut(json.load(file))


def new_model(config):
    model = sparse.SparseGPT2(config)
    start.begin(model)
    return model


def train(arguments, grammar, index):
    """One run, or the rest of it; returns the model at its end."""
    config = gpt2.Config(len(index), N_CTX, arguments.d_model, arguments.layers, arguments.heads, arguments.dropout)
    options = trainer.Options(
        steps=arguments.steps, minutes=arguments.minutes, seed=arguments.seed, weight_decay=arguments.weight_decay,
        lr_matrix=arguments.lr, lr_other=0.15 * arguments.lr, decay_share=0.5, eval_every=250,
    )  # fmt: skip
    torch.manual_seed(arguments.seed)
    model, held = new_model(config), load_held_out()
    if arguments.begin_from:
        trainer.load_best(model, arguments.begin_from)
    print(f"{gpt2.count_parameters(model)} parameters, {len(index)} words", flush=True)

    def sample_batch(rng):
        ids, targets, kinds = training_batch(grammar, index, rng)
        model.free_heads = np.array(arguments.free_heads)[kinds]
        return ids, targets

    run = trainer.train(
        model, options, sample_batch, lambda averaged: figures.decisive_report(averaged, held), run_folder(arguments),
        on_step=sparse.charge_schedule(arguments.charge, *arguments.charge_rises),
    )  # fmt: skip
    trainer.copy_into(model, run.average)
    return model.eval()


def run_folder(arguments):
    a = arguments
    name = f"l{a.layers}h{a.heads}d{a.d_model}-charge{a.charge}-free{''.join(map(str, a.free_heads))}-drop{a.dropout}-seed{a.seed}"
    return os.path.join(ROOT, "build", "training", "sentences", name)


def shipped_heads():
    path = os.path.join(MODEL, "heads.json")
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def export_if_better(model, arguments, grammar, index):
    heads = figures.measure(export.half_rounded(model), load_held_out(), grammar)
    export.write_atomically(os.path.join(run_folder(arguments), "heads.json"), compact_json(heads))
    page.print_table(heads)
    shipped = shipped_heads()
    if shipped and figures.rank(shipped) >= figures.rank(heads) and not arguments.force:
        print("the shipped model is as good or better: not exported")
        return
    info = page.page_info(heads)
    inputs = [(text, words.encode(apart, index)) for text, apart in page.reference_examples()]
    export.export_model(MODEL, model, words.tokenizer(grammar), info, inputs, REFERENCE_CELLS)
    write_heads(heads)
    print(f"exported to {MODEL}")


def write_heads(heads):
    export.write_atomically(os.path.join(MODEL, "heads.json"), compact_json(heads) + "\n")


def report(heads):
    export.quote_figures(README, {}, page.readme_table(heads))
    export.print_figures(page.summary(heads))


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--heads", type=int, default=6)
    parser.add_argument("--d-model", type=int, default=96)
    parser.add_argument("--steps", type=int, default=9000)
    parser.add_argument("--minutes", type=float, default=0.0, help="end the run after this training time")
    parser.add_argument("--lr", type=float, default=0.02)
    parser.add_argument("--weight-decay", type=float, default=0.01)
    parser.add_argument("--charge", type=float, default=0.03, help="see sparse.py")
    parser.add_argument("--charge-rises", type=int, nargs=2, default=[4000, 6000], help="between these steps")
    parser.add_argument("--free-heads", type=int, nargs=5, default=[0, 1, 2, 3, 4], help="one for each phenomenon")
    parser.add_argument("--begin-from", default="", help="folder of an earlier run, whose best weights this run begins with")
    parser.add_argument("--dropout", type=float, default=0.0)
    parser.add_argument("--force", action="store_true", help="export even if the shipped model ranks higher")
    parser.add_argument("--write-data", action="store_true")
    parser.add_argument("--figures", action="store_true")
    return parser.parse_args()


def main():
    arguments, grammar = parse(), load_grammar()
    index = words.index_of(grammar)
    if arguments.write_data or not os.path.exists(HELD_OUT):
        write_data(grammar, index)
    if arguments.write_data:
        return
    if arguments.figures:
        heads = figures.measure(export.load_model(MODEL), load_held_out(), grammar)
        page.print_table(heads)
        write_heads(heads)
        report(heads)
        return
    export_if_better(train(arguments, grammar, index), arguments, grammar, index)
    report(shipped_heads())


if __name__ == "__main__":
    main()
