"""Trains the sentence model on sentences of its own grammar, measures every head, exports.

    /usr/bin/python3 demos/sentences/make.py                      train, in two stages, and export
    /usr/bin/python3 demos/sentences/make.py --seeds 4 --heads 8  another size and seed, in a folder of its own
    /usr/bin/python3 demos/sentences/make.py --write-data         heldout.json and the golden sentences only
    /usr/bin/python3 demos/sentences/make.py --figures            measure the shipped model again, write heads.json

Needs no data: generator.py writes the sentences from grammar.json.
"""

import argparse
import json
import os
import sys

FOLDER = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(FOLDER))
sys.path.insert(0, os.path.join(os.path.dirname(FOLDER), "training"))

import export  # noqa: E402

import figures  # noqa: E402
import page  # noqa: E402
import recipe  # noqa: E402
import words  # noqa: E402
from generator import golden_sentences, load_grammar  # noqa: E402

HELD_OUT_SEED = 2027
REFERENCE_CELLS = 600  # numbers kept of one station in reference.json
MODEL = os.path.join(FOLDER, "model")
HELD_OUT = os.path.join(FOLDER, "heldout.json")
README = os.path.join(FOLDER, "README.md")
GOLDEN = os.path.join(ROOT, "tests", "golden", "sentences-links.json")


def compact_json(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def write_data(grammar, index):
    held = recipe.solved_sequences(grammar, index, held_out=True, seed=HELD_OUT_SEED)
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


def run_folder(options, seed):
    name = f"l{options.layers}h{options.heads}d{options.d_model}-charge{options.charge}-seed{seed}"
    return os.path.join(ROOT, "build", "training", "sentences", name)


def train(options, grammar, index):
    """One model a seed; returns the one that ranks highest on its practice sentences."""
    found = []
    for seed in options.seeds:
        run = recipe.Recipe(options, grammar, index, seed)
        model = run.train(run_folder(options, seed))
        heads = figures.measure(export.half_rounded(model), run.practice, grammar)
        print(f"seed {seed}, on practice sentences:")
        page.print_table(heads)
        found.append((figures.rank(heads), -seed, model))
    return max(found)[-1]


def ship(model, grammar, index):
    """Measures the model on the held-out sentences and writes everything that is shipped."""
    heads = figures.measure(export.half_rounded(model), load_held_out(), grammar)
    inputs = [(text, words.encode(apart, index)) for text, apart in page.reference_examples()]
    export.export_model(MODEL, model, words.tokenizer(grammar), page.page_info(heads), inputs, REFERENCE_CELLS)
    return heads


def write_heads(heads):
    export.write_atomically(os.path.join(MODEL, "heads.json"), compact_json(heads) + "\n")


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--heads", type=int, default=6)
    parser.add_argument("--d-model", type=int, default=96)
    parser.add_argument("--learn-steps", type=int, default=6000)
    parser.add_argument("--settle-steps", type=int, default=3000)
    parser.add_argument("--charge", type=float, default=0.06, help="see sparse.py")
    parser.add_argument("--write-data", action="store_true")
    parser.add_argument("--figures", action="store_true")
    return parser.parse_args()


def main():
    options, grammar = parse(), load_grammar()
    index = words.index_of(grammar)
    if not options.figures:
        write_data(grammar, index)
    if options.write_data:
        return
    if options.figures:
        heads = figures.measure(export.load_model(MODEL), load_held_out(), grammar)
    else:
        heads = ship(train(options, grammar, index), grammar, index)
    write_heads(heads)
    page.print_table(heads)
    export.quote_figures(README, {}, page.readme_table(heads))
    export.print_figures(page.summary(heads))


if __name__ == "__main__":
    main()
