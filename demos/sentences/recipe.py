"""How one sentence model is trained, in two stages of one seeded run.

1. Learn: a plain language model, until its decisive words are right.
2. Settle: each phenomenon goes to one head of the last layer, the one that matches its links best by
   then, and the other heads are charged for attending in such sentences (sparse.py).

All choices (the best weights of a stage, the heads, the seed that ships) are made on practice sentences,
whose combinations of words training also uses. Held-out sentences are for the printed figures alone.
"""

import itertools
import os
import random

import numpy as np
import torch

import figures
import gpt2
import sparse
import start
import trainer
import words
from generator import Generator

N_CTX = 48
BATCH = 32
UNKNOWN_RATE = 0.01  # of the words of a training input
OTHER_TARGETS = 0.15  # of the targets that are not decisive are scored
PER_KIND = 100  # practice or held-out sentences of a phenomenon and language


def training_batch(grammar, index, rng):
    """(ids, targets, kinds), each (BATCH, N_CTX): sequences that fill the context. A few words are
    replaced by the unknown token in the input, never in the target. Of the targets that are not
    decisive most are left out: which name or noun comes next is chance, and its noise slows
    training down. `kinds` has the number of the phenomenon of each token."""
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


def solved_sequences(grammar, index, held_out, seed):
    """Whole sentences of held-out or of training combinations, packed as in training: heldout.json's data.

    A link is [phenomenon, lang, decisive, query, key]: positions within the sequence's ids."""
    generator = Generator(grammar, random.Random(seed))
    kinds = [kind for kind in generator.templates for _ in range(PER_KIND)]
    generator.rng.shuffle(kinds)
    sequences = []
    for placed in generator.packed_sequences(kinds, N_CTX - 1, held_out):
        ids = [index[word] for _, sentence in placed for word in sentence["tokens"]]
        links = [
            [sentence["phenomenon"], sentence["lang"], *(1 + begin + i for i in (decisive, *link))]
            for begin, sentence in placed
            for decisive, link in zip(sentence["decisive"], sentence["links"])
        ]
        sequences.append({"ids": [words.BEGIN_ID, *ids], "links": links})
    return {"n_ctx": N_CTX, "columns": ["phenomenon", "lang", "decisive", "query", "key"], "sequences": sequences}


def assigned_heads(scores, names):
    """For each phenomenon a head of its own in the last layer, so that the sum of their scores is largest.

    `scores` as figures.link_scores gives them; `names` of the phenomena; returns one head a name."""
    last = scores[-1]
    choices = itertools.permutations(range(len(last)), len(names))
    return list(max(choices, key=lambda heads: sum(last[head][name] for head, name in zip(heads, names))))


class Recipe:
    """One model size and one seed; `options` are make.py's arguments."""

    def __init__(self, options, grammar, index, seed):
        self.options, self.grammar, self.index, self.seed = options, grammar, index, seed
        self.practice = figures.HeldOut(solved_sequences(grammar, index, held_out=False, seed=seed))
        self.names = [phenomenon["name"] for phenomenon in grammar["phenomena"]]

    def train(self, folder):
        """Both stages, or what is left of them; returns the model in evaluation mode, with averaged weights."""
        o = self.options
        trainer.seed_everything(self.seed)
        model = sparse.SparseGPT2(gpt2.Config(len(self.index), N_CTX, o.d_model, o.layers, o.heads))
        start.begin(model)
        print(f"seed {self.seed}: {gpt2.count_parameters(model)} parameters, {len(self.index)} words", flush=True)
        learn, settle = os.path.join(folder, "learn"), os.path.join(folder, "settle")
        self._stage(model, learn, steps=o.learn_steps, lr=0.02, decay_share=0.2)
        trainer.load_best(model, learn)
        heads = assigned_heads(figures.link_scores(model.eval(), self.practice), self.names)
        print("heads of the last layer: " + ", ".join(f"{name} {head}" for name, head in zip(self.names, heads)), flush=True)
        charge = sparse.charge_schedule(o.charge, o.settle_steps // 3)
        run = self._stage(model.train(), settle, steps=o.settle_steps, lr=0.01, decay_share=0.5, heads=heads, on_step=charge)
        trainer.copy_into(model, run.average)
        return model.eval()

    def _stage(self, model, folder, steps, lr, decay_share, heads=None, on_step=None):
        options = trainer.Options(
            steps=steps, seed=self.seed, lr_matrix=lr, lr_other=0.15 * lr, decay_share=decay_share, eval_every=250
        )  # fmt: skip

        def sample_batch(rng):
            ids, targets, kinds = training_batch(self.grammar, self.index, rng)
            model.free_heads = None if heads is None else np.array(heads)[kinds]
            return ids, targets

        def evaluate(averaged):
            return figures.decisive_report(averaged, self.practice)

        return trainer.train(model, options, sample_batch, evaluate, folder, on_step=on_step)
