"""Stacks of Transformer blocks in float64, every station by its name: what the golden models of the encoder families
are computed with. Written from the papers' formulas: Vaswani et al. 2017, section 3; Xiong et al. 2020, figure 1 (where
norms stand).
"""

import math

import torch
from torch.nn import functional

ACTIVATIONS = {
    "gelu": functional.gelu,
    "gelu_new": lambda x: functional.gelu(x, approximate="tanh"),
    "relu": functional.relu,
    "silu": functional.silu,
}


class Stack:
    """Computes stations into `found` under `prefix`, with weights `w` {name: float64 tensor}.

    `names` gives the tensors of a block, without `.weight` and `.bias`: q, k, v, o, attn_norm, up, down, mlp_norm, and
    for cross attention cross_q, cross_k, cross_v, cross_o, cross_norm."""

    def __init__(self, w, names, heads, epsilon, activation, norm_first, found, prefix=""):
        self.w, self.names, self.heads, self.epsilon = w, names, heads, epsilon
        self.activation, self.norm_first, self.found, self.prefix = ACTIVATIONS[activation], norm_first, found, prefix

    def linear(self, x, name):
        y = x @ self.w[name + ".weight"].T
        return y + self.w[name + ".bias"] if name + ".bias" in self.w else y

    def norm(self, x, name):
        gain = self.w.get(name + ".weight", self.w.get(name + ".gamma"))
        bias = self.w.get(name + ".bias", self.w.get(name + ".beta"))
        centred = x - x.mean(-1, keepdim=True)
        y = centred / torch.sqrt((centred * centred).mean(-1, keepdim=True) + self.epsilon) * gain
        return y if bias is None else y + bias

    def attention(self, here, at, kind, queries, keys, hidden):
        """`hidden` (queries, keys): True where a query does not see a key."""

        def split(x):
            return x.unflatten(-1, (self.heads, -1)).transpose(0, 1)

        own = "" if kind == "attn" else "cross_"
        q, k, v = (
            split(self.linear(x, at + self.names[own + part])) for part, x in zip("qkv", (queries, keys, keys))
        )
        scores = (q @ k.transpose(1, 2) / math.sqrt(q.shape[-1])).masked_fill(hidden, -math.inf)
        pattern = scores.softmax(-1)
        z = pattern @ v
        columns = split(self.w[at + self.names[own + "o"] + ".weight"])
        parts = {"q": q, "k": k, "v": v, "scores": scores, "pattern": pattern, "z": z}
        parts["result"] = z @ columns.transpose(1, 2)
        for name, x in parts.items():
            self.found[f"{here}{kind}.{name}"] = x
        return self.linear(z.transpose(0, 1).flatten(1), at + self.names[own + "o"])

    def sublayer(self, here, x, norm, stations, layer):
        """norm before the layer, or after the sum; stations: the layer's output, the sum, the sum normalised."""
        out = layer(self.norm(x, norm) if self.norm_first else x)
        self.found[here + stations[0]] = out
        x = self.found[here + stations[1]] = x + out
        if not self.norm_first:
            x = self.found[here + stations[2]] = self.norm(x, norm)
        return x

    def block(self, number, at, x, hidden, memory=None, memory_hidden=None):
        here = f"{self.prefix}blocks.{number}."
        self.found[here + "resid_pre"] = x
        x = self.sublayer(
            here,
            x,
            at + self.names["attn_norm"],
            ("attn_out", "resid_mid", "normalized_resid_mid"),
            lambda y: self.attention(here, at, "attn", y, y, hidden),
        )
        if memory is not None:
            x = self.sublayer(
                here,
                x,
                at + self.names["cross_norm"],
                ("cross_out", "resid_mid_cross", "normalized_resid_mid_cross"),
                lambda y: self.attention(here, at, "cross", y, memory, memory_hidden),
            )

        def feed_forward(y):
            pre = self.found[here + "mlp.pre"] = self.linear(y, at + self.names["up"])
            post = self.found[here + "mlp.post"] = self.activation(pre)
            return self.linear(post, at + self.names["down"])

        stations = ("mlp_out", "resid_post", "normalized_resid_post")
        return self.sublayer(here, x, at + self.names["mlp_norm"], stations, feed_forward)
