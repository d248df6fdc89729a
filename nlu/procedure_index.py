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
from scipy.sparse import csr_matrix

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
        self._by_feature = csr_matrix(phrasings.T)
        self._numbers = {code: number for number, code in enumerate(codes)}
        self._owners = owners
        self._starts = np.flatnonzero(np.r_[True, owners[1:] != owners[:-1]])
        self._present = owners[self._starts]
        self._rows = {
            number: (start, end)
            for number, start, end in zip(
                self._present.tolist(),
                self._starts.tolist(),
                [*self._starts[1:].tolist(), len(owners)],
                strict=True,
            )
        }
        self._telling, self._known = self._words_known()
        self.texts = list(texts)
        self._weights = weights.astype(np.float32)  # widening rows for each message costs more
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
        linear = values @ self._weights[at] + self._bias if len(at) else self._bias
        query = csr_matrix(
            (values, at, np.asarray([0, len(at)], dtype=np.int32)),
            shape=(1, self._by_feature.shape[0]),
        )
        shared = query @ self._by_feature  # sparse: touches the features of the message only
        similar = np.zeros(self._phrasings.shape[0], dtype=np.float32)
        similar[shared.indices] = shared.data
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
            score[self._numbers[code]] += bonus
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
        said = [f for f in dict.fromkeys(document) if f in self._telling]
        if not said:
            return np.zeros(len(near), dtype=np.float32)
        wanted = self.vocabulary.weight[[self.vocabulary.index[f] for f in said]] ** 2
        known = self._known[near[:, None], [self._telling[f] for f in said]]
        return np.asarray((known @ wanted) / wanted.sum(), dtype=np.float32)

    def _words_known(self) -> tuple[dict[str, int], np.ndarray]:
        """(word or concept feature → column, boolean codes × columns): what the phrasings of each
        entry know.
        """
        telling = [f for f in self.vocabulary.index if f[0] in "wk"]
        column = np.full(len(self.vocabulary.index), -1, dtype=np.int32)
        column[[self.vocabulary.index[f] for f in telling]] = np.arange(len(telling))
        known = np.zeros((len(self.codes), len(telling)), dtype=bool)
        entry = np.repeat(self._owners, np.diff(self._phrasings.indptr))
        at = column[self._phrasings.indices]
        known[entry[at >= 0], at[at >= 0]] = True
        return {f: i for i, f in enumerate(telling)}, known

    def knows(self, code: str, feature: str) -> bool:
        """Whether any phrasing of the entry has the word or concept feature."""
        column = self._telling.get(feature)
        return column is not None and bool(self._known[self._numbers[code], column])

    def _nearest(self, number: int, similar: np.ndarray) -> str:
        start, end = self._rows[number]
        return self.texts[start + int(np.argmax(similar[start:end]))]

    def save(self, folder: Path) -> None:
        """Arrays as .npy, strings as JSON: nothing that needs to be unpickled."""
        arrays: dict[str, Any] = {
            "weights": self._weights.astype(np.float16),
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
