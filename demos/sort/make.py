"""Trains and exports the sorting model: `31415>` is continued with `11345;`.

    /usr/bin/python3 demos/sort/make.py [--steps N] [--seed S] [--export]
"""

import os
import shutil
import sys

import numpy as np
import torch
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "training"))

import corpus
import export
import gpt2
import trainer
from lists import ARROW, CHARACTERS, END, N_CTX, batch_of, held_out_lists, random_list
from measure import measure, pointing, right_share

MODEL = os.path.join(HERE, "model")
BATCH = 256
KEPT = 12  # checkpoints of the training
GUIDE = 0.05  # weight of the pointing loss
FIGURES = """
- **{right_share:.2%}** of {lists} unseen lists sorted right from the first digit to the `;` (4 to 12 digits, `heldout.txt`).
- When it writes a digit, head {pointing_head} (layer.head) has its largest weight on an equal digit of the list in
  **{pointing_share:.1%}** of the steps, with {pointing_mass:.1%} of its weight on all of them (first {pointing_lists} lists).
- Without the head (its output zeroed) {without_pointing:.1%} of the first 1,000 lists come out right.
- With a digit hidden from both heads (one that stands once in the list), it is gone from the answer in {hidden_gone} of {hidden_lists} lists.
- {parameters} parameters, trained for {steps} steps of {batch} lists. Held-out loss {loss:.6f} nats a token.
"""
PAGE = {
    "title": {"en": "Sort: digits into order", "zh": "排序：把数字排好"},
    "languages": ["en", "zh"],
    "examples": [{"text": text, "lang": "en"} for text in ("31415>", "31415>11345;", "9876543210>", "50505>", "271828182845>")],
}


def sample_batch(rng):
    ids, targets = batch_of([random_list(rng, False) for _ in range(BATCH)])
    return corpus.with_unknowns(ids, 0.001, 0, rng), targets


def pointing_loss(pattern, ids, targets):
    """-log of the weight that a head (pattern: lists, tokens, tokens) puts on the digits of the
    list that equal the digit to be written, averaged over the steps that write one."""
    in_list = (ids == ARROW).cumsum(1) == 0
    same = (targets[:, :, None] == ids[:, None, :]) & in_list[:, None, :]
    writes = (targets != trainer.IGNORE) & (targets != END)
    return -((pattern.float() * same).sum(-1)[writes] + 1e-4).log().mean()


def loss(model, ids, targets):
    """Cross-entropy, and a little for the last layer's first head to point at what it copies.

    Left alone (GUIDE = 0), so small a model blends all digits and need not point; this is the alignment
    supervision of Liu et al. 2016, "Neural Machine Translation with Supervised Attention"."""
    patterns = {}
    logits = model(ids, lambda name, value: patterns.update({name: value}) if name.endswith("attn.pattern") else None)
    guess = F.cross_entropy(logits.float().flatten(0, 1), targets.flatten(), ignore_index=trainer.IGNORE)
    last = patterns[f"blocks.{model.config.n_layers - 1}.attn.pattern"]
    return guess + GUIDE * pointing_loss(last[:, 0], ids, targets)


def make_model():
    return gpt2.GPT2(gpt2.Config(len(CHARACTERS) + 1, N_CTX, d_model=32, n_layers=2, n_heads=1))


def kept_steps(steps):
    """Twelve steps of the training: 0, then evenly in the logarithm from 8 to the last."""
    return [0, *(round(8 * (steps / 8) ** (index / (KEPT - 2))) for index in range(KEPT - 1))]


def step_file(step):
    return f"step-{step:05d}.safetensors"


def keep_steps(folder, steps):
    """on_step for the trainer: writes the weights of the kept steps."""
    os.makedirs(folder, exist_ok=True)
    wanted = set(kept_steps(steps))

    def on_step(model, step):
        if step in wanted:
            export.write_atomically(os.path.join(folder, step_file(step)), export.safetensors_bytes(export.half_weights(model)))

    return on_step


def export_steps(folder, steps, lists):
    """Copies the kept checkpoints beside the model, with what each one can do (index.json)."""
    target, entries = os.path.join(MODEL, "checkpoints"), []
    os.makedirs(target, exist_ok=True)
    for step in kept_steps(steps):
        path = os.path.join(folder, step_file(step))
        model = make_model()
        model.load_state_dict({name: torch.from_numpy(array.astype(np.float32)) for name, array in export.read_safetensors(path).items()})
        loss = trainer.mean_loss(model, *batch_of(lists), 1000)
        scores = {"loss": round(loss, 6), "right_share": right_share(model, lists), "pointing": pointing(model, lists[:300])}
        entries.append({"step": step, "file": step_file(step), **scores})
        shutil.copy(path, os.path.join(target, step_file(step)))
    export.write_atomically(os.path.join(target, "index.json"), export.json_text({"lists": len(lists), "steps": entries}))


def export_best(model, step):
    lists = held_out_lists(10000)
    ids = lambda text: [CHARACTERS.index(character) + 1 for character in text]
    inputs = [(text, ids(text)) for text in ("31415>", "50>0")]
    figures = export.export_model(
        MODEL, model, export.character_tokenizer(CHARACTERS), PAGE, inputs, measure=lambda exported: {**measure(exported, lists, step), "batch": BATCH}
    )
    export.write_atomically(os.path.join(HERE, "heldout.txt"), "".join("".join(map(str, digits)) + "\n" for digits in lists))
    export.quote_figures(os.path.join(HERE, "README.md"), figures, FIGURES)
    export.print_figures(figures)


def main():
    chosen = corpus.arguments(__doc__, steps=3000)
    trainer.seed_everything(chosen.seed)
    model, tuning, folder = make_model(), held_out_lists(2000, 8), corpus.checkpoints("sort")
    steps_folder = os.path.join(folder, "steps")
    print(f"{gpt2.count_parameters(model)} parameters", flush=True)

    def evaluate(model):
        return {"loss": trainer.mean_loss(model, *batch_of(tuning), 1000), "wrong": 1 - right_share(model, tuning)}

    if not chosen.export:
        options = trainer.Options(steps=chosen.steps, seed=chosen.seed, eval_every=250, log_every=250)
        trainer.train(model, options, sample_batch, evaluate, folder, on_step=keep_steps(steps_folder, chosen.steps), loss=loss)
    step, _ = trainer.load_best(model, folder)
    export_best(model, step)
    export_steps(steps_folder, chosen.steps, tuning)


if __name__ == "__main__":
    main()
