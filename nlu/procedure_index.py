"""Ranks the whole catalogue against a message: nearest phrasing, classifier, exact alias.

No encoder: sparse features (`nlu.features`) against every known phrasing of every entry, a linear
classifier
trained on the same phrasings, and a bonus for an alias that stands in the message word for word.
The hot path is
three array operations; nothing loops over the catalogue.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csc_matrix, csr_matrix

from nlu import softmax
from nlu.features import Vocabulary

CLASSIFIER_SHARE = 0.7
LOGIT_RANGE = 12.0
PRIOR_SHARE = 0.12
COVERAGE_SHARE = 0.4
NOTHING = ""
"""The class of texts that mean no procedure."""


@dataclass(frozen=True, slots=True)
class Phrasing:
    """One way to name a procedure, with its features already taken."""

    code: str
    text: str
    pieces: tuple[str, ...]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Candidate:
    code: str
    score: float
    """Combined score that orders candidates."""
    chance: float
    """Probability by the classifier."""
    cosine: float
    """Similarity to the nearest phrasing, 0 to 1."""
    matched: str
    """The phrasing that was nearest."""
    coverage: float = 0.0
    """Share of the message's words and concepts that the entry's phrasings know."""


class ProcedureIndex:
    """Built once from phrasings, then read-only."""

    def __init__(
        self,
        *,
        codes: Sequence[str],
        vocabulary: Vocabulary,
        phrasings: csr_matrix,
        owners: np.ndarray,
        texts: Sequence[str],
        weights: np.ndarray,
        bias: np.ndarray,
        prior: np.ndarray,
    ) -> None:
        self.codes = list(codes)
        self.vocabulary = vocabulary
        self._phrasings = phrasings
        self._by_feature = csc_matrix(phrasings)
        self._known: list[frozenset[int]] = [frozenset()] * len(codes)
        for number, start in zip(owners[self._first(owners)], self._first(owners), strict=True):
            end = start + int((owners == number).sum())
            part = phrasings.indices[phrasings.indptr[start] : phrasings.indptr[end]]
            self._known[number] = frozenset(part.tolist())
        self._owners = owners
        self._starts = self._first(owners)
        self._present = owners[self._starts]
        self.texts = list(texts)
        self._weights = weights
        self._bias = bias
        self._prior = prior

    @classmethod
    def build(
        cls, phrasings: Sequence[Phrasing], augmented: Sequence[Phrasing], ranks: Mapping[str, int]
    ) -> ProcedureIndex:
        """`phrasings` become the neighbours; with `augmented` (frames, slips) they train the
        classifier.
        """
        ordered = sorted(phrasings, key=lambda p: p.code)
        codes = sorted({p.code for p in ordered})
        number = {code: i for i, code in enumerate(codes)}
        vocabulary = Vocabulary.learn([p.pieces for p in ordered], limit=45_000)
        matrix = vocabulary.matrix([p.pieces for p in ordered])
        owners = np.asarray([number[p.code] for p in ordered], dtype=np.int32)
        known = [a for a in augmented if a.code in number or a.code == NOTHING]
        rows = [*ordered, *known]
        labels = np.asarray([number.get(p.code, len(codes)) for p in rows])
        importance = np.asarray([p.weight for p in rows])
        weights, bias = softmax.fit(
            vocabulary.matrix([p.pieces for p in rows]), labels, importance, len(codes) + 1
        )
        prior = np.asarray([1.0 / (1.0 + ranks.get(c, 10_000) / 60.0) for c in codes], np.float32)
        texts = [p.text for p in ordered]
        return cls(
            codes=codes,
            vocabulary=vocabulary,
            phrasings=matrix,
            owners=owners,
            texts=texts,
            weights=weights.astype(np.float16),
            bias=bias,
            prior=prior,
        )

    def scores(self, document: Sequence[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(classifier, cosine, index of the nearest phrasing), each one number a code."""
        at, values = self.vocabulary.row(document)
        linear = (
            values @ self._weights[at].astype(np.float32) + self._bias if len(at) else self._bias
        )
        similar = np.zeros(self._phrasings.shape[0], dtype=np.float32)
        pointers, rows, data = (
            self._by_feature.indptr,
            self._by_feature.indices,
            self._by_feature.data,
        )
        for column, value in zip(at.tolist(), values.tolist(), strict=True):
            begin, end = pointers[column], pointers[column + 1]
            similar[rows[begin:end]] += data[begin:end] * value
        cosine = np.zeros(len(self.codes), dtype=np.float32)
        cosine[self._present] = np.maximum.reduceat(similar, self._starts)
        return linear, cosine, similar

    def rank(
        self, document: Sequence[str], exact: Mapping[str, float], top: int = 8
    ) -> tuple[list[Candidate], float]:
        """(candidates best first, probability that no procedure is meant).

        `exact`: code → bonus for an alias said word for word.
        """
        logits, cosine, similar = self.scores(document)
        chances = softmax.probabilities(logits)
        linear = (logits[:-1] - logits[:-1].mean()) / LOGIT_RANGE
        score = (
            CLASSIFIER_SHARE * linear + (1 - CLASSIFIER_SHARE) * cosine + PRIOR_SHARE * self._prior
        )
        for code, bonus in exact.items():
            score[self._number(code)] += bonus
        near = np.argsort(-score, kind="stable")[: 2 * top]
        coverage = np.zeros(len(score), dtype=np.float32)
        coverage[near] = self._coverage(document, near)
        score += COVERAGE_SHARE * coverage
        best = near[np.argsort(-score[near], kind="stable")][:top]
        found = [
            Candidate(
                self.codes[i], float(score[i]), float(chances[i]), float(cosine[i]),
                self._nearest(i, similar), float(coverage[i]),
            )
            for i in best
        ]  # fmt: skip
        return found, float(chances[-1])

    def _coverage(self, document: Sequence[str], near: np.ndarray) -> np.ndarray:
        """Share of the message's words and concepts that any phrasing of each candidate knows.

        Twins differ here: "người Hàn" is known to the entry with a foreign element and not to the
        plain one.
        """
        index, weight = self.vocabulary.index, self.vocabulary.weight
        columns = [index[f] for f in dict.fromkeys(document) if f[0] in "wk" and f in index]
        if not columns:
            return np.zeros(len(near), dtype=np.float32)
        wanted = weight[columns] ** 2
        known = np.asarray(
            [[c in self._known[number] for c in columns] for number in near], dtype=np.float32
        )
        return np.asarray((known @ wanted) / wanted.sum(), dtype=np.float32)

    @staticmethod
    def _first(owners: np.ndarray) -> np.ndarray:
        """Rows at which another owner begins."""
        return np.flatnonzero(np.r_[True, owners[1:] != owners[:-1]])

    def knows(self, code: str, feature: str) -> bool:
        """Whether any phrasing of the entry has the feature."""
        return self.vocabulary.index.get(feature, -1) in self._known[self._number(code)]

    def _number(self, code: str) -> int:
        return int(np.searchsorted(self.codes, code))

    def _nearest(self, number: int, similar: np.ndarray) -> str:
        start, end = np.searchsorted(self._owners, [number, number + 1])
        return self.texts[start + int(np.argmax(similar[start:end]))]

    def save(self, folder: Path) -> None:
        """Arrays as .npy, strings as JSON: nothing that needs to be unpickled."""
        arrays: dict[str, Any] = {
            "weights": self._weights,
            "bias": self._bias,
            "prior": self._prior,
            "owners": self._owners,
            "idf": self.vocabulary.weight,
            "data": self._phrasings.data,
            "indices": self._phrasings.indices,
            "indptr": self._phrasings.indptr,
        }
        for name, array in arrays.items():
            np.save(folder / f"index_{name}.npy", array, allow_pickle=False)
        features = sorted(self.vocabulary.index, key=self.vocabulary.index.__getitem__)
        with (folder / "index.json").open("w", encoding="utf-8") as file:
            json.dump(
                {"codes": self.codes, "texts": self.texts, "features": features},
                file,
                ensure_ascii=False,
            )

    @classmethod
    def load(cls, folder: Path) -> ProcedureIndex:
        with (folder / "index.json").open(encoding="utf-8") as file:
            strings = json.load(file)
        array = {p.stem[6:]: np.load(p, allow_pickle=False) for p in folder.glob("index_*.npy")}
        features = strings["features"]
        vocabulary = Vocabulary({f: i for i, f in enumerate(features)}, array["idf"])
        matrix = csr_matrix(
            (array["data"], array["indices"], array["indptr"]),
            shape=(len(strings["texts"]), len(features)),
        )
        return cls(
            codes=strings["codes"],
            vocabulary=vocabulary,
            phrasings=matrix,
            owners=array["owners"],
            texts=strings["texts"],
            weights=array["weights"],
            bias=array["bias"],
            prior=array["prior"],
        )
