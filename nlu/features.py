"""Features of a message: accented and folded words, sounds, pieces of words, concepts.

The vocabulary is learnt once and kept as a plain dictionary, so a model holds arrays and strings
only.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_matrix

from nlu.syllables import phone_key, remembered
from nlu.text import Normalised

WEIGHTS = {"w": 1.0, "b": 1.2, "a": 0.7, "d": 0.9, "p": 0.8, "c": 0.35, "k": 1.6, "q": 1.8}
"""Weight of a kind of feature: word, bigram, accented word, accented bigram, sound bigram,
characters,
concept, concept pair. Chosen on the development questions."""


def pieces(
    message: Normalised, concepts: Sequence[str], skip: frozenset[int] = frozenset()
) -> list[str]:
    """Feature strings `kind:value`; tokens whose index is in `skip` give none."""
    kept = [i for i in range(len(message.tokens)) if i not in skip]
    folded = [message.folded[i] for i in kept]
    out = ["w:" + w for w in folded]
    out += [f"b:{x} {y}" for x, y in pairwise(folded)]
    if message.accented:
        tokens = [message.tokens[i] for i in kept]
        out += ["a:" + w for w in tokens]
        out += [f"d:{x} {y}" for x, y in pairwise(tokens)]
    if message.language == "vi":
        sounds = [phone_key(w) for w in folded]
        out += [f"p:{x} {y}" for x, y in pairwise(sounds)]
    for word in folded:
        out += _characters(word)
    out += ["k:" + c for c in concepts]
    ordered = sorted(set(concepts))[:8]
    out += [f"q:{x}+{y}" for i, x in enumerate(ordered) for y in ordered[i + 1 :]]
    return out


@remembered
def _characters(word: str) -> tuple[str, ...]:
    padded = f" {word} "
    return tuple(
        "c:" + padded[i : i + size] for size in (2, 3, 4) for i in range(len(padded) - size + 1)
    )


@dataclass(slots=True)
class Vocabulary:
    """Feature string → column, with one weight (idf × kind) a column."""

    index: dict[str, int]
    """In the order of the columns."""
    weight: np.ndarray
    shared: int
    """Columns below this occur in two documents or more: what a classifier can learn from."""

    @classmethod
    def learn(
        cls, documents: Iterable[Sequence[str]], min_count: int = 1, limit: int = 60_000
    ) -> Vocabulary:
        counts: Counter[str] = Counter()
        total = 0
        for document in documents:
            counts.update(set(document))
            total += 1
        kept = sorted(
            (f for f, n in counts.items() if n >= min_count), key=lambda f: (-counts[f], f)
        )
        kept = sorted(kept[:limit], key=lambda f: (counts[f] < 2, f))
        weight = [(math.log((1 + total) / (1 + counts[f])) + 1) * WEIGHTS[f[0]] for f in kept]
        shared = sum(counts[f] >= 2 for f in kept)
        index = {f: i for i, f in enumerate(kept)}
        return cls(index, np.asarray(weight, dtype=np.float32), shared)

    def row(self, document: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """(columns ascending, values of length one in the Euclidean sense)."""
        known: set[int | None] = set(map(self.index.get, document))
        known.discard(None)
        at = np.asarray(sorted(known), dtype=np.int32)
        values = self.weight[at]
        norm = math.sqrt(float((values * values).sum()))
        return at, (values / norm if norm else values)

    def matrix(self, documents: Sequence[Sequence[str]]) -> csr_matrix:
        """One row a document."""
        pointers, columns, values = [0], [], []
        for document in documents:
            at, value = self.row(document)
            columns.append(at)
            values.append(value)
            pointers.append(pointers[-1] + len(at))
        return csr_matrix(
            (
                np.concatenate(values) if values else np.zeros(0, np.float32),
                np.concatenate(columns) if columns else np.zeros(0, np.int32),
                np.asarray(pointers, dtype=np.int32),
            ),
            shape=(len(documents), len(self.index)),
        )
