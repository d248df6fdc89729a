"""A linear model of intents over the features of a reading; arrays and strings only."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix

from nlu import softmax
from nlu.features import WEIGHTS, Vocabulary, pieces
from nlu.lexicon import Reading

EPOCHS = 12
DROPOUT = 0.5
"""Share of the features left out of each step: few sentences of an intent must not be learnt by
heart."""
AVERAGED = 8
"""Last epochs whose weights are averaged: 2.2 instead of 2.9 % of the messages change their intent
with the seed."""
BALANCE = 0.45
"""How far rare intents weigh up to the common ones: 0 not at all, 1 wholly."""


class IntentModel:
    """Multinomial logistic regression.

    What a message holds beside the known features counts in its length: the less of it is known,
    the less sure the answer.
    """

    def __init__(
        self,
        names: Sequence[str],
        vocabulary: Vocabulary,
        weights: np.ndarray,
        bias: np.ndarray,
        strange: float,
    ) -> None:
        """`strange`: weight of a word that was never learnt, before that of its kind."""
        self.names = list(names)
        self._vocabulary = vocabulary
        self._weights = weights
        self._bias = bias
        self._strange = strange

    @classmethod
    def fit(cls, readings: Sequence[Reading], intents: Sequence[str]) -> IntentModel:
        """Deterministic. Raises ValueError with fewer than two intents."""
        if len(set(intents)) < 2:
            raise ValueError("an intent model needs examples of two intents at least")
        documents = [features(r) for r in readings]
        vocabulary = Vocabulary.learn(documents, min_count=2, limit=30_000)
        strange = math.log((1 + len(documents)) / 2) + 1
        counts = {name: intents.count(name) for name in set(intents)}
        even = len(intents) / len(counts)
        weight = np.asarray([(even / counts[i]) ** BALANCE for i in intents])
        names = sorted(counts)
        labels = np.asarray([names.index(i) for i in intents])
        weights, bias = softmax.fit(
            _matrix([_row(vocabulary, d, strange) for d in documents], len(vocabulary.index)),
            labels,
            weight,
            len(names),
            epochs=EPOCHS,
            batch=256,
            dropout=DROPOUT,
            averaged=AVERAGED,
        )
        return cls(names, vocabulary, weights, bias, strange)

    def __call__(self, reading: Reading) -> list[tuple[str, float]]:
        """(intent, probability) of all intents, best first."""
        at, values = _row(self._vocabulary, features(reading), self._strange)
        logits = self._bias + (values @ self._weights[at] if len(at) else 0.0)
        chances = softmax.probabilities(logits)
        return [(self.names[i], float(chances[i])) for i in np.argsort(-chances, kind="stable")]

    def save(self, folder: Path) -> None:
        np.save(folder / "intent_weights.npy", self._weights, allow_pickle=False)
        np.save(folder / "intent_bias.npy", self._bias, allow_pickle=False)
        np.save(folder / "intent_idf.npy", self._vocabulary.weight, allow_pickle=False)
        strings = {
            "names": self.names,
            "features": list(self._vocabulary.index),
            "strange": self._strange,
        }
        (folder / "intents.json").write_text(
            json.dumps(strings, ensure_ascii=False), encoding="utf-8"
        )

    @classmethod
    def load(cls, folder: Path) -> IntentModel:
        strings = json.loads((folder / "intents.json").read_text(encoding="utf-8"))
        index = {f: i for i, f in enumerate(strings["features"])}
        array = {
            n: np.load(folder / f"intent_{n}.npy", allow_pickle=False)
            for n in ("weights", "bias", "idf")
        }
        vocabulary = Vocabulary(index, array["idf"], len(index))
        return cls(
            strings["names"], vocabulary, array["weights"], array["bias"], strings["strange"]
        )


def _row(
    vocabulary: Vocabulary, document: Sequence[str], strange: float
) -> tuple[np.ndarray, np.ndarray]:
    """(columns ascending, values), of length one together with what the vocabulary lacks."""
    at, _ = vocabulary.row(document)
    raw = vocabulary.weight[at]
    unknown = sum(WEIGHTS[f[0]] ** 2 for f in set(document) if f not in vocabulary.index)
    norm = math.sqrt(float((raw * raw).sum()) + strange * strange * unknown)
    return at, (raw / np.float32(norm) if norm else raw)


def _matrix(rows: Sequence[tuple[np.ndarray, np.ndarray]], columns: int) -> csr_matrix:
    pointers = np.cumsum([0, *(len(at) for at, _ in rows)], dtype=np.int32)
    at = np.concatenate([at for at, _ in rows])
    values = np.concatenate([values for _, values in rows]).astype(np.float32)
    return csr_matrix((values, at, pointers), shape=(len(rows), columns))


def features(reading: Reading) -> list[str]:
    """All words count here, also those that linking skips; the first and last word have places
    of their own.
    """
    found = pieces(reading.message, reading.concepts)
    folded = reading.message.folded
    if folded:
        found += ["w:^" + folded[0], "w:" + folded[-1] + "$", f"w:#{min(len(folded), 12)}"]
    return found
