"""Text from a trained model: many continuations at once, seeded."""

import torch


@torch.no_grad()
def continue_all(model, prompts, tokens, temperature, seed, stop=None):
    """Lists of ids: each prompt (equally long lists) and up to `tokens` more, drawn from
    softmax(logits / temperature); ends after the id `stop`. The context must hold it all."""
    generator = torch.Generator().manual_seed(seed)
    ids, done = torch.tensor(prompts), torch.zeros(len(prompts), dtype=torch.bool)
    model.eval()
    for _ in range(tokens):
        probs = (model(ids[:, -model.config.n_ctx :])[:, -1].float() / temperature).softmax(-1)
        ids = torch.cat([ids, torch.multinomial(probs, 1, generator=generator)], 1)
        done |= ids[:, -1] == stop
        if done.all():
            break
    return [cut_after(row, len(prompt), stop) for row, prompt in zip(ids.tolist(), prompts)]


def cut_after(ids, start, stop):
    """The ids up to and with the first `stop` at or after `start`."""
    return ids[: ids.index(stop, start) + 1] if stop in ids[start:] else ids
