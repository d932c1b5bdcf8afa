"""One training loop for all demos: seeded, resumable, with a held-out score and a best checkpoint.

The batch of step n is drawn from a generator seeded with (seed, n), so that a resumed run sees
what an uninterrupted one would have seen.
"""

import contextlib
import os
import time
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from muon import Muon

IGNORE = -100  # a target that is not scored


@dataclass
class Options:
    """`steps` in batches. Learning rates rise over `warmup` steps, stay, and fall over the last
    `decay_share` of the run (`decay`: "linear" or "cosine", to zero).

    `minutes`, if set, also bounds the run by training time: whichever of the two is further
    along drives the schedule, so that a slow machine still ends with a finished decay.
    `ema` is the decay of the moving average of the weights that is scored and exported (0: none).
    """

    steps: int
    seed: int = 1
    lr_matrix: float = 0.02
    lr_other: float = 0.003
    weight_decay: float = 0.01
    warmup: int = 50
    decay: str = "linear"
    decay_share: float = 0.4
    clip: float = 1.0
    ema: float = 0.99
    eval_every: int = 250
    log_every: int = 50
    minutes: float = 0.0


def pick_device():
    return "cuda" if torch.cuda.is_available() else "cpu"


def fast_dtype(device):
    """bfloat16 where the hardware multiplies it (CUDA, AVX-512 BF16: 4 times float32), else float32."""
    if device == "cuda" or "avx512_bf16" in read_text("/proc/cpuinfo"):
        return torch.bfloat16
    return torch.float32


def seed_everything(seed):
    """Before a model is made: its first weights come from PyTorch's generator."""
    torch.manual_seed(seed)
    np.random.seed(seed)


def read_text(path):
    return open(path).read() if os.path.exists(path) else ""


def precision(device):
    """Matrix products of a training step in the fast type; weights, norms and losses stay float32."""
    dtype = fast_dtype(device)
    return torch.autocast(device, dtype=dtype) if dtype != torch.float32 else contextlib.nullcontext()


def loss_of(model, ids, targets, reduction="mean"):
    """Cross-entropy in nats of `targets` (batch, tokens), where IGNORE cells do not count."""
    logits = model(ids)
    return F.cross_entropy(logits.float().flatten(0, 1), targets.flatten(), ignore_index=IGNORE, reduction=reduction)


def tensors(batch, device):
    return tuple(torch.as_tensor(np.ascontiguousarray(part), dtype=torch.int64, device=device) for part in batch)


@torch.no_grad()
def mean_loss(model, ids, targets, batch_size=64):
    """Held-out loss in nats a scored token, over arrays (rows, tokens)."""
    model.eval()
    device, total, scored = next(model.parameters()).device, 0.0, 0
    for start in range(0, len(ids), batch_size):
        batch = tensors((ids[start : start + batch_size], targets[start : start + batch_size]), device)
        total += loss_of(model, *batch, reduction="sum").item()
        scored += int((batch[1] != IGNORE).sum())
    model.train()
    return total / scored


def schedule(progress, step, options):
    """The factor on both learning rates; `progress` of the run in 0..1."""
    warm = min(1.0, (step + 1) / max(1, options.warmup))
    left = min(1.0, max(0.0, 1 - progress) / options.decay_share)
    fall = left if options.decay == "linear" else 0.5 - 0.5 * np.cos(np.pi * left)
    return float(warm * fall)


def make_optimizers(model, options):
    """Muon for the matrices inside the blocks, AdamW for all else (no decay on vectors)."""
    named = list(model.named_parameters())
    matrices = [p for name, p in named if name.startswith("h.") and p.ndim == 2]
    tables = [p for name, p in named if not name.startswith("h.") and p.ndim == 2]
    vectors = [p for name, p in named if p.ndim < 2]
    groups = [{"params": tables, "weight_decay": options.weight_decay}, {"params": vectors, "weight_decay": 0.0}]
    adam = torch.optim.AdamW(groups, lr=options.lr_other, betas=(0.9, 0.95), eps=1e-8)
    dtype = fast_dtype(next(model.parameters()).device.type)
    return [Muon(matrices, options.lr_matrix, weight_decay=options.weight_decay, dtype=dtype), adam]


class Run:
    """A training run and everything that its checkpoint holds."""

    def __init__(self, model, options, folder, loss=loss_of):
        self.device = pick_device()
        self.model = model.to(self.device)
        self.options, self.folder, self.loss = options, folder, loss
        self.optimizers = make_optimizers(model, options)
        self.average = {name: p.detach().clone() for name, p in model.named_parameters()}
        self.step, self.seconds, self.best, self.best_step = 0, 0.0, float("inf"), 0
        os.makedirs(folder, exist_ok=True)

    def resume(self):
        path = os.path.join(self.folder, "last.pt")
        if not os.path.exists(path):
            return
        saved = torch.load(path, map_location=self.device)
        self.model.load_state_dict(saved["model"])
        self.average = saved["average"]
        for optimizer, state in zip(self.optimizers, saved["optimizers"]):
            optimizer.load_state_dict(state)
        self.step, self.seconds = saved["step"], saved["seconds"]
        self.best, self.best_step = saved["best"], saved["best_step"]
        print(f"resumed at step {self.step}, best {self.best:.4f} at {self.best_step}", flush=True)

    def save(self):
        state = {"model": self.model.state_dict(), "average": self.average, "step": self.step, "seconds": self.seconds}
        state.update(best=self.best, best_step=self.best_step, optimizers=[o.state_dict() for o in self.optimizers])
        save_atomically(state, os.path.join(self.folder, "last.pt"))

    def progress(self):
        by_time = self.seconds / (60 * self.options.minutes) if self.options.minutes else 0.0
        return max(self.step / self.options.steps, by_time)

    def advance(self, sample_batch):
        """One step; returns the batch's loss as a tensor (reading it waits for the device)."""
        options = self.options
        factor = schedule(self.progress(), self.step, options)
        for optimizer, lr in zip(self.optimizers, (options.lr_matrix, options.lr_other)):
            for group in optimizer.param_groups:
                group["lr"] = lr * factor
        torch.manual_seed(options.seed * 1_000_003 + self.step)  # dropout
        batch = tensors(sample_batch(np.random.default_rng([options.seed, self.step])), self.device)
        with precision(self.device):
            loss = self.loss(self.model, *batch)
        for optimizer in self.optimizers:
            optimizer.zero_grad()
        loss.backward()
        if options.clip:
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), options.clip)
        for optimizer in self.optimizers:
            optimizer.step()
        self.step += 1
        decay = min(options.ema, self.step / (self.step + 10))
        with torch.no_grad():
            for name, parameter in self.model.named_parameters():
                self.average[name].lerp_(parameter, 1 - decay)
        return loss.detach()

    @contextlib.contextmanager
    def averaged(self):
        """The model with its averaged weights in place."""
        live = {name: p.detach().clone() for name, p in self.model.named_parameters()}
        copy_into(self.model, self.average)
        try:
            yield self.model
        finally:
            copy_into(self.model, live)

    def score(self, evaluate, on_best):
        """Scores the averaged weights; a new best is saved, then everything, then exported."""
        with self.averaged() as model:
            report = evaluate(model)
            better = report["loss"] < self.best
            if better:
                self.best, self.best_step = report["loss"], self.step
                weights = {name: tensor.cpu() for name, tensor in model.state_dict().items()}
                best = {"model": weights, "step": self.step, "report": report}
                save_atomically(best, os.path.join(self.folder, "best.pt"))
        self.save()
        if better and on_best:
            with self.averaged() as model:
                on_best(model, self.step, report)
        return report


def copy_into(model, values):
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(values[name])


def save_atomically(state, path):
    torch.save(state, path + ".new")
    os.replace(path + ".new", path)


def load_best(model, folder):
    """Puts the best checkpoint's weights into the model; returns its step and held-out report.

    Raises FileNotFoundError when the folder holds no checkpoint."""
    saved = torch.load(os.path.join(folder, "best.pt"), map_location="cpu")
    model.load_state_dict(saved["model"])
    return saved["step"], saved["report"]


def train(model, options, sample_batch, evaluate, folder, on_best=None, on_step=None, loss=loss_of):
    """Trains to the end (or resumes) and returns the Run; the best weights are in folder/best.pt.

    `sample_batch(rng)` -> (ids, targets), int arrays (batch, tokens); targets may hold IGNORE.
    `evaluate(model)` -> dict of numbers with "loss", lower is better.
    `on_best(model, step, report)` runs at each new best, with the averaged weights in place.
    `on_step(model, step)` runs before the first step (also after a resume) and after every step, with the live weights.
    `loss(model, ids, targets)` -> a scalar to train on.
    """
    if pick_device() == "cpu":
        torch.set_num_threads(1)
    run = Run(model, options, folder, loss)
    run.resume()
    if on_step:
        on_step(model, run.step)
    losses, began = [], time.time()
    while run.progress() < 1:
        started = time.time()
        losses.append(run.advance(sample_batch))
        if on_step:
            on_step(model, run.step)
        run.seconds += time.time() - started
        if run.step % options.log_every == 0:
            mean = torch.stack(losses).mean().item()
            print(f"step {run.step} loss {mean:.4f} progress {run.progress():.3f} {time.time() - began:.0f} s", flush=True)
            losses = []
        if run.step % options.eval_every == 0 or run.progress() >= 1:
            report = run.score(evaluate, on_best)
            words = " ".join(f"{name} {value:.4f}" for name, value in report.items())
            print(f"step {run.step} held out: {words}; best {run.best:.4f} at {run.best_step}", flush=True)
    return run
