"""The lists: how they are drawn, which are held out, how they are spelled as ids."""

import zlib

import numpy as np

import trainer

CHARACTERS = "0123456789>;"  # id 0 is <unk>, so the id of digit d is d + 1
ARROW, END = 11, 12
LONGEST = 12
N_CTX = 2 * LONGEST + 2


def is_held_out(digits):
    """One list in ten, by a checksum; lists of fewer than 4 digits are too few to hold any out."""
    return len(digits) >= 4 and zlib.crc32(bytes(digits)) % 10 == 0


def random_list(rng, held_out):
    """Digits 0-9; lengths 1..12 for training, 4..12 held out, each length as often."""
    while True:
        length = int(rng.integers(4 if held_out else 1, LONGEST + 1))
        digits = rng.integers(0, 10, length).tolist()
        if is_held_out(digits) == held_out:
            return digits


def spell(digits):
    """The ids of `list>sorted;`."""
    return [d + 1 for d in digits] + [ARROW] + [d + 1 for d in sorted(digits)] + [END]


def batch_of(lists):
    """(ids, targets), (lists, 25); only what comes after the arrow is a target."""
    ids = np.full((len(lists), N_CTX), END)
    targets = np.full((len(lists), N_CTX), trainer.IGNORE)
    for row, digits in enumerate(lists):
        spelled = spell(digits)
        ids[row, : len(spelled)] = spelled
        targets[row, len(digits) : len(spelled) - 1] = spelled[len(digits) + 1 :]
    return ids, targets


def held_out_lists(count, seed=7):
    """`count` lists, no two alike."""
    rng, lists = np.random.default_rng(seed), {}
    while len(lists) < count:
        digits = random_list(rng, True)
        lists[tuple(digits)] = digits
    return list(lists.values())
