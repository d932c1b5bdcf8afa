"""The digits: read, changed for training, and drawn anew as a visitor of the page might."""

import os
import sys

import numpy as np
import torch
import torch.nn.functional as F

from vit import SIDE

SOURCE = """Expected: an .npz with `images` (10000, 28, 28) uint8 and `labels` (10000,) uint8, shuffled, the last 2,000 for testing;
10,000 digits of MNIST, from cazala/mnist on GitHub at commit 7615779. MNIST: LeCun, Cortes, Burges, CC BY-SA 3.0."""
TEST, TUNING = 2000, 500  # the last images; those before them, by which the best weights are chosen
BOX = 20  # pixels of the longer side of a digit in its picture


def load_data(path):
    """{part: (images uint8 (n, 28, 28), labels)} for training, tuning and test. Without the file: ends with status 2."""
    if not os.path.exists(path):
        print(f"{path} is missing.\n{SOURCE}", file=sys.stderr)
        sys.exit(2)
    with np.load(path) as file:
        images, labels = file["images"], file["labels"].astype(np.int64)
    cuts = {"training": slice(None, -TEST - TUNING), "tuning": slice(-TEST - TUNING, -TEST), "test": slice(-TEST, None)}
    return {part: (images[cut], labels[cut]) for part, cut in cuts.items()}


def pixels_of(images):
    return torch.from_numpy(images).float() / 255


def random_grid(batch, rng):
    """Where each pixel of a changed picture is taken from, (batch, 28, 28, 2) in -1..1: turned, sheared, scaled and shifted a
    little, then bent by smooth noise (Simard et al. 2003, "Best Practices for Convolutional Neural Networks")."""
    between = lambda low, high: torch.from_numpy(rng.uniform(low, high, batch)).float()
    angle, shear, size, width = between(-0.25, 0.25), between(-0.2, 0.2), between(0.85, 1.2), between(0.9, 1.1)
    cos, sin = angle.cos(), angle.sin()
    top = [size * width * cos, size * (shear * cos - sin), between(-0.14, 0.14)]
    bottom = [size * width * sin, size * (shear * sin + cos), between(-0.14, 0.14)]
    grid = F.affine_grid(torch.stack(top + bottom, 1).view(batch, 2, 3), (batch, 1, SIDE, SIDE), align_corners=False)
    noise = torch.from_numpy(rng.normal(0, 0.06, (batch, 2, 6, 6))).float()
    return grid + F.interpolate(noise, SIDE, mode="bicubic", align_corners=True).permute(0, 2, 3, 1)


def augmented(pixels, rng):
    """Pictures (batch, 28, 28) as other hands and pens might have written them."""
    batch = len(pixels)
    x = F.grid_sample(pixels[:, None], random_grid(batch, rng), align_corners=False)
    grow = torch.from_numpy(rng.uniform(-0.6, 1.2, (batch, 1, 1, 1))).float()
    thick, thin = F.max_pool2d(x, 3, 1, 1), -F.max_pool2d(-x, 3, 1, 1)
    x = x + grow.clamp(0, 1) * (thick - x) + (-grow).clamp(0, 1) * (thin - x)
    harder = torch.from_numpy(rng.uniform(1, 4, (batch, 1, 1, 1))).float()
    return ((x - 0.5) * harder + 0.5).clamp(0, 1)[:, 0]


def strokes(points, side=112, pen=6.0):
    """A drawing (side, side) of 0 and 1: a pen of that radius moved along points (row, column), each in 0..1."""
    places = np.stack(np.mgrid[:side, :side], -1) + 0.5
    drawing = np.zeros((side, side))
    corners = np.array(points) * side
    for start, end in zip(corners, corners[1:]):
        along = np.clip((places - start) @ (end - start) / max(((end - start) ** 2).sum(), 1e-9), 0, 1)
        nearest = start + along[..., None] * (end - start)
        drawing[((places - nearest) ** 2).sum(-1) <= pen**2] = 1
    return drawing


def centred(drawing):
    """A drawing (height, width) in 0..1 as MNIST holds its digits: cut to its ink, its longer side scaled to 20 pixels by
    averaging, laid into 28 x 28 so that the pixel at the ink's centre of mass is (14, 14). The page does the same."""
    rows, columns = np.flatnonzero(drawing.max(1)), np.flatnonzero(drawing.max(0))
    cut = torch.from_numpy(drawing[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    scale = BOX / max(cut.shape)
    sides = [max(1, round(side * scale)) for side in cut.shape]
    small = F.adaptive_avg_pool2d(cut[None], sides)[0].numpy()
    picture = np.zeros((SIDE, SIDE), np.float32)
    corner = [SIDE // 2 - round(float((small.sum(1 - axis) * np.arange(sides[axis])).sum() / small.sum())) for axis in (0, 1)]
    top, left = (min(max(0, place), SIDE - side) for place, side in zip(corner, sides))
    picture[top : top + sides[0], left : left + sides[1]] = small
    return picture


def drawn(pixels, level, grow):
    """Pictures drawn anew: five times as large, ink where above `level`, strokes `grow` pixels (of 28) wider on either
    side; then `centred`."""
    large = F.interpolate(pixels[:, None], scale_factor=5, mode="bilinear", align_corners=False) > level
    radius = 5 * grow
    upright = F.max_pool2d(large.float(), (2 * radius + 1, 1), 1, (radius, 0))
    square = F.max_pool2d(upright, (1, 2 * radius + 1), 1, (0, radius))
    return torch.from_numpy(np.stack([centred(drawing) for drawing in square[:, 0].numpy()]))
