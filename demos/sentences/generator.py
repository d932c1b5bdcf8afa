"""Writes sentences from grammar.json, each with its decisive words and their true links.

A template is a row of slots. A string is one or more fixed words. Any other slot gives one entry
of a class (`of`), or the word of an earlier slot again (`same`), under the conditions `not`
(another word than that slot's), `agree` and `differ` (the same, another value of a feature).
A slot with `chance` may be missing. A slot with `looks_at` is decisive: the structure alone
settles its word, because of the word in the slot named.
"""

import json
import os
import random
import zlib

FOLDER = os.path.dirname(os.path.abspath(__file__))
HELD_OUT_PERCENT = 12
TRIES = 200  # sentences drawn until one is held out, or is not


def load_grammar(path=os.path.join(FOLDER, "grammar.json")):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def entries_of(grammar, name):
    """The class's entries as {"tokens": [word, ...], "features": {...}}."""
    groups = grammar["classes"][name]
    return [{"tokens": words.split(), "features": group} for group in groups for words in group["words"]]


def vocabulary(grammar):
    """All words of the grammar, English first, each in order of first appearance."""
    phrases = [words for groups in grammar["classes"].values() for group in groups for words in group["words"]]
    phrases += [slot for template in grammar["templates"] for slot in template["slots"] if isinstance(slot, str)]
    words = list(dict.fromkeys(word for phrase in phrases for word in phrase.split()))
    return sorted(words, key=lambda word: not word.isascii())


class Generator:
    """Draws sentences and sequences with a `random.Random`; equal seeds give equal text."""

    def __init__(self, grammar, rng):
        self.grammar, self.rng = grammar, rng
        self.classes = {name: entries_of(grammar, name) for name in grammar["classes"]}
        self.names = [phenomenon["name"] for phenomenon in grammar["phenomena"]]
        self.shares = [phenomenon["share"] for phenomenon in grammar["phenomena"]]
        self.templates = {}
        for template in grammar["templates"]:
            self.templates.setdefault((template["phenomenon"], template["lang"]), []).append(template)

    def sentence(self, phenomenon, lang, held_out, avoid=frozenset()):
        """One sentence whose combination of words is held out or not, without the people `avoid`; None
        when they leave too few."""
        templates = self.templates[phenomenon, lang]
        for _ in range(TRIES):
            template = self.rng.choices(templates, [t["weight"] for t in templates])[0]
            sentence = self._fill(template, avoid)
            if sentence and sentence.pop("held_out") == held_out:
                return sentence
        return None

    def _fill(self, template, avoid):
        """A sentence of the template, or None when the words run out."""
        tokens, bound, place, decisive, links = [], {}, {}, [], []
        for slot in template["slots"]:
            if isinstance(slot, str):
                tokens += slot.split()
                continue
            if self.rng.random() >= slot.get("chance", 1):
                continue
            options = self._options(slot, bound, avoid)
            if not options:
                return None
            entry = self.rng.choice(options)
            if "looks_at" in slot:
                decisive.append(len(tokens))
                links.append([len(tokens) - 1, place[slot["looks_at"]]])
            if "id" in slot:
                bound[slot["id"]], place[slot["id"]] = entry, len(tokens)
            tokens += entry["tokens"]
        return {
            "phenomenon": template["phenomenon"], "lang": template["lang"], "template": template["id"],
            "tokens": tokens, "decisive": decisive, "links": links, "held_out": is_held_out(template, bound),
        }

    def _options(self, slot, bound, avoid):
        if "same" in slot:
            return [bound[slot["same"]]]
        options = self.classes[slot["of"]]
        if slot["of"] in self.grammar["people"]:
            options = [entry for entry in options if entry["tokens"][0] not in avoid]
        for other in slot.get("not", []):
            options = [entry for entry in options if entry is not bound[other]]
        for key, wanted in (("agree", True), ("differ", False)):
            if key in slot:
                feature, other = slot[key]
                value = bound[other]["features"][feature]
                options = [entry for entry in options if (entry["features"][feature] == value) == wanted]
        return options

    def sequence(self, length):
        """(tokens, decisive positions, kinds) of training sentences one after another, the last one cut
        off at `length`, so that every position is trained; `kinds` has the number of each token's
        phenomenon. No person is in two sentences of one sequence: each sentence's structure lies
        within itself."""
        lang = self.rng.choice(["en", "zh", "mixed"])
        tokens, decisive, kinds, people = [], [], [], set()
        while len(tokens) < length:
            spoken = self.rng.choice(["en", "zh"]) if lang == "mixed" else lang
            phenomenon = self.rng.choices(self.names, self.shares)[0]
            sentence = self.sentence(phenomenon, spoken, False, people)
            if sentence is None:
                continue
            decisive += [len(tokens) + position for position in sentence["decisive"]]
            tokens += sentence["tokens"]
            kinds += [self.names.index(phenomenon)] * len(sentence["tokens"])
            people |= self._people_in(sentence)
        return tokens[:length], [position for position in decisive if position < length], kinds[:length]

    def packed_sequences(self, kinds, length, held_out):
        """Whole sentences of the given (phenomenon, lang), held out or not, in that order, packed into
        sequences of at most `length` tokens: [[(start, sentence), ...], ...]."""
        sequences, used, people = [], length, set()
        for kind in kinds:
            sentence = self.sentence(*kind, held_out, people)
            if sentence is None or used + len(sentence["tokens"]) > length:
                sequences.append([])
                used, people = 0, set()
                sentence = sentence or self.sentence(*kind, held_out)
            sequences[-1].append((used, sentence))
            used += len(sentence["tokens"])
            people |= self._people_in(sentence)
        return sequences

    def _people_in(self, sentence):
        people = {entry["tokens"][0] for name in self.grammar["people"] for entry in self.classes[name]}
        return people & set(sentence["tokens"])


def is_held_out(template, bound):
    """Whether this combination of words is kept from training: 12 in 100, by its checksum."""
    words = [word for name in template["held"] for word in bound[name]["tokens"]]
    key = " ".join([template["phenomenon"], template["lang"], *words])
    return zlib.crc32(key.encode("utf-8")) % 100 >= 100 - HELD_OUT_PERCENT


def golden_sentences(grammar, per_kind=24, seed=7):
    """Sentences with their links for the test of web/app/links.ts, in every phenomenon and language."""
    generator = Generator(grammar, random.Random(seed))
    return [
        generator.sentence(phenomenon, lang, held_out)
        for phenomenon, lang in generator.templates
        for held_out in (False, True)
        for _ in range(per_kind // 2)
    ]
