"""Where training begins: a head that looks at the word before its own, and heads that copy.

Copying a name takes two heads in a row: one that marks each word with the word before it, one
that looks for a mark and copies the word (Elhage et al. 2021, "A Mathematical Framework for
Transformer Circuits", section "Induction heads"). Neither pays alone, so small models wait long
until chance forms both. Here the position table begins as sinusoids, one head of layer 0 as the
first of the two, and all heads of the last layer as ones that copy what they look at. One of
these begins as the second of the two, a little drawn to the word whose mark is its own word; what
the others look at is random at first. Training is free to change all of this.
"""

import torch


def frequencies(d_model):
    """Radians per position, (d_model / 2,): from 2.5 down to 0.025."""
    return 2.5 / 100 ** (torch.arange(d_model // 2) / (d_model // 2))


def begin(model):
    begin_with_previous_word_head(model)
    last = len(model.h) - 1
    for layer, heads in ((0, [0]), (last, range(model.config.n_heads))):
        for head in heads:
            begin_copying(model.h[layer].attn, head)
    begin_looking_for_marks(model.h[last].attn, 0, model.h[0].attn)


def begin_copying(attention, head, std=0.03):
    """Sets W_O to the transpose of W_V: with tied embeddings, the head then raises the logit of the word
    that it looks at."""
    d_head, d_model = attention.d_head, attention.c_proj.weight.shape[0]
    columns = slice(2 * d_model + head * d_head, 2 * d_model + (head + 1) * d_head)
    value = torch.randn(d_model, d_head) * std
    attention.c_attn.weight.data[:, columns] = value
    attention.c_proj.weight.data[head * d_head : (head + 1) * d_head] = value.t()


def begin_looking_for_marks(attention, head, marking, strength=3.0):
    """Sets the head's W_Q and W_K to multiples of the W_V of head 0 of `marking`: a word then fits best where
    that head has marked the next one with it."""
    d_head, d_model = attention.d_head, attention.c_proj.weight.shape[0]
    marks = marking.c_attn.weight.data[:, 2 * d_model : 2 * d_model + d_head]
    for part in (0, 1):
        columns = slice(part * d_model + head * d_head, part * d_model + (head + 1) * d_head)
        attention.c_attn.weight.data[:, columns] = strength * marks


def begin_with_previous_word_head(model, sharpness=2.2, std=0.02):
    """Sets the position table to sinusoids (sines, then cosines) and layer 0, head 0 to attend to the
    position before: query p is key p rotated by one position. The word embeddings begin at zero
    in the coordinates that this head reads."""
    config = model.config
    half, pairs = config.d_model // 2, config.d_head // 2
    angles = torch.arange(config.n_ctx)[:, None] * frequencies(config.d_model)
    model.wpe.weight.data = std * torch.cat([angles.sin(), angles.cos()], dim=1)
    weight = model.h[0].attn.c_attn.weight.data
    query, key = weight[:, : config.d_head], weight[:, config.d_model : config.d_model + config.d_head]
    query.zero_()
    key.zero_()
    for pair in range(pairs):
        sine = 3 * pair * half // (8 * pairs)  # the faster frequencies tell neighbours apart
        cosine, step = sine + half, frequencies(config.d_model)[sine]
        query[sine, 2 * pair] = query[cosine, 2 * pair + 1] = sharpness * step.cos()
        query[cosine, 2 * pair], query[sine, 2 * pair + 1] = -sharpness * step.sin(), sharpness * step.sin()
        key[sine, 2 * pair] = key[cosine, 2 * pair + 1] = sharpness
        model.wte.weight.data[:, [sine, cosine]] = 0
