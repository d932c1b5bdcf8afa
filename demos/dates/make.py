"""Trains and exports the date writer: `21 Nov 2026` or 二〇二六年十一月二十一日 is answered with `2026-11-21`.

    /usr/bin/python3 demos/dates/make.py [--steps N] [--seed S] [--work FOLDER]   trains, then exports
    /usr/bin/python3 demos/dates/make.py --export                                 exports the best checkpoint again
    /usr/bin/python3 demos/dates/make.py --evaluate                               prints what the shipped model can do
    /usr/bin/python3 demos/dates/make.py --check                                  compares it with torch.nn.Transformer
"""

import argparse
import json
import os
import random
import sys

import torch
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "training"))

import corpus
import export
import gpt2
import trainer
from dates import BOS, CHARACTERS, EOS, LONGEST, PAD, SPECIAL, UNKNOWN, batch_of, by_family, examples, ids_of, random_example
from measure import measure, mistakes, test_sets, words_of
from transformer import Config, Transformer, differences, half_weights, with_weights

MODEL = os.path.join(HERE, "model")
BATCH = 256
TOLERANCE = 2e-6  # of the largest logit: 16 times float32's epsilon, which sums of 64 to 256 terms in four layers may differ by
EXAMPLES = (
    ("21 Nov 2026", "en"), ("Saturday, November 21st, 2026", "en"), ("the 5th of may '99", "en"), ("11/21/26", "en"),
    ("21.11.2026", "en"), ("二〇二六年十一月二十一日", "zh"), ("2026年11月21日星期六", "zh"), ("９９年５月５号", "zh"),
)  # fmt: skip
PAGE = {
    "title": {"en": "Dates: an encoder and a decoder", "zh": "日期：编码器与解码器"},
    "languages": ["en", "zh"],
    "examples": [{"text": text, "lang": lang} for text, lang in EXAMPLES],
}
REFERENCE = {"Saturday, 21 November 2026": "2026-11-21", "二〇二六年十一月二十一日": "2026-11-21", "2/29/00": "2000-02-29"}
FIGURES = """
Of {tests} dates never trained on, each in one spelling, all ten characters are right and the end comes after them for

- **{right_dates:.2%}** in spellings that were trained on ({dates_words}),
- **{right_spellings:.2%}** in spellings that never were ({spellings_words}).

Computed with the shipped F16 weights; {parameters} parameters, trained for {steps} steps of {batch} dates. {unseen} of the
{spellings} spellings are kept from training, all that have the pieces of a row here:

| never trained on | for example | right |
|---|---|---:|
{unseen_rows}

The next figures are of the first {some} dates in spellings that were trained on. The weight of each head of the cross attention
(layer.head) on the characters of the part that is being written:

| head | year | month | day | century of a two-digit year | year: on the very digit |
|---|---:|---:|---:|---:|---:|
{head_rows}

- In the last layer, the heads' mean has its largest weight on the right part in most steps: {largest_words}.
- {right_some:.1%} are right; without one head of the cross attention (its output zeroed) {without_worst:.1%} (without
  {worst_head}) or more, without all four of layer 0 {without_layer[0]:.1%}, of layer 1 {without_layer[1]:.1%}.

With a part's characters hidden from the decoder (in both layers), so often is each part right all the same:

| hidden | year right | month right | day right |
|---|---:|---:|---:|
{hidden_rows}
"""


def make_config():
    return Config(len(SPECIAL) + len(CHARACTERS), LONGEST, pad=PAD)


def loss(model, source, answer, parts):
    """Cross-entropy alone: nothing says where to look (`parts` is for measuring it)."""
    return F.cross_entropy(model(source, answer[:, :-1]).float().flatten(0, 1), answer[:, 1:].flatten())


def train(model, chosen, folder):
    tuning = [torch.as_tensor(part) for part in batch_of(examples(7, 2000, "tuning", by_family(False)))]

    def sample_batch(rng):
        draw = random.Random(int(rng.integers(2**62)))
        return batch_of([random_example(draw, "training", by_family(False)) for _ in range(BATCH)])

    @torch.no_grad()
    def evaluate(model):
        source, answer, _ = tuning
        logits = model(source, answer[:, :-1])
        wrong = (logits.argmax(-1) != answer[:, 1:]).any(1).float().mean().item()
        return {"loss": F.cross_entropy(logits.flatten(0, 1), answer[:, 1:].flatten()).item(), "wrong": wrong}

    options = trainer.Options(steps=chosen.steps, seed=chosen.seed, lr_matrix=0.02, lr_other=0.003, warmup=100, decay_share=0.6,
                              ema=0.995, eval_every=250, log_every=50)  # fmt: skip
    run = trainer.train(model, options, sample_batch, evaluate, folder, loss=loss)
    print(f"trained for {run.seconds:.0f} s", flush=True)


def config_dict(config):
    return {
        "model_type": "transformer",
        "architectures": ["EncoderDecoder"],
        "d_model": config.d_model,
        "nhead": config.n_heads,
        "num_encoder_layers": config.n_layers,
        "num_decoder_layers": config.n_layers,
        "dim_feedforward": config.n_inner,
        "activation": "relu",
        "layer_norm_eps": config.layer_norm_epsilon,
        "norm_first": True,
        "bias": True,
        "vocab_size": config.vocab_size,
        "max_position_embeddings": config.n_ctx,
        "position_embedding_type": "sinusoidal",
        "scale_embedding": True,
        "share_embeddings": True,
        "tie_word_embeddings": True,
        "pad_token_id": PAD,
        "bos_token_id": BOS,
        "eos_token_id": EOS,
        "torch_dtype": "float16",
        "attention_playground": PAGE,
    }


def tokenizer_dict():
    """One token a character, as export.character_tokenizer makes it, after four special ones."""
    tokenizer = export.character_tokenizer(CHARACTERS, SPECIAL[UNKNOWN])
    tokenizer["model"]["vocab"] = {token: index for index, token in enumerate([*SPECIAL, *CHARACTERS])}
    unknown = tokenizer["added_tokens"][0]
    tokenizer["added_tokens"] = [{**unknown, "id": index, "content": token} for index, token in enumerate(SPECIAL)]
    return tokenizer


def station_entry(tensor):
    return {"shape": list(tensor.shape), "data": [round(value, 6) for value in tensor.flatten().tolist()]}


def reference_text(model):
    """PyTorch's float32 values for three texts; `target` is the answer, `target_ids` what the decoder reads: <bos> and it."""
    inputs = []
    for text, answer in REFERENCE.items():
        ids, target = ids_of(text), [BOS, *ids_of(answer)]
        logits, found = model.stations(torch.tensor([ids]), torch.tensor([target]))
        stations = {name: station_entry(pattern[0]) for name, pattern in found.items()}
        tokens = {"text": text, "ids": ids, "target": answer, "target_ids": target}
        inputs.append({**tokens, "logits": station_entry(logits[0]), "stations": stations})
    return json.dumps({"inputs": inputs}, ensure_ascii=False, separators=(",", ":")) + "\n"


def export_best(model, step):
    """Writes model/ and the README's figures from the best weights."""
    half = half_weights(model)
    exported = with_weights(model.config, half)
    figures = measure(exported, step, BATCH)
    files = {
        "config.json": export.json_text(config_dict(model.config)),
        "tokenizer.json": export.json_text(tokenizer_dict()),
        "model.safetensors": export.safetensors_bytes(half),
        "reference.json": reference_text(exported),
        "figures.json": json.dumps(figures) + "\n",
    }
    os.makedirs(MODEL, exist_ok=True)
    for name, content in files.items():
        export.write_atomically(os.path.join(MODEL, name), content)
    export.quote_figures(os.path.join(HERE, "README.md"), words_of(figures), FIGURES)
    export.print_figures(figures)


def shipped():
    return with_weights(make_config(), export.read_safetensors(os.path.join(MODEL, "model.safetensors")))


def evaluate_shipped():
    """Prints the accuracy of model/ on the two test sets, and every mistake."""
    model = shipped()
    for name, chosen in test_sets().items():
        wrong = mistakes(model, chosen)
        print(f"unseen {name}: {1 - len(wrong) / len(chosen):.2%} right, {len(wrong)} of {len(chosen)} wrong")
        for text, answer, found in wrong:
            print(f"  {text!r} is {answer}, the model wrote {found}")


def check_shipped():
    """Ends with status 1 if model/ computes other logits than torch.nn.Transformer, or others without padding."""
    source, answer, _ = (torch.as_tensor(part) for part in batch_of(examples(14, 500, "testing", by_family(True))))
    theirs, padded = differences(shipped(), source, answer[:, :-1])
    print(f"largest difference from torch.nn.Transformer {theirs:.1e}, from itself without padding {padded:.1e} (of the largest logit)")
    if max(theirs, padded) > TOLERANCE:
        sys.exit(1)


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=3000, help="batches to train for")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", default=corpus.checkpoints("dates"), help="the folder of checkpoints")
    parser.add_argument("--export", action="store_true", help="only write model/ again from the best checkpoint")
    parser.add_argument("--evaluate", action="store_true", help="only measure the shipped model")
    parser.add_argument("--check", action="store_true", help="only compare the shipped model with torch.nn.Transformer")
    return parser.parse_args()


def main():
    chosen = parse()
    torch.set_num_threads(1)
    if chosen.evaluate or chosen.check:
        evaluate_shipped() if chosen.evaluate else check_shipped()
        return
    trainer.seed_everything(chosen.seed)
    model = Transformer(make_config())
    print(f"{gpt2.count_parameters(model)} parameters", flush=True)
    if not chosen.export:
        train(model, chosen, chosen.work)
    step, _ = trainer.load_best(model, chosen.work)
    export_best(model, step)


if __name__ == "__main__":
    main()
