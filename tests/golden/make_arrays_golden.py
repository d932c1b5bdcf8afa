"""Files of arrays as NumPy writes them, and what they hold, for the readers of web/src/arrays.

Run from anywhere: /usr/bin/python3 tests/golden/make_arrays_golden.py   (Debian's python3-numpy)

`arrays/<case>.npy`, `arrays/<case>.npz`, and in `arrays/expected.json` the shape and the numbers or texts of each.
"""

import json
import os

import numpy as np

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "arrays")


def described(array):
    values = array.ravel().tolist()
    key = "texts" if array.dtype.kind in "US" else "data"
    if array.dtype.kind == "S":
        values = [value.decode() for value in values]
    return {"shape": list(array.shape), key: [float(value) if key == "data" else value for value in values]}


def main():
    os.makedirs(HERE, exist_ok=True)
    random = np.random.default_rng(20261122)
    scores = random.standard_normal((2, 3, 4, 5))
    pattern = np.exp(scores) / np.exp(scores).sum(-1, keepdims=True)
    plain = random.standard_normal((3, 4)).astype("<f4")
    single = {
        "f2": np.array([0.0, -0.0, 1.0, -2.5, 65504.0, 6e-8, 0.33325195], dtype="<f2"),
        "f4": plain,
        "f4_big": plain.astype(">f4"),
        "f4_fortran": np.asfortranarray(random.standard_normal((2, 3, 4)).astype("<f4")),
        "f8": random.standard_normal(5),
        "i1": np.array([[-128, 127]], dtype="i1"),
        "i2_big": np.array([-32768, 32767], dtype=">i2"),
        "i4": np.array([-5, 7], dtype="<i4"),
        "i8": np.array([-(2**40), 2**40], dtype="<i8"),
        "u1": np.arange(6, dtype="u1").reshape(2, 3),
        "u2": np.array([65535], dtype="<u2"),
        "u4": np.array([2**31], dtype="<u4"),
        "u8": np.array([2**63], dtype="<u8"),
        "b1": np.array([True, False, True]),
        "scalar": np.array(3.5),
        "empty": np.zeros((0, 4), dtype="<f4"),
        "texts": np.array([["我", "love"], ["🙂", ""]]),
        "bytes": np.array([b"the", b"cat"]),
    }
    for name, array in single.items():
        np.save(os.path.join(HERE, name + ".npy"), array)
    archive = {
        "attention": pattern.astype("<f2"),
        "query_tokens": np.array(["我", "爱", "过", "他"]),
        "key_tokens": np.array(["i", "loved", "him", ".", "</s>"]),
    }
    np.savez(os.path.join(HERE, "stored.npz"), **archive)
    np.savez_compressed(os.path.join(HERE, "compressed.npz"), **archive)
    expected = {name: described(array) for name, array in single.items()}
    expected["archive"] = {name: described(array) for name, array in archive.items()}
    with open(os.path.join(HERE, "expected.json"), "w") as file:
        json.dump(expected, file, ensure_ascii=False, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
