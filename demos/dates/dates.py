"""The examples: which dates and spellings are for training, how they are drawn, and how they become ids."""

import datetime
import functools
import random
import zlib
from dataclasses import dataclass

import numpy as np

from spellings import DAY, FAMILIES, MONTH, OTHER, TWO_DIGIT_YEARS, YEAR, is_unseen, spell, spellings, suits

LONGEST = 48  # characters of a source
PAD, BOS, EOS, UNKNOWN = range(4)
SPECIAL = ("<pad>", "<bos>", "<eos>", "<unk>")
CHARACTERS = (
    "0123456789-/.,:'’() ABCDEFGHIJLMNOPRSTUVWYabcdefghijlmnoprstuvwy"
    "０１２３４５６７８９－／．，：。（）〇零一二三四五六七八九十廿卅年月日号號星期周週礼拜天公元今是"
)
ID_OF = {character: len(SPECIAL) + index for index, character in enumerate(CHARACTERS)}
ANSWER = 11  # `2026-11-21` and the end
WRITES = (YEAR, YEAR, YEAR, YEAR, OTHER, MONTH, MONTH, OTHER, DAY, DAY, OTHER)  # the part that each step of the answer writes
YEARS, OFTEN = (1000, 2999), (1900, 2099)  # half of the dates are of OFTEN
AROUND = {  # what may stand before and after a date
    "english": (("on ", ""), ("Date: ", ""), ("", ".")),
    "numbers": (("date: ", ""), ("日期：", "")),
    "chinese": (("日期：", ""), ("今天是", ""), ("", "。")),
}
BLANKS = (("", " "), (" ", ""), ("  ", " "), ("\0", ""), ("", "\0"), ("\0 ", ""))  # \0: a character of no id


@dataclass(frozen=True)
class Example:
    text: str
    parts: tuple  # of each character: OTHER, YEAR, MONTH or DAY
    answer: str
    family: str


def share_of(date):
    """The dates that are for "testing" (one in twenty, by a checksum), for "tuning" (as many) and for "training"."""
    return {0: "testing", 1: "tuning"}.get(zlib.crc32(date.isoformat().encode()) % 20, "training")


@functools.lru_cache(maxsize=None)
def by_family(unseen):
    """[[spelling]]: the ones kept from training (`unseen`), or the others, of each family."""
    return [[one for one in spellings() if one["family"] == family and is_unseen(one) == unseen] for family in FAMILIES]


def random_example(draw, share, groups):
    """A date of `share` in a spelling of `groups` (lists): each group as often, each spelling of one too. In training, some have
    text around them."""
    spelling = draw.choice(draw.choice(groups))
    while True:
        first, last = years_for(draw, spelling)
        days = datetime.date(first, 1, 1).toordinal(), datetime.date(last, 12, 31).toordinal()
        date = datetime.date.fromordinal(draw.randint(*days))
        if share_of(date) == share and suits(date, spelling):
            break
    text, parts = spell(date, spelling)
    if share == "training" and draw.random() < 0.15:
        text, parts = with_surroundings(draw, spelling["family"], text, parts)
    return Example(text, tuple(parts), date.isoformat(), spelling["family"])


def years_for(draw, spelling):
    """The first and the last year to draw from."""
    if spelling["year"] != "2026":
        return TWO_DIGIT_YEARS[0], TWO_DIGIT_YEARS[-1]
    return OFTEN if draw.random() < 0.5 else YEARS


def with_surroundings(draw, family, text, parts):
    """Words, blanks or an unknown character before or after the date, if they fit."""
    before, after = draw.choice(AROUND[family] if draw.random() < 0.6 else BLANKS)
    if len(before) + len(text) + len(after) > LONGEST:
        return text, parts
    return before + text + after, [OTHER] * len(before) + list(parts) + [OTHER] * len(after)


def examples(seed, count, share, groups):
    draw = random.Random(seed)
    return [random_example(draw, share, groups) for _ in range(count)]


def ids_of(text):
    return [ID_OF.get(character, UNKNOWN) for character in text]


def text_of(ids):
    """The characters of ids up to <eos>; the other special tokens are left out."""
    ids = list(map(int, ids))
    end = ids.index(EOS) if EOS in ids else len(ids)
    return "".join(CHARACTERS[index - len(SPECIAL)] for index in ids[:end] if index >= len(SPECIAL))


def batch_of(chosen, width=0):
    """(source, answer, parts) of examples: source and parts (examples, characters) padded to the longest, or to `width`;
    answer (examples, 12) from <bos> to <eos>."""
    width = max(width, *(len(example.text) for example in chosen))
    source, parts = np.full((len(chosen), width), PAD), np.full((len(chosen), width), OTHER)
    for row, example in enumerate(chosen):
        source[row, : len(example.text)] = ids_of(example.text)
        parts[row, : len(example.text)] = example.parts
    answer = np.array([[BOS, *ids_of(example.answer), EOS] for example in chosen])
    return source, answer, parts
