"""Writes the golden values of image operators and the non-local block, as image.safetensors and non_local.safetensors.

Run from anywhere: /usr/bin/python3 tests/golden/make_image_golden.py   (Debian's python3-scipy, python3-skimage)

image.safetensors: `filter_<n>.image`, `.index` (of its filter in FILTERS), `.params`, `.filtered`, and `.pixel` (row,
column) with its `.distances`, `.weights`, `.sum`, by numpy in float64; `convolve_<n>.image`, `.kernel`, `.convolved`,
`features_<n>.image`, `.features`, `.deviations` (of the features before they are standardised) by scipy.ndimage;
`noise_<n>.image`, `.reference`, `.peak`, `.decibels` by skimage. non_local.safetensors: `<kind>_<n>.x`, the weights,
`.output`, `.pattern`, `.y` by numpy.

The filters' twin is compared here with scipy and skimage. skimage's denoise_nl_means differs from the definition: its
slow form weighs a patch's pixels by a Gaussian, gives up patches once some of their rows are further than 5 h^2, and
reads exp off the bits of a number, which is wrong by some percent; its fast form weighs pixels evenly, as ours, but
sums over a patch one pixel narrower and mirrors the picture otherwise. So the slow form is compared exactly with our
search, borders and mean under its own weights, the fast form loosely.
"""

import os

import numpy as np
import torch
from make_golden import HERE, write_safetensors
from scipy import ndimage
from skimage import metrics, restoration

FILTERS = ["mean", "gaussian", "bilateral", "non_local_means"]


def reflected(image, border):
    """numpy's padding "reflect" of height and width; for an axis of one pixel numpy repeats it, as the core does."""
    return np.pad(image, [(border, border), (border, border), (0, 0)], mode="reflect")


def fall_off(distances, width):
    width = np.float64(width)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(distances == 0, 1.0, np.where(np.isinf(width), 1.0, np.exp(-np.float64(distances) / width)))


def patches_of(image, side):
    """(height, width, side, side, channels), mirrored at the borders."""
    padded = reflected(image, side // 2)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (side, side), axis=(0, 1))
    return windows.transpose(0, 1, 3, 4, 2)


def window(image, name, params, row, column):
    """Distances (infinite outside) and weights of one pixel's window."""
    height, width, _ = image.shape
    if name == "non_local_means":
        h, patch, search = params
        radius, patches = search // 2, patches_of(image, patch)
    else:
        radius = params[-1]
    side = 2 * radius + 1
    distances, weights = np.full((side, side), np.inf), np.zeros((side, side))
    for i in range(side):
        for j in range(side):
            y, x = row + i - radius, column + j - radius
            if not (0 <= y < height and 0 <= x < width):
                continue
            place = float((y - row) ** 2 + (x - column) ** 2)
            colour = np.mean((image[y, x] - image[row, column]) ** 2)
            if name == "mean":
                distances[i, j], weights[i, j] = place, 1.0
            elif name == "gaussian":
                distances[i, j], weights[i, j] = place, fall_off(place, 2 * params[0] ** 2)
            elif name == "bilateral":
                distances[i, j] = colour
                weights[i, j] = fall_off(place, 2 * params[0] ** 2) * fall_off(colour, 2 * params[1] ** 2)
            else:
                distances[i, j] = np.mean((patches[y, x] - patches[row, column]) ** 2)
                weights[i, j] = fall_off(distances[i, j], h**2)
    return distances, weights


def averaged(image, weights, row, column):
    radius = weights.shape[0] // 2
    padded = np.pad(image, [(radius, radius), (radius, radius), (0, 0)])
    around = padded[row : row + weights.shape[0], column : column + weights.shape[0]]
    return (weights[..., None] * around).sum((0, 1)) / weights.sum()


def filtered(image, name, params):
    out = np.zeros_like(image)
    for row in range(image.shape[0]):
        for column in range(image.shape[1]):
            out[row, column] = averaged(image, window(image, name, params, row, column)[1], row, column)
    return out


def picture(random, height, width, channels, noise=0.1):
    """Blocks of even colours with noise, as float32 holds them."""
    blocks = random.random((height // 4 + 1, width // 4 + 1, channels))
    image = np.kron(blocks, np.ones((4, 4, 1)))[:height, :width] + noise * random.standard_normal((height, width, channels))
    return image.astype(np.float32).astype(np.float64)


def as_given(image):
    return image[..., 0] if image.shape[-1] == 1 else image


def filter_case(random, shape, name, params, pixel=(0, 0)):
    image = picture(random, *shape)
    distances, weights = window(image, name, params, *pixel)
    return {
        "image": as_given(image),
        "index": np.array([FILTERS.index(name)]),
        "params": np.array(params, dtype=np.float64),
        "filtered": as_given(filtered(image, name, params)),
        "pixel": np.array(pixel),
        "distances": distances,
        "weights": weights,
        "sum": np.array([weights.sum()]),
    }


def filter_cases(random):
    inf = np.inf
    return [
        filter_case(random, (9, 13, 1), "mean", [2], (4, 6)),
        filter_case(random, (5, 4, 3), "mean", [7], (0, 3)),
        filter_case(random, (12, 10, 1), "gaussian", [1.5, 4], (11, 0)),
        filter_case(random, (6, 7, 2), "gaussian", [0.8, 2], (3, 3)),
        filter_case(random, (4, 4, 1), "gaussian", [0, 2], (1, 1)),
        filter_case(random, (4, 4, 1), "gaussian", [inf, 2], (1, 2)),
        filter_case(random, (11, 12, 1), "bilateral", [2, 0.2, 4], (5, 5)),
        filter_case(random, (9, 8, 3), "bilateral", [1.5, 0.3, 3], (8, 7)),
        filter_case(random, (6, 6, 1), "bilateral", [inf, 0, 3], (2, 2)),
        filter_case(random, (6, 6, 1), "bilateral", [0, inf, 3], (2, 2)),
        filter_case(random, (20, 23, 1), "non_local_means", [0.15, 7, 11], (10, 10)),
        filter_case(random, (14, 19, 3), "non_local_means", [0.2, 5, 9], (0, 18)),
        filter_case(random, (9, 33, 4), "non_local_means", [0.3, 3, 7], (8, 30)),
        filter_case(random, (7, 5, 1), "non_local_means", [0.3, 1, 21], (3, 4)),
        filter_case(random, (3, 2, 1), "non_local_means", [0.3, 9, 5], (1, 1)),
        filter_case(random, (1, 6, 1), "non_local_means", [0.3, 5, 7], (0, 2)),
        filter_case(random, (1, 1, 1), "non_local_means", [0.3, 5, 7], (0, 0)),
        filter_case(random, (6, 9, 1), "non_local_means", [0, 3, 5], (3, 3)),
        filter_case(random, (6, 9, 1), "non_local_means", [inf, 3, 5], (3, 3)),
    ]


def compare_filters(random):
    image = np.clip(picture(random, 17, 15, 1), 0.01, None)
    plane = image[..., 0]
    over_ones = lambda blur: blur(plane) / blur(np.ones_like(plane))  # zeros beyond the edges: a clipped window
    gaussian = over_ones(lambda x: ndimage.gaussian_filter(x, 1.3, mode="constant", radius=5))
    assert np.abs(filtered(image, "gaussian", [1.3, 5])[..., 0] - gaussian).max() < 1e-13
    box = over_ones(lambda x: ndimage.uniform_filter(x, 5, mode="constant"))
    assert np.abs(filtered(image, "mean", [2])[..., 0] - box).max() < 1e-13
    # skimage 0.19's table of places is one wider than its window, so places are left out; it pads at the edges, and
    # reads weights of colours from another table: the inside is near.
    found = filtered(image, "bilateral", [np.inf, 0.2, 4])[..., 0]
    theirs = restoration.denoise_bilateral(plane, win_size=9, sigma_color=0.2, sigma_spatial=1e9, bins=100000)
    apart = np.abs(found - theirs)[4:-4, 4:-4].max()
    print(f"bilateral: {apart:.2g} from skimage inside")
    assert apart < 1e-4
    compare_non_local_means(image)


def exp_of_skimage(x):
    """Schraudolph 1999, A Fast, Compact Approximation of the Exponential Function: linear between powers of two."""
    high = np.trunc(2**20 / np.log(2) * x).astype(np.int64) + 1072693248 - 60801
    return (high << 32).view(np.float64)


def slow_non_local_means(image, side, search, h):
    """skimage's slow form of one channel: weights of a patch's pixels are a Gaussian of deviation (side - 1) / 4."""
    height, width, _ = image.shape
    offsets = np.arange(side) - side // 2
    gaussian = np.exp(-(offsets[:, None] ** 2 + offsets[None, :] ** 2) / (2 * ((side - 1) / 4) ** 2))
    gaussian /= gaussian.sum()
    patches, out, reach = patches_of(image, side)[..., 0], np.zeros((height, width)), search // 2
    for row in range(height):
        for column in range(width):
            top, left = max(row - reach, 0), max(column - reach, 0)
            near = np.s_[top : row + reach + 1, left : column + reach + 1]
            by_row = (gaussian * (patches[near] - patches[row, column]) ** 2).sum(-1).cumsum(-1) / h**2
            weights = np.where(by_row[..., -2] > 5, 0, exp_of_skimage(-by_row[..., -1]))
            out[row, column] = (weights * image[near][..., 0]).sum() / weights.sum()
    return out


def compare_non_local_means(image):
    side, search, h = 5, 9, 0.2
    slow, fast = (
        restoration.denoise_nl_means(image[..., 0], side, search // 2, h, fast_mode=fast) for fast in (False, True)
    )
    apart = np.abs(slow_non_local_means(image, side, search, h) - slow).max()
    even = np.sqrt(np.mean((filtered(image, "non_local_means", [h, side, search])[..., 0] - fast) ** 2))
    print(f"non_local_means: {apart:.2g} from skimage's slow form under its weights, {even:.2g} rms from its fast form")
    assert apart < 1e-12 and even < 0.1  # as much as the noise


def convolve_case(random, shape, side):
    image = picture(random, *shape)
    kernel = random.standard_normal((side, side)).astype(np.float32).astype(np.float64)
    found = np.stack([ndimage.correlate(image[..., c], kernel, mode="mirror") for c in range(shape[2])], -1)
    return {"image": as_given(image), "kernel": kernel, "convolved": as_given(found)}


def features_case(image):
    g = image.mean(-1)
    mean = ndimage.uniform_filter(g, 5, mode="mirror")
    apart = np.lib.stride_tricks.sliding_window_view(reflected(g[..., None], 2)[..., 0], (5, 5))
    planes = [
        g,
        ndimage.gaussian_filter(g, 1, mode="mirror", truncate=4),
        ndimage.gaussian_filter(g, 2, mode="mirror", truncate=4),
        ndimage.sobel(g, 1, mode="mirror"),
        ndimage.sobel(g, 0, mode="mirror"),
        ndimage.laplace(g, mode="mirror"),
        apart.std((-1, -2)),
        g - mean,
    ]
    deviations = np.array([plane.std() for plane in planes])
    even = np.array([np.ptp(plane) <= 2**-20 * np.abs(g).max() for plane in planes])
    with np.errstate(invalid="ignore", divide="ignore"):
        all_of = [np.zeros_like(p) if e else (p - p.mean()) / d for p, d, e in zip(planes, deviations, even)]
    features = np.stack(all_of, -1).reshape(-1, len(planes))
    return {"image": as_given(image), "features": features, "deviations": np.where(even, 1, deviations)}


def noise_case(random, shape, peak, noise):
    image = picture(random, *shape)
    reference = (image + noise * random.standard_normal(shape)).astype(np.float32).astype(np.float64)
    decibels = metrics.peak_signal_noise_ratio(reference, image, data_range=peak)
    return {
        "image": as_given(image),
        "reference": as_given(reference),
        "peak": np.array([peak]),
        "decibels": np.array([decibels]),
    }


def image_cases(random):
    cases = {f"filter_{n}": found for n, found in enumerate(filter_cases(random))}
    shapes = [((9, 12, 1), 3), ((8, 7, 3), 5), ((3, 4, 2), 9), ((1, 5, 1), 3), ((20, 18, 1), 31), ((4, 4, 1), 1)]
    cases |= {f"convolve_{n}": convolve_case(random, *found) for n, found in enumerate(shapes)}
    ramp = np.arange(12.0)[None, :, None] * np.ones((9, 1, 1))
    images = [picture(random, 13, 11, 1), picture(random, 10, 14, 3), picture(random, 3, 2, 1), ramp, np.full((5, 6, 1), 0.3)]
    images = [image.astype(np.float32).astype(np.float64) for image in images]
    cases |= {f"features_{n}": features_case(image) for n, image in enumerate(images)}
    noises = [((8, 9, 1), 1.0, 0.1), ((7, 5, 3), 255.0, 1e-4), ((6, 6, 4), 1.0, 30.0)]
    return cases | {f"noise_{n}": noise_case(random, *found) for n, found in enumerate(noises)}


def softmax(scores):
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    return weights / weights.sum(-1, keepdims=True)


def non_local_case(random, kind, n, c, e, normalisation=""):
    made = lambda *shape: (random.standard_normal(shape) / np.sqrt(shape[0])).astype(np.float32).astype(np.float64)
    x, g, w_z = random.standard_normal((n, c)).astype(np.float32).astype(np.float64), made(c, e), made(e, c)
    values, q, k = {"x": x, "g": g, "w_z": w_z}, x, x
    if kind != "gaussian":
        values |= {"theta": made(c, e), "phi": made(c, e)}
        q, k = x @ values["theta"], x @ values["phi"]
    scores = q @ k.T
    if kind == "concatenation":
        values["w_f"] = w_f = made(2 * e)
        scores = np.maximum((q @ w_f[:e])[:, None] + (k @ w_f[e:])[None, :], 0)
    by_count = normalisation == "count" or (not normalisation and kind in ("dot_product", "concatenation"))
    pattern = scores / n if by_count else softmax(scores)
    y = pattern @ (x @ g)
    return values | {"pattern": pattern, "y": y, "output": x + y @ w_z}


def write(name, cases):
    arrays = {f"{case}.{key}": torch.tensor(value).float() for case, found in cases.items() for key, value in found.items()}
    write_safetensors(os.path.join(HERE, name), arrays)


def main():
    random = np.random.default_rng(20251122)
    compare_filters(random)
    write("image.safetensors", image_cases(random))
    kinds = ["embedded_gaussian", "gaussian", "dot_product", "concatenation"]
    cases = {f"{kind}_{n}": non_local_case(random, kind, *shape) for kind in kinds for n, shape in enumerate([(30, 8, 4), (7, 3, 5), (1, 1, 1)])}
    cases["dot_product_softmax"] = non_local_case(random, "dot_product", 12, 6, 3, "softmax")
    cases["gaussian_count"] = non_local_case(random, "gaussian", 12, 6, 3, "count")
    write("non_local.safetensors", cases)


if __name__ == "__main__":
    main()
