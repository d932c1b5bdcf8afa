"""Trains and exports the digit reader: a small Vision Transformer for 28 x 28 pixels of handwriting.

    /usr/bin/python3 demos/digits/make.py [--data FILE] [--minutes M] [--export]  trains (or only exports again)
    /usr/bin/python3 demos/digits/make.py --evaluate [--data FILE]                prints what the shipped model can do
"""

import argparse
import json
import os
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
from measure import logits_of, measure, words_of
from pictures import augmented, centred, load_data, pixels_of, strokes
from vit import CLASSES, PATCH, SIDE, half_weights, ink_of, make_model, with_weights

BATCH = 128
ON_INK, APART = 0.1, 0.05  # weights of the two losses of `looking_loss`
MODEL = os.path.join(HERE, "model")
PAGE = {
    "title": {"en": "Digits: a Vision Transformer reads handwriting", "zh": "手写数字：看图的 Transformer"},
    "languages": ["en", "zh"],
}
# Pixels from 0 to 1, as MNIST's are here, where the standard of this file would be -1 to 1.
PREPROCESSOR = {
    "image_processor_type": "ViTImageProcessor",
    "size": {"height": SIDE, "width": SIDE},
    "do_rescale": True,
    "rescale_factor": 1 / 255,
    "do_normalize": False,
}
FIGURES = """
- **{accuracy:.2%}** of {test} unseen digits read right ({wrong} wrong), computed with the shipped F16 weights; {parameters}
  parameters, trained for {steps} steps of {batch} pictures.
- Drawn anew in black and white at five times the size and brought back as the page would: {drawn[as_written]:.2%}; with thinner
  strokes {drawn[thin]:.2%}, with strokes two pixels thicker {drawn[thick]:.2%}.

Head by head, on the first {some} of them:

- The class token's weight on patches with ink in the last layer (they are {ink_patches:.0%} of all patches), and where its middle lies
  (row, column, both 0 to 6), by head (layer.head): {ink_words}.
- {some_accuracy:.1%} are read right; without head {worst_head} (its output zeroed) {without_lowest:.1%}, without any other one
  {without_next:.1%} or more, without all four heads of the last layer {without_last:.1%}.
- Heads of which a patch gives at least 10% of its weight to one place relative to it, on average (an even share is 2%):
  {place_words}.

Which digits are read wrong:

| digit | {digit_words} |
|---|{rule}|
| test pictures | {count_words} |
| read wrong | {wrong_words} |
| most often taken for | {taken_words} |
"""


def config_dict(config):
    return {
        "model_type": "vit",
        "architectures": ["ViTForImageClassification"],
        "image_size": SIDE,
        "patch_size": PATCH,
        "num_channels": 1,
        "hidden_size": config.d_model,
        "num_hidden_layers": config.n_layers,
        "num_attention_heads": config.n_heads,
        "intermediate_size": config.n_inner,
        "hidden_act": "gelu",
        "layer_norm_eps": config.layer_norm_epsilon,
        "qkv_bias": True,
        "hidden_dropout_prob": 0.0,
        "attention_probs_dropout_prob": 0.0,
        "id2label": {str(digit): str(digit) for digit in range(CLASSES)},
        "label2id": {str(digit): digit for digit in range(CLASSES)},
        "torch_dtype": "float16",
        "attention_playground": PAGE,
    }


def looking_loss(looking, pixels):
    """Teaches the class token's heads (looking: batch, heads, patches) where to look, not what to see there: at ink
    (their weight elsewhere), and at different places (the mean cosine between two heads)."""
    ink = ink_of(pixels)
    elsewhere = 1 - (looking * ink[:, None]).sum(-1).mean()
    unit = F.normalize(looking, dim=-1)
    heads = looking.shape[1]
    alike = ((unit @ unit.transpose(1, 2)).sum((1, 2)) - heads).mean() / (heads * (heads - 1))
    return ON_INK * elsewhere + APART * alike


def loss(model, images, labels):
    """Cross-entropy, and `looking_loss` for the class token in the last layer."""
    pixels = images.float() / 255
    logits = model(pixels)
    looking = model.h[-1].attn.pattern[:, :, 0, 1:].float()
    return F.cross_entropy(logits.float(), labels) + looking_loss(looking, pixels)


CIRCLE = [(0.5 - 0.35 * np.cos(turn), 0.5 + 0.22 * np.sin(turn)) for turn in np.linspace(0, 2 * np.pi, 33)]
CELLS = 1200  # of a pattern in reference.json
DRAWN = {7: [(0.2, 0.3), (0.2, 0.7), (0.85, 0.45)], 1: [(0.15, 0.5), (0.85, 0.5)], 0: CIRCLE}


def reference_text(model):
    """PyTorch's float32 values for three drawn digits: the logits, and of every layer's pattern some cells."""
    inputs = []
    for digit, points in DRAWN.items():
        pixels = torch.from_numpy(centred(strokes(points))).float()[None]
        patterns = model.patterns(pixels)[0].numpy()
        image = {"shape": list(pixels.shape), "data": export.rounded(pixels.flatten().numpy())}
        logits = logits_of(model, pixels).numpy()
        stations = {
            f"blocks.{layer}.attn.pattern": export.station_entry(pattern, CELLS) for layer, pattern in enumerate(patterns)
        }
        entry = {"label": digit, "image": image, "logits": export.station_entry(logits, logits.size), "stations": stations}
        inputs.append(entry)
    return json.dumps({"inputs": inputs}, separators=(",", ":")) + "\n"


def export_best(model, data, step):
    """Writes model/ and the README's figures from the best weights."""
    half = half_weights(model)
    exported = with_weights(half)
    figures = measure(exported, *data["test"], step, BATCH)
    files = {
        "config.json": export.json_text(config_dict(model.config)),
        "preprocessor_config.json": export.json_text(PREPROCESSOR),
        "model.safetensors": export.safetensors_bytes(half),
        "reference.json": reference_text(exported),
        "figures.json": json.dumps(figures) + "\n",
    }
    os.makedirs(MODEL, exist_ok=True)
    for name, content in files.items():
        export.write_atomically(os.path.join(MODEL, name), content)
    export.quote_figures(os.path.join(HERE, "README.md"), words_of(figures), FIGURES)
    export.print_figures(figures)


def evaluate_shipped(data):
    """Prints the accuracy of model/ on the test set and what it reads wrong."""
    model = with_weights(export.read_safetensors(os.path.join(MODEL, "model.safetensors")))
    images, labels = data["test"]
    guesses = logits_of(model, pixels_of(images)).argmax(-1).numpy()
    right = guesses == labels
    print(f"accuracy {right.mean():.4f}: {right.sum()} of {len(labels)} test digits read right")
    for digit in range(CLASSES):
        taken = guesses[(labels == digit) & ~right].tolist()
        print(f"{digit}: {len(taken)} of {(labels == digit).sum()} wrong" + (f", taken for {sorted(taken)}" if taken else ""))


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default=os.path.join(corpus.ROOT, "data", "mnist-10k.npz"))
    parser.add_argument("--steps", type=int, default=6000, help="batches to train for")
    parser.add_argument("--minutes", type=float, default=18.0, help="also end the schedule after this time (0: no)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--export", action="store_true", help="only write model/ again from the best checkpoint")
    parser.add_argument("--evaluate", action="store_true", help="only measure the shipped model")
    return parser.parse_args()


def train(model, data, chosen, folder):
    (images, labels), (tuning, tuning_labels) = data["training"], data["tuning"]

    def sample_batch(rng):
        rows = rng.integers(0, len(images), BATCH)
        return (augmented(pixels_of(images[rows]), rng) * 255).round().numpy(), labels[rows]

    @torch.no_grad()
    def evaluate(model):
        logits, targets = logits_of(model, pixels_of(tuning)), torch.from_numpy(tuning_labels)
        return {"loss": F.cross_entropy(logits, targets).item(), "wrong": (logits.argmax(-1) != targets).float().mean().item()}

    options = trainer.Options(steps=chosen.steps, minutes=chosen.minutes, seed=chosen.seed, lr_matrix=0.015, weight_decay=0.05,
                              warmup=100, decay_share=0.6, ema=0.995, eval_every=250, log_every=250)  # fmt: skip
    run = trainer.train(model, options, sample_batch, evaluate, folder, loss=loss)
    print(f"trained for {run.seconds:.0f} s", flush=True)


def main():
    chosen = parse()
    torch.set_num_threads(1)
    data = load_data(chosen.data)
    if chosen.evaluate:
        evaluate_shipped(data)
        return
    trainer.seed_everything(chosen.seed)
    model, folder = make_model(), corpus.checkpoints("digits")
    print(f"{gpt2.count_parameters(model)} parameters", flush=True)
    if not chosen.export:
        train(model, data, chosen, folder)
    step, _ = trainer.load_best(model, folder)
    export_best(model, data, step)


if __name__ == "__main__":
    main()
