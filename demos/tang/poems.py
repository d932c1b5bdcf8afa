"""The Tang corpus: reading, splitting, batches, and what the form of a poem is."""

import re
import zlib

import numpy as np

import corpus
import trainer

SOURCE = """Expected: a tab-separated file (or .gz), one poem a line: title, author, poem in simplified characters,
regulated verse (4 or 8 lines of 5 or 7 characters, each ended by ， or 。). Made from chinese-poetry/chinese-poetry
on GitHub at commit 99ebbef (folder 全唐诗, MIT; the poems are in the public domain), converted from traditional
characters with OpenCC."""
UNKNOWN, END = 0, "\n"
N_CTX = 64  # a poem of 8 lines of 7 characters and 8 marks; the line break that ends it is only predicted
KNOWN = 3000
TOKENS = 2560  # in a batch


def read_poems(path):
    """The distinct poems in the file's order."""
    rows = corpus.read_corpus(path, SOURCE).splitlines()
    return list(dict.fromkeys(row.split("\t")[2] for row in rows))


def split(poems):
    """(training, held out): one poem in twenty is held out, by a checksum of its text."""
    held = [poem for poem in poems if zlib.crc32(poem.encode("utf-8")) % 20 == 0]
    kept = [poem for poem in poems if zlib.crc32(poem.encode("utf-8")) % 20 != 0]
    return kept, held


def vocabulary(poems):
    """The commonest KNOWN characters and marks of the training poems, commonest first, after the line break."""
    counts = {}
    for poem in poems:
        for character in poem:
            counts[character] = counts.get(character, 0) + 1
    ordered = sorted(counts, key=lambda character: (-counts[character], character))
    return [END, *ordered[:KNOWN]]


def encode(poem, table):
    """The ids of a poem and the line break that ends it."""
    return [table.get(character, UNKNOWN) for character in poem + END]


def padded(sequences):
    """(ids, targets), (poems, longest): each poem from its first character on. An unknown
    character is read but never a target."""
    width = max(map(len, sequences)) - 1
    ids = np.zeros((len(sequences), width), np.int64)
    targets = np.full((len(sequences), width), trainer.IGNORE)
    for row, sequence in enumerate(sequences):
        ids[row, : len(sequence) - 1] = sequence[:-1]
        targets[row, : len(sequence) - 1] = sequence[1:]
    targets[targets == UNKNOWN] = trainer.IGNORE
    return ids, targets


def batches(sequences):
    """A function rng -> (ids, targets). A batch holds poems of 4 lines or poems of 8, which
    saves padding; either kind is drawn as often as it has characters."""
    short = [s for s in sequences if len(s) <= 33]
    long = [s for s in sequences if len(s) > 33]
    share = sum(map(len, short)) / sum(map(len, sequences))

    def sample_batch(rng):
        pool, width = (short, 32) if rng.random() < share else (long, 64)
        chosen = rng.integers(0, len(pool), TOKENS // width)
        return padded([pool[index] for index in chosen])

    return sample_batch


def form(text):
    """(characters a line, lines) of a poem that ends with a line break and whose lines are
    equally long and end with ， and 。 by turns; None for anything else."""
    lines = re.findall(r"([^，。\n]*)([，。])", text)
    spelled = "".join(words + mark for words, mark in lines) + END
    lengths = {len(words) for words, _ in lines}
    marks = "".join(mark for _, mark in lines)
    if spelled != text or len(lengths) != 1 or marks != "，。" * (len(marks) // 2):
        return None
    return lengths.pop(), len(lines)


def keeps_form(text):
    """Whether a text is a whole poem of 4 or 8 lines of 5 or 7 characters."""
    return form(text) in {(5, 4), (5, 8), (7, 4), (7, 8)}
