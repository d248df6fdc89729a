"""A linear model of intents over the features of a reading; arrays and strings only."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nlu import softmax
from nlu.features import Vocabulary, pieces
from nlu.lexicon import Reading


class IntentModel:
    """Multinomial logistic regression."""

    def __init__(
        self, names: Sequence[str], vocabulary: Vocabulary, weights: np.ndarray, bias: np.ndarray
    ) -> None:
        self.names = list(names)
        self._vocabulary = vocabulary
        self._weights = weights
        self._bias = bias

    @classmethod
    def fit(cls, readings: Sequence[Reading], intents: Sequence[str]) -> IntentModel:
        """Deterministic. Raises ValueError with fewer than two intents."""
        if len(set(intents)) < 2:
            raise ValueError("an intent model needs examples of two intents at least")
        documents = [features(r) for r in readings]
        vocabulary = Vocabulary.learn(documents, min_count=2, limit=30_000)
        counts = {name: intents.count(name) for name in set(intents)}
        weight = np.asarray([(len(intents) / (len(counts) * counts[i])) ** 0.5 for i in intents])
        names = sorted(counts)
        labels = np.asarray([names.index(i) for i in intents])
        weights, bias = softmax.fit(
            vocabulary.matrix(documents), labels, weight, len(names), epochs=12, batch=256
        )
        return cls(names, vocabulary, weights, bias)

    def __call__(self, reading: Reading) -> list[tuple[str, float]]:
        """(intent, probability) of all intents, best first."""
        at, values = self._vocabulary.row(features(reading))
        logits = self._bias + (values @ self._weights[at] if len(at) else 0.0)
        chances = softmax.probabilities(logits)
        return [(self.names[i], float(chances[i])) for i in np.argsort(-chances, kind="stable")]

    def save(self, folder: Path) -> None:
        np.save(folder / "intent_weights.npy", self._weights, allow_pickle=False)
        np.save(folder / "intent_bias.npy", self._bias, allow_pickle=False)
        np.save(folder / "intent_idf.npy", self._vocabulary.weight, allow_pickle=False)
        strings = {"names": self.names, "features": list(self._vocabulary.index)}
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
        return cls(strings["names"], vocabulary, array["weights"], array["bias"])


def features(reading: Reading) -> list[str]:
    """All words count here, also those that linking skips; the first and last word have places
    of their own.
    """
    found = pieces(reading.message, reading.concepts)
    folded = reading.message.folded
    if folded:
        found += ["w:^" + folded[0], "w:" + folded[-1] + "$", f"w:#{min(len(folded), 12)}"]
    return found
