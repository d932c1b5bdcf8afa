"""What the demos' make.py have in common: where data and checkpoints lie, windows over long text."""

import argparse
import gzip
import os
import sys

import numpy as np

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def arguments(description, data=None, minutes=0.0, steps=0):
    """The command line of a make.py; `data` is the default file in the ignored folder data/."""
    parser = argparse.ArgumentParser(description=description)
    if data:
        parser.add_argument("--data", default=os.path.join(ROOT, "data", data), help="the corpus, plain or .gz")
    parser.add_argument("--steps", type=int, default=steps, help="batches to train for")
    parser.add_argument("--minutes", type=float, default=minutes, help="also end the schedule after this time (0: no)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--export", action="store_true", help="only write model/ again from the best checkpoint")
    return parser.parse_args()


def checkpoints(name):
    return os.path.join(ROOT, "build", "training", name)


def read_corpus(path, source):
    """The text of a file, unpacked if its name ends in .gz. Without the file: says where
    it comes from and ends the program with status 2."""
    if not os.path.exists(path):
        print(f"{path} is missing.\n{source}", file=sys.stderr)
        sys.exit(2)
    opened = gzip.open(path, "rt", encoding="utf-8") if path.endswith(".gz") else open(path, encoding="utf-8")
    with opened as file:
        return file.read()


def random_windows(stream, batch, tokens, rng):
    """(ids, targets), each (batch, tokens), at random places of a stream of ids."""
    starts = rng.integers(0, len(stream) - tokens, batch)
    cells = starts[:, None] + np.arange(tokens + 1)
    return stream[cells[:, :-1]], stream[cells[:, 1:]]


def with_unknowns(ids, share, unknown, rng):
    """The ids with a share of the cells replaced, so that the unknown token's embedding learns
    to mean "some character that I cannot read"."""
    return np.where(rng.random(ids.shape) < share, unknown, ids)


def side_by_side(stream, tokens):
    """Windows that do not overlap: every id but the first is a target once, the last part window left out."""
    rows = (len(stream) - 1) // tokens
    cells = np.arange(rows)[:, None] * tokens + np.arange(tokens + 1)
    return stream[cells[:, :-1]], stream[cells[:, 1:]]


def sliding(stream, tokens, stride, ignore):
    """Windows every `stride` ids that score only their last `stride` targets, the first one all
    of its: every target but the first few has at least tokens - stride ids before it."""
    starts = np.arange(0, len(stream) - tokens, stride)
    cells = starts[:, None] + np.arange(tokens + 1)
    ids, targets = stream[cells[:, :-1]], stream[cells[:, 1:]].copy()
    targets[1:, : tokens - stride] = ignore
    return ids, targets
