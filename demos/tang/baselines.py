"""What counting can do: a unigram and an interpolated trigram model of characters.

Jelinek and Mercer 1980, "Interpolated estimation of Markov source parameters from sparse data".
"""

from collections import Counter

import numpy as np

START = -1


class Trigram:
    """P(c | a b) = l3 f(c | a b) + l2 f(c | b) + l1 f(c) + l0 / vocabulary, f being relative frequency.

    Each poem is read from its first character on; the first is context only, as for the
    Transformer. The four weights are fitted on poems left out of the counts."""

    def __init__(self, sequences, unknown, vocabulary_size):
        self.size, self.unknown = vocabulary_size, unknown
        tuning, counted = sequences[::20], [s for i, s in enumerate(sequences) if i % 20]
        self._count(counted)
        self.weights = self._fit(self._parts(tuning))
        self._count(sequences)

    def _count(self, sequences):
        self.one, self.two, self.three, self.before_one, self.before_two = (Counter() for _ in range(5))
        for a, b, c in self._trigrams(sequences):
            self.one[c] += 1
            self.two[b, c] += 1
            self.three[a, b, c] += 1
            self.before_one[b] += 1
            self.before_two[a, b] += 1
        self.total = sum(self.one.values())

    def _trigrams(self, sequences):
        for sequence in sequences:
            for index in range(1, len(sequence)):
                if sequence[index] != self.unknown:
                    yield (sequence[index - 2] if index > 1 else START, sequence[index - 1], sequence[index])

    def _parts(self, sequences):
        """(targets, 4): the four estimates of each target's probability, weights not applied."""
        rows = []
        for a, b, c in self._trigrams(sequences):
            three = self.three[a, b, c] / max(1, self.before_two[a, b])
            two = self.two[b, c] / max(1, self.before_one[b])
            rows.append((three, two, self.one[c] / self.total, 1 / self.size))
        return np.array(rows)

    @staticmethod
    def _fit(parts, rounds=50):
        """Expectation maximisation of the weights."""
        weights = np.full(4, 0.25)
        for _ in range(rounds):
            shares = parts * weights
            weights = (shares / shares.sum(1, keepdims=True)).mean(0)
        return weights

    def losses(self, sequences):
        """(unigram, trigram) in nats a target. The unigram keeps the trigram's uniform share,
        so that a character never counted still has a probability."""
        parts = self._parts(sequences)
        uniform = self.weights[3]
        unigram = (1 - uniform) * parts[:, 2] + uniform * parts[:, 3]
        return float(-np.log(unigram).mean()), float(-np.log(parts @ self.weights).mean())
