"""Trains and exports the Tang model: Chinese characters, GPT-2 layout, one poem a line.

    /usr/bin/python3 demos/tang/make.py [--data FILE] [--minutes M] [--export]
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "training"))

import baselines
import corpus
import export
import gpt2
import heads
import poems
import sampling
import trainer

MODEL = os.path.join(HERE, "model")
SAMPLES, TEMPERATURE, SAMPLE_SEED = 200, 0.8, 1  # half as many samples while training
SHIPPED = 300  # held-out poems in heldout.json
LINES = ("白日依山尽，黄河入海流。", "床前明月光，", "春眠不觉晓，", "独坐幽篁里，", "朝辞白帝彩云间，", "故人西辞黄鹤楼，")
PAGE = {
    "title": {"en": "Tang: poems a character at a time", "zh": "唐诗：一字一字地写"},
    "languages": ["zh"],
    "examples": [{"text": text, "lang": "zh"} for text in LINES],
}
FIGURES = """
| held-out loss, nats a character ({poems} poems, {targets} characters) | |
|---|---|
| this model | **{loss:.3f}** |
| interpolated trigram | {trigram:.3f} |
| unigram | {unigram:.3f} |

Of {samples} poems sampled at temperature {temperature} after a held-out first line, **{form_share:.1%}** keep the form
they began: 4 or 8 lines, each as long as the first, ，and 。by turns. Held-out poems in `heldout.json`:
{shipped_loss:.4f} nats over {shipped_targets} characters.

Heads (layer.head) with most of their weight on one thing, on average over the first 100 poems of `heldout.json`: on the character
before, {previous[0]} ({previous[1]:.0%}); on the last ，or 。, {mark[0]} ({mark[1]:.0%}); on the character in the same place of the line before,
{parallel[0]} ({parallel[1]:.0%}).

Trained for {steps} steps; {parameters} parameters.
"""


class Corpus:
    """The poems as ids, split; and the baselines counted on the same split."""

    def __init__(self, path):
        self.training_poems, self.held_poems = poems.split(poems.read_poems(path))
        self.characters = poems.vocabulary(self.training_poems)
        self.table = {character: index + 1 for index, character in enumerate(self.characters)}
        self.training = [poems.encode(poem, self.table) for poem in self.training_poems]
        self.held = [poems.encode(poem, self.table) for poem in self.held_poems]
        trigram = baselines.Trigram(self.training, poems.UNKNOWN, len(self.characters))
        self.unigram_loss, self.trigram_loss = trigram.losses(self.held)

    def text(self, ids):
        return "".join(self.characters[index - 1] if index else "□" for index in ids)


def loss_on(model, sequences):
    """Nats a character over poems, those of equal length together (no padding)."""
    total, scored = 0.0, 0
    for length in sorted(set(map(len, sequences))):
        ids, targets = poems.padded([s for s in sequences if len(s) == length])
        count = int((targets != trainer.IGNORE).sum())
        total += trainer.mean_loss(model, ids, targets) * count
        scored += count
    return total / scored, scored


def first_lines(data, samples):
    """Prompts: the first lines of held-out poems without unknown characters, in even shares of 5 and 7."""
    prompts = {5: [], 7: []}
    for sequence in data.held:
        length = data.text(sequence).index("，")
        if poems.UNKNOWN not in sequence[: length + 1]:
            prompts[length].append(sequence[: length + 1])
    return [prompts[length][: samples // 2] for length in (5, 7)]


def sampled_poems(model, data, samples):
    end, drawn = data.table[poems.END], []
    for prompts in first_lines(data, samples):
        tokens = poems.N_CTX + 1 - len(prompts[0])
        drawn += sampling.continue_all(model, prompts, tokens, TEMPERATURE, SAMPLE_SEED, end)
    return [data.text(ids) for ids in drawn]


def relations(table):
    """Where a head might look: see heads.head_weights."""
    marks = {table["，"], table["。"]}

    def parallel(ids):
        line = min(place for place, token in enumerate(ids) if token in marks) + 1
        return heads.back(line)(ids)

    return {"previous": heads.back(1), "mark": heads.last_of(marks), "parallel": parallel}


def measure(model, data, step, samples):
    drawn = sampled_poems(model, data, samples)
    (loss, targets), (shipped, shipped_targets) = loss_on(model, data.held), loss_on(model, data.held[:SHIPPED])
    print("\n".join(line.strip() for line in drawn[:2] + drawn[-2:]), flush=True)
    return {
        "loss": round(loss, 4), "unigram": round(data.unigram_loss, 4), "trigram": round(data.trigram_loss, 4),
        "poems": len(data.held), "targets": targets,
        "form_share": sum(map(poems.keeps_form, drawn)) / len(drawn), "samples": len(drawn),
        "temperature": TEMPERATURE, "sample_seed": SAMPLE_SEED,
        "shipped_loss": round(shipped, 4), "shipped_poems": SHIPPED, "shipped_targets": shipped_targets,
        **heads.best_heads(model, [ids[:-1] for ids in data.held[:100]], relations(data.table)),
        "steps": step, "parameters": gpt2.count_parameters(model),
    }  # fmt: skip


def export_best(model, data, step, samples):
    tokenizer = export.character_tokenizer(data.characters)
    inputs = [(text, [data.table[c] for c in text]) for text in ("白日依山尽，", "故人西辞黄鹤楼，")]
    figures = export.export_model(
        MODEL, model, tokenizer, PAGE, inputs, cells=160, measure=lambda exported: measure(exported, data, step, samples)
    )
    held_out = {"source": "chinese-poetry/chinese-poetry at 99ebbef, 全唐诗 (MIT)", "poems": data.held_poems[:SHIPPED]}
    export.write_atomically(os.path.join(HERE, "heldout.json"), export.json_text(held_out))
    export.quote_figures(os.path.join(HERE, "README.md"), figures, FIGURES)
    export.print_figures(figures)


def make_model(data, dropout=0.0):
    size = len(data.characters) + 1
    return gpt2.GPT2(gpt2.Config(size, poems.N_CTX, d_model=160, n_layers=4, n_heads=5, dropout=dropout))


def main():
    chosen = corpus.arguments(__doc__, "tang-poems.tsv.gz", steps=12000)
    data = Corpus(chosen.data)
    folder = corpus.checkpoints("tang")
    print(f"unigram {data.unigram_loss:.4f}, trigram {data.trigram_loss:.4f}", flush=True)
    trainer.seed_everything(chosen.seed)
    model = make_model(data, dropout=0.1)
    print(f"{gpt2.count_parameters(model)} parameters", flush=True)

    def evaluate(model):
        return {"loss": loss_on(model, data.held[::3])[0]}  # a third is enough to choose by

    def on_best(model, step, _):
        export_best(model, data, step, SAMPLES // 2)

    if not chosen.export:
        draw = poems.batches(data.training)
        options = trainer.Options(steps=chosen.steps, minutes=chosen.minutes, seed=chosen.seed, weight_decay=0.1,
                                  warmup=100, ema=0.995, eval_every=500)  # fmt: skip
        trainer.train(model, options, draw, evaluate, folder, on_best)
    step, _ = trainer.load_best(model, folder)
    export_best(model, data, step, SAMPLES)


if __name__ == "__main__":
    main()
