"""How sure each candidate is: a conditional logit over the candidates and "none of these".

The weights are fitted in training on phrasings that the index they are scored with has not seen
(`nlu.held_out`), so the probabilities mean what they say: of the answers given at 0.8, about four
in five are right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from nlu.softmax import probabilities

CLUES = (
    "classifier", "explained", "nearest said", "asked often", "word for word", "log odds",
    "phrasing said", "pairs known",
)  # fmt: skip
"""What speaks for a candidate; `nlu.procedure_index` measures them in this order."""
DOUBTS = ("always", "classifier", "nearest", "explained", "length", "familiar")
"""What speaks for "none of these"."""
NONE = -1
"""Label of a message that means no entry."""
SHARPER = 1.7
"""How much farther apart people's questions stand than the held-out wordings on which the weights
were fitted: those are unlike any that was left, people mostly say what somebody said before. Best
on five development sets one by one: 1.5 to 2.0."""
_GIVEN = CLUES.index("asked often")
"""Not fitted: what is held out holds every entry as often as it has phrasings, and the few that
people ask for most have the most."""
_PULL = 0.5
"""How strongly the weights are held to `USUAL`: a small catalogue teaches little."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Clues of one message: `(candidates × CLUES)` and `(DOUBTS)`."""

    clues: np.ndarray
    doubts: np.ndarray


@dataclass(frozen=True, slots=True)
class Ranker:
    """Weights of clues and doubts; probabilities out."""

    clues: np.ndarray
    doubts: np.ndarray

    @classmethod
    def usual(cls) -> Ranker:
        return cls(*_split(USUAL))

    @classmethod
    def fit(
        cls, evidence: Sequence[Evidence], right: Sequence[int], weight: Sequence[float]
    ) -> Ranker:
        """`right`: place of the right candidate, or `NONE`. Deterministic; without rows `usual`."""
        if not evidence:
            return cls.usual()
        most = max(len(e.clues) for e in evidence)
        clues = np.zeros((len(evidence), most, len(CLUES)))
        absent = np.ones((len(evidence), most), dtype=bool)
        for row, item in enumerate(evidence):
            clues[row, : len(item.clues)] = item.clues
            absent[row, : len(item.clues)] = False
        doubts = np.stack([e.doubts for e in evidence]).astype(np.float64)
        target = np.where(np.asarray(right) == NONE, most, np.asarray(right))
        importance = np.asarray(weight, dtype=np.float64)
        rows = np.arange(len(evidence))

        def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
            by_clue, by_doubt = _split(weights)
            logits = clues @ by_clue
            logits[absent] = -60.0
            chances = probabilities(np.c_[logits, doubts @ by_doubt])
            likelihood = importance @ np.log(chances[rows, target] + 1e-12)
            chances[rows, target] -= 1.0
            chances *= importance[:, None]
            slope = np.r_[np.einsum("rc,rck->k", chances[:, :-1], clues), chances[:, -1] @ doubts]
            away = weights - USUAL
            slope += 2 * _PULL * away
            slope[_GIVEN] = 0.0
            return float(_PULL * away @ away - likelihood), slope

        found = minimize(loss, USUAL, jac=True, method="L-BFGS-B", options={"maxiter": 200})
        return cls(*_split(found.x))

    def __call__(self, evidence: Evidence) -> np.ndarray:
        """Probability of each candidate, that of "none of these" last."""
        logits = evidence.clues @ self.clues
        chances = np.empty(len(logits) + 1)
        chances[:-1], chances[-1] = logits, evidence.doubts @ self.doubts
        nothing = probabilities(chances)[-1]
        chances[:-1], chances[-1] = probabilities(SHARPER * logits) * (1.0 - nothing), nothing
        return chances

    def as_list(self) -> list[float]:
        return [float(w) for w in (*self.clues, *self.doubts)]

    @classmethod
    def from_list(cls, weights: Sequence[float]) -> Ranker:
        """Raises ValueError when the number of weights is another than that of clues and doubts."""
        if len(weights) != len(USUAL):
            raise ValueError(f"a ranker has {len(USUAL)} weights, not {len(weights)}")
        return cls(*_split(np.asarray(weights)))


def _split(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return weights[: len(CLUES)], weights[len(CLUES) :]


USUAL = np.asarray(
    [1.4, 2.4, -1.5, 0.3, 0.1, 0.12, 3.3, -1.7, 4.0, 0.4, -1.2, 1.6, -1.5, -0.3], dtype=np.float64
)
"""Weights for a catalogue too small to learn them from: the shipped catalogue's, rounded."""
