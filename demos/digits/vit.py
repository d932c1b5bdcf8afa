"""A small Vision Transformer, and its weights under Hugging Face's names (ViTForImageClassification).

Dosovitskiy et al. 2021, "An Image is Worth 16x16 Words" (arXiv 2010.11929), section 3.1; blocks as GPT-2's, without the
mask and with GELU itself.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

import gpt2

SIDE, PATCH, CLASSES = 28, 4, 10
ACROSS = SIDE // PATCH  # patches in a row of the picture
INK = 0.2  # a patch with a pixel above it has ink


class Attention(gpt2.Attention):
    """Every token sees every token; `pattern` (batch, heads, tokens, tokens) is the last forward pass's."""

    def __init__(self, config):
        super().__init__(config)
        self.future.zero_()

    def attend(self, scores):
        self.pattern = scores.softmax(-1)
        return self.pattern


class FeedForward(gpt2.FeedForward):
    """c_proj(gelu(c_fc(x))) with GELU itself, x times the normal distribution's function (Hugging Face's `gelu`)."""

    def forward(self, x, probe):
        return self.c_proj(F.gelu(self.c_fc(x)))


class Block(gpt2.Block):
    def __init__(self, config):
        super().__init__(config, Attention)
        self.mlp = FeedForward(config)


class ViT(nn.Module):
    """pixels (batch, 28, 28) in 0 (paper) to 1 (ink) -> logits (batch, 10). Tokens: the class token, then 7 x 7 patches,
    row by row."""

    def __init__(self, config):
        super().__init__()
        self.config = config
        self.patch = gpt2.Conv1D(PATCH * PATCH, config.d_model, 1 / PATCH)
        self.cls = nn.Parameter(torch.randn(1, config.d_model) * 0.02)
        self.pos = nn.Parameter(torch.randn(config.n_ctx, config.d_model) * 0.02)
        self.h = nn.ModuleList(Block(config) for _ in range(config.n_layers))
        self.ln_f = nn.LayerNorm(config.d_model, eps=config.layer_norm_epsilon)
        self.head = gpt2.Conv1D(config.d_model, CLASSES)

    def forward(self, pixels):
        patches = self.patch(patches_of(pixels))
        x = torch.cat([self.cls.expand(len(patches), 1, -1), patches], 1) + self.pos
        for block in self.h:
            x = block(x, None)
        return self.head(self.ln_f(x[:, 0]))

    @torch.no_grad()
    def patterns(self, pixels):
        """(batch, layers, heads, tokens, tokens)"""
        self(pixels)
        return torch.stack([block.attn.pattern for block in self.h], 1)


def patches_of(pixels):
    """(batch, 28, 28) -> (batch, 49, 16), both axes row by row."""
    cut = pixels.view(-1, ACROSS, PATCH, ACROSS, PATCH).transpose(2, 3)
    return cut.reshape(-1, ACROSS * ACROSS, PATCH * PATCH)


def ink_of(pixels):
    """(batch, 49) bool: the patches with ink."""
    return patches_of(pixels).amax(-1) > INK


def make_model():
    config = gpt2.Config(0, 1 + ACROSS * ACROSS, d_model=64, n_layers=4, n_heads=4, layer_norm_epsilon=1e-12)
    return ViT(config)


def hugging_face(model):
    """{Hugging Face's name: view of the model's weight in Hugging Face's shape}; written to, it changes the model."""
    found = {
        "vit.embeddings.cls_token": model.cls[None],
        "vit.embeddings.position_embeddings": model.pos[None],
        "vit.embeddings.patch_embeddings.projection.weight": model.patch.weight.t().view(-1, 1, PATCH, PATCH),
        "vit.embeddings.patch_embeddings.projection.bias": model.patch.bias,
    }

    def add_norm(name, norm):
        found.update({f"{name}.weight": norm.weight, f"{name}.bias": norm.bias})

    def add_map(name, weight, bias):
        found.update({f"{name}.weight": weight.t(), f"{name}.bias": bias})

    for layer, block in enumerate(model.h):
        at = f"vit.encoder.layer.{layer}"
        add_norm(f"{at}.layernorm_before", block.ln_1)
        parts = zip(block.attn.c_attn.weight.chunk(3, 1), block.attn.c_attn.bias.chunk(3))
        for name, (weight, bias) in zip(("query", "key", "value"), parts):
            add_map(f"{at}.attention.attention.{name}", weight, bias)
        add_map(f"{at}.attention.output.dense", block.attn.c_proj.weight, block.attn.c_proj.bias)
        add_norm(f"{at}.layernorm_after", block.ln_2)
        add_map(f"{at}.intermediate.dense", block.mlp.c_fc.weight, block.mlp.c_fc.bias)
        add_map(f"{at}.output.dense", block.mlp.c_proj.weight, block.mlp.c_proj.bias)
    add_norm("vit.layernorm", model.ln_f)
    add_map("classifier", model.head.weight, model.head.bias)
    return found


def half_weights(model):
    return {name: view.detach().cpu().numpy().astype(np.float16) for name, view in hugging_face(model).items()}


def with_weights(weights):
    """A model with these weights ({Hugging Face's name: array}) in float32."""
    model = make_model()
    with torch.no_grad():
        for name, view in hugging_face(model).items():
            view.copy_(torch.from_numpy(weights[name].astype(np.float32)))
    return model.eval()
