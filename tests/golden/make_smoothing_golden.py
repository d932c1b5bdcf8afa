"""Writes smoothing.safetensors beside this script: what the operators of core/smoothing must compute.

Run from anywhere: /usr/bin/python3 tests/golden/make_smoothing_golden.py   (Debian's python3-torch, -scipy, -sklearn)

regression_<kernel>_<n>.*  queries, points, values, options (bandwidth, leave one out); output, weights
width_<n>.*                points, values, options (width, rate, steps); widths, losses, gradients by torch's autograd
distances_<n>.*            a, b; distances, squares by scipy
components_<n>.*           x; components, variances, mean by numpy's eigh, compared here with scikit-learn's PCA
vote_<n>.*                 scores, labels, options (temperature); votes, accuracy
projection_<n>.*           x, labels, projection, options (rate, steps); losses, fitted by torch's autograd

Everything is computed in float64 from numbers as float32 holds them.
"""

import os

import numpy as np
import torch
from scipy.spatial.distance import cdist
from sklearn.decomposition import PCA

from make_golden import HERE, write_safetensors

KERNELS = {
    "uniform": np.ones_like,
    "boxcar": lambda u: (u <= 1).astype(np.float64),
    "epanechnikov": lambda u: np.maximum(0, 1 - u**2),
    "gaussian": lambda u: np.exp(-(u**2) / 2),
}


def drawn(random, *shape):
    return random.normal(size=shape).astype(np.float32)


def double(array):
    return array.astype(np.float64)


def regression(random, kernel, queries, points, d, m, bandwidth, leave_one_out=False):
    x, v = drawn(random, points, d), drawn(random, points, m)
    q = x if leave_one_out else drawn(random, queries, d)
    weights = KERNELS[kernel](cdist(double(q), double(x)) / bandwidth)
    if leave_one_out:
        np.fill_diagonal(weights, 0)
    total = weights.sum(1, keepdims=True)
    weights = weights / np.where(total == 0, 1, total)
    options = np.array([bandwidth, leave_one_out])
    output = weights @ double(v)
    return {"queries": q, "points": x, "values": v, "options": options, "output": output, "weights": weights}


def width(random, n, d, m, start, rate, steps):
    x, v = drawn(random, n, d), drawn(random, n, m)
    squares = torch.tensor(cdist(double(x), double(x)) ** 2)
    values = torch.tensor(double(v))
    w = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.SGD([w], lr=rate)
    found = {"widths": [], "losses": [], "gradients": []}
    for _ in range(steps + 1):
        optimiser.zero_grad()
        scores = (-(w**2) * squares / 2).masked_fill(torch.eye(n, dtype=torch.bool), -torch.inf)
        loss = ((torch.softmax(scores, 1) @ values - values) ** 2).sum(1).mean()
        loss.backward()
        # The core keeps w from 0 on, which counts by its square alone.
        side = -1.0 if w.item() < 0 else 1.0
        for name, number in zip(found, (side * w.item(), loss.item(), side * w.grad.item())):
            found[name].append(number)
        optimiser.step()
    options = np.array([start, rate, steps])
    return {"points": x, "values": v, "options": options, **{name: np.array(all) for name, all in found.items()}}


def distances(random, n, m, d, shift=0.0):
    a, b = drawn(random, n, d) + np.float32(shift), drawn(random, m, d) + np.float32(shift)
    b[0] = a[0]
    found = cdist(double(a), double(b))
    return {"a": a, "b": b, "distances": found, "squares": cdist(double(a), double(b), "sqeuclidean")}


def components(x, count):
    variances, vectors = np.linalg.eigh(np.atleast_2d(np.cov(double(x), rowvar=False)))
    found = vectors.T[::-1][:count]
    found = found * np.sign(found[np.arange(count), np.abs(found).argmax(1)])[:, None]
    by_pca = PCA(count, svd_solver="full").fit(double(x))
    assert np.allclose(variances[::-1][:count], by_pca.explained_variance_, atol=1e-9)
    assert np.allclose(np.abs((found * by_pca.components_).sum(1)), 1)
    return {"x": x, "components": found, "variances": variances[::-1][:count], "mean": double(x).mean(0)}


def vote(random, n, classes, temperature):
    scores, labels = drawn(random, n, n) * 2, random.integers(0, classes, n)
    labels[0] = classes - 1
    own = double(scores)
    np.fill_diagonal(own, -np.inf)
    weights = np.exp((own - own.max(1, keepdims=True)) / temperature)
    votes = weights / weights.sum(1, keepdims=True) @ np.eye(classes)[labels]
    accuracy = np.array([(votes.argmax(1) == labels).mean()])
    options = np.array([temperature])
    return {"scores": scores, "labels": labels, "options": options, "votes": votes, "accuracy": accuracy}


def projection(random, n, d, p, classes, rate, steps):
    labels = random.integers(0, classes, n)
    x, start = drawn(random, n, d), drawn(random, d, p) * np.float32(0.5)
    x[:, 0] += labels
    points, same = torch.tensor(double(x)), torch.tensor(labels[:, None] == labels[None, :])
    a = torch.tensor(double(start), requires_grad=True)
    optimiser = torch.optim.SGD([a], lr=rate)
    losses = []
    for step in range(steps + 1):
        optimiser.zero_grad()
        z = points @ a
        scores = -((z[:, None] - z[None, :]) ** 2).sum(-1)
        shares = torch.softmax(scores.masked_fill(torch.eye(n, dtype=torch.bool), -torch.inf), 1)
        loss = 1 - (shares * same).sum(1).mean()
        losses.append(loss.item())
        if step < steps:
            loss.backward()
            optimiser.step()
    options, fitted = np.array([rate, steps]), a.detach().numpy()
    return {"x": x, "labels": labels, "projection": start, "options": options, "losses": np.array(losses), "fitted": fitted}


def cases(random):
    for kernel in KERNELS:
        yield f"regression_{kernel}_0", regression(random, kernel, 7, 9, 1, 1, 0.5)
        yield f"regression_{kernel}_1", regression(random, kernel, 5, 8, 3, 2, 1.75)
        yield f"regression_{kernel}_2", regression(random, kernel, 6, 6, 2, 3, 0.25, True)
        yield f"regression_{kernel}_3", regression(random, kernel, 12, 12, 1, 1, 0.125, True)
    yield "width_0", width(random, 12, 1, 1, 1.0, 0.125, 20)
    yield "width_1", width(random, 9, 2, 3, 0.25, 0.5, 15)
    yield "width_2", width(random, 10, 1, 1, 2.0, 32.0, 8)
    yield "distances_0", distances(random, 5, 7, 3)
    yield "distances_1", distances(random, 6, 4, 67)
    yield "distances_2", distances(random, 9, 3, 2, shift=100.0)
    yield "components_0", components(drawn(random, 20, 5) * np.array([1, 4, 0.5, 2, 0.125], np.float32), 3)
    yield "components_1", components(drawn(random, 6, 9) * np.arange(1, 10, dtype=np.float32) + 3, 4)
    yield "components_2", components(drawn(random, 15, 1), 1)
    yield "components_3", components(drawn(random, 100, 40) * np.float32(1.125) ** np.arange(40, dtype=np.float32), 40)
    for n, temperature in enumerate((1.0, 0.25, 5.0)):
        yield f"vote_{n}", vote(random, 8 + 5 * n, 2 + n, temperature)
    yield "projection_0", projection(random, 14, 4, 2, 3, 0.25, 15)
    yield "projection_1", projection(random, 9, 3, 1, 2, 1.0, 8)
    yield "projection_2", projection(random, 8, 5, 5, 2, 0.5, 10)


def main():
    found = cases(np.random.default_rng(20261122))
    arrays = {f"{case}.{name}": array for case, arrays in found for name, array in arrays.items()}
    as_floats = {name: torch.from_numpy(np.asarray(array, np.float32)) for name, array in arrays.items()}
    write_safetensors(os.path.join(HERE, "smoothing.safetensors"), as_floats)


if __name__ == "__main__":
    main()
