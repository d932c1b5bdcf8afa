"""Trains and exports the Shakespeare model: English characters, GPT-2 layout.

    /usr/bin/python3 demos/shakespeare/make.py [--data FILE] [--minutes M] [--export]
"""

import os
import sys

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "training"))

import corpus
import export
import gpt2
import heads
import sampling
import trainer

SOURCE = """Expected: plain text (or .gz), 1,115,394 characters of Shakespeare's plays, public domain;
karpathy/char-rnn on GitHub, data/tinyshakespeare/input.txt at commit 6f9487a."""
UNKNOWN = 0
N_CTX, BATCH = 256, 16
STRIDE = 128  # of the sliding window: every character has at least 128 before it
MODEL = os.path.join(HERE, "model")
SHIPPED = 40 * N_CTX + 1  # characters in heldout.txt: 40 windows and the last target
PAGE = {
    "title": {"en": "Shakespeare: English a character at a time", "zh": "莎士比亚：一个字母一个字母地写"},
    "languages": ["en"],
    "examples": [
        {"text": text, "lang": "en"}
        for text in ("To be, or not to be", "ROMEO:\nBut, soft! what light", "First Citizen:\n", "KING RICHARD III:\nNow is the winter")
    ],
}
FIGURES = """
| held-out loss, nats a character (the last tenth of the file) | |
|---|---|
| windows of {n_ctx} side by side, every character scored, {targets} characters | **{loss:.3f}** |
| sliding window, at least {least_context} characters before each scored one | **{loss_sliding:.3f}** |
| `heldout.txt` (the first {shipped_targets} scored characters of the held-out tenth), windows side by side | {shipped_loss:.4f} |

Heads (layer.head) with most of their weight on one thing, on average over the first 12 windows of `heldout.txt`: on the character
before, {previous[0]} ({previous[1]:.0%}); on the letters before in the same word, {word[0]} ({word[1]:.0%}); on the last line break, {line[0]} ({line[1]:.0%}).

Trained for {steps} steps of {batch} windows; {parameters} parameters. A sample at temperature {temperature}, seed {sample_seed}:

```text
{sample}
```
"""


def split(text):
    """(characters, training ids, held-out ids): the last tenth of the file is held out; id 0 is <unk>."""
    characters = sorted(set(text))
    table = {character: index + 1 for index, character in enumerate(characters)}
    stream = np.array([table[character] for character in text])
    cut = len(stream) * 9 // 10
    return characters, stream[:cut], stream[cut:]


def make_model(characters, dropout=0.0):
    config = gpt2.Config(len(characters) + 1, N_CTX, d_model=144, n_layers=5, n_heads=6, dropout=dropout)
    return gpt2.GPT2(config)


def relations(characters):
    """Where a head might look: see heads.head_weights."""
    letters = {index + 1 for index, character in enumerate(characters) if character.isalpha()}
    line_break = {characters.index("\n") + 1}
    return {"previous": heads.back(1), "word": heads.same_run(letters), "line": heads.last_of(line_break)}


def measure(model, characters, held_out, step):
    """The figures of the exported model: see FIGURES for what each one is."""
    ids, targets = corpus.side_by_side(held_out, N_CTX)
    shipped = corpus.side_by_side(held_out[:SHIPPED], N_CTX)
    prompt = [characters.index(character) + 1 for character in "ROMEO:\n"]
    drawn = sampling.continue_all(model, [prompt], 240, 0.8, 1)[0]
    return {
        "loss": round(trainer.mean_loss(model, ids, targets), 4),
        "loss_sliding": round(trainer.mean_loss(model, *corpus.sliding(held_out, N_CTX, STRIDE, trainer.IGNORE)), 4),
        "shipped_loss": round(trainer.mean_loss(model, *shipped), 4),
        "targets": targets.size, "shipped_targets": shipped[1].size, "n_ctx": N_CTX, "least_context": N_CTX - STRIDE,
        **heads.best_heads(model, shipped[0][:12].tolist(), relations(characters)),
        "steps": step, "batch": BATCH, "parameters": gpt2.count_parameters(model), "temperature": 0.8, "sample_seed": 1,
        "sample": "".join(characters[index - 1] if index else "□" for index in drawn),
    }  # fmt: skip


def export_best(model, characters, held_out, step):
    tokenizer = export.character_tokenizer(characters)
    inputs = [(text, [characters.index(c) + 1 for c in text]) for text in ("To be, o", "ROMEO:\nB")]
    figures = export.export_model(
        MODEL, model, tokenizer, PAGE, inputs, cells=128, measure=lambda exported: measure(exported, characters, held_out, step)
    )
    text = "".join(characters[index - 1] for index in held_out[:SHIPPED])
    export.write_atomically(os.path.join(HERE, "heldout.txt"), text)
    export.quote_figures(os.path.join(HERE, "README.md"), figures, FIGURES)
    export.print_figures(figures)


def options(chosen):
    return trainer.Options(steps=chosen.steps, minutes=chosen.minutes, seed=chosen.seed, weight_decay=0.1,
                           warmup=100, ema=0.995, eval_every=500)  # fmt: skip


def main():
    chosen = corpus.arguments(__doc__, "shakespeare.txt.gz", steps=12000)
    characters, training, held_out = split(corpus.read_corpus(chosen.data, SOURCE))
    folder = corpus.checkpoints("shakespeare")
    trainer.seed_everything(chosen.seed)
    model = make_model(characters, dropout=0.15)
    print(f"{gpt2.count_parameters(model)} parameters", flush=True)

    def sample_batch(rng):
        ids, targets = corpus.random_windows(training, BATCH, N_CTX, rng)
        return corpus.with_unknowns(ids, 0.002, UNKNOWN, rng), targets

    def evaluate(model):
        ids, targets = corpus.side_by_side(held_out, N_CTX)
        return {"loss": trainer.mean_loss(model, ids[::4], targets[::4])}  # a quarter is enough to choose by

    def on_best(model, step, _):
        export_best(model, characters, held_out, step)

    if not chosen.export:
        trainer.train(model, options(chosen), sample_batch, evaluate, folder, on_best)
    step, _ = trainer.load_best(model, folder)
    export_best(model, characters, held_out, step)


if __name__ == "__main__":
    main()
