"""The vocabulary of the sentence model and its tokenizer.json.

One token a word in both languages. Unsegmented Chinese (我爱过他) is split by a regular
expression that lists the Chinese words, longest first, and falls back to single characters, so
that one unknown character becomes one unknown token and spoils nothing beside it.
"""

import re

import export
from generator import vocabulary

UNKNOWN, UNKNOWN_ID = "[UNK]", 0
BEGIN, BEGIN_ID = "[BOS]", 1


def index_of(grammar):
    """{token: id}; ids 0 and 1 are the unknown word and the beginning of the text."""
    return {token: index for index, token in enumerate([UNKNOWN, BEGIN, *vocabulary(grammar)])}


def chinese_pattern(grammar):
    words = [word for word in vocabulary(grammar) if re.fullmatch("[\u4e00-\u9fff]+", word)]
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    return "|".join([word for word in longest_first if len(word) > 1] + ["[\u4e00-\u9fff]"])


def tokenizer(grammar):
    """tokenizer.json as data: lower case, punctuation apart, Chinese by its words, [BOS] in front."""
    index = index_of(grammar)
    model = {
        "type": "WordPiece", "unk_token": UNKNOWN, "continuing_subword_prefix": "##",
        "max_input_chars_per_word": 100, "vocab": index,
    }  # fmt: skip
    split = {"type": "Split", "pattern": {"Regex": chinese_pattern(grammar)}, "behavior": "Isolated", "invert": False}
    pre_tokenizer = {"type": "Sequence", "pretokenizers": [{"type": "BertPreTokenizer"}, split]}
    decoder = {"type": "WordPiece", "prefix": "##", "cleanup": False}
    special = [(UNKNOWN_ID, UNKNOWN), (BEGIN_ID, BEGIN)]
    found = export.tokenizer_dict(model, {"type": "Lowercase"}, pre_tokenizer, decoder, special)
    begin, text, second = ({"SpecialToken": {"id": BEGIN, "type_id": 0}}, *({"Sequence": {"id": i, "type_id": 0}} for i in "AB"))
    found["post_processor"] = {
        "type": "TemplateProcessing", "single": [begin, text], "pair": [begin, text, second],
        "special_tokens": {BEGIN: {"id": BEGIN, "ids": [BEGIN_ID], "tokens": [BEGIN]}},
    }  # fmt: skip
    return found


def encode(text, index):
    """Ids of a text whose words and marks are apart by spaces, as the generator writes them."""
    return [BEGIN_ID] + [index.get(word, UNKNOWN_ID) for word in text.lower().split()]
