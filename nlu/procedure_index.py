"""Candidates for a message from the whole catalogue, with what speaks for each.

No encoder: sparse features (`nlu.features`) against every known phrasing of every entry, a linear
classifier trained on the same phrasings, and the share of the message that an entry's phrasings
know. The hot path is a few array operations; nothing loops over the catalogue.
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
from nlu.postings import Postings
from nlu.procedure_ranker import Evidence

NOTHING = ""
"""The class of texts that mean no procedure."""
CANDIDATES = 20
"""Entries that are looked at closely."""
MOST_CLASSES = 1_200
"""Entries up to which the classifier is trained; its weights are dense (features × entries)."""
_LEARNING = {"epochs": 6, "batch": 128, "rate": 5.6, "dropout": 0.5, "averaged": 4}
"""Chosen on the development sets: leaving out half of the features of a row raised the first
candidate of the classifier alone from 91 to 94 % of 338 questions, at the same cost. Averaging
lowered its log loss on 1,800 questions from .304 to .286, and fewer of them are answered otherwise
after another training."""
_FLOOR = 12.0
"""Log probabilities below minus this are all alike."""


@dataclass(frozen=True, slots=True)
class Phrasing:
    """One way to name a procedure, with its features already taken."""

    code: str
    text: str
    pieces: tuple[str, ...]
    weight: float = 1.0
    plain: str = ""
    """Its repaired words without accents."""
    wording: str = ""
    """What `nlu.wording` makes of it, or of the phrasing from which it was made."""
    content: str = ""
    """`plain` without courtesy and question words."""


@dataclass(frozen=True, slots=True)
class Candidate:
    code: str
    score: float
    """Probability that this entry is meant, by the fitted ranker."""
    chance: float
    """Probability by the classifier alone."""
    cosine: float
    """Similarity to the nearest phrasing, 0 to 1."""
    matched: str
    """The phrasing that was nearest."""
    coverage: float = 0.0
    """Share of the message's words and concepts that the entry's phrasings know."""


@dataclass(frozen=True, slots=True)
class Found:
    """The entries nearest to a message, best guess first, and what a ranker needs to judge them."""

    numbers: np.ndarray
    nearest: np.ndarray
    """Row of the nearest phrasing of each."""
    chance: np.ndarray
    cosine: np.ndarray
    coverage: np.ndarray
    evidence: Evidence
    nothing: float
    """Probability by the classifier that no entry is meant."""


@dataclass(frozen=True, slots=True)
class Explained:
    """Shares, weighted by how much a word or concept tells."""

    entry: np.ndarray
    """Of the message that the phrasings of each entry know together."""
    of_phrasing: np.ndarray
    """Weight (no share) of what the message and each phrasing have in common."""
    phrasing_said: np.ndarray
    """Of a phrasing that the message says, the best of each entry."""
    familiar: float
    """Of the message that the catalogue knows at all."""


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
        self.texts = list(texts)
        self.numbers = {code: number for number, code in enumerate(codes)}
        self._phrasings = phrasings
        self._similar = Postings(csr_matrix(phrasings.T))
        self._owners = owners
        self._starts = np.flatnonzero(np.r_[True, owners[1:] != owners[:-1]])
        self._ends = np.r_[self._starts[1:], len(owners)]
        self._weights = weights.astype(np.float32)  # widening rows for each message costs more
        self._bias = bias
        self._prior = prior
        telling = np.asarray([f[0] in "wk" for f in vocabulary.index], dtype=np.float32)
        self._telling = telling * vocabulary.weight**2
        self._unknown = float(self._telling.max(initial=1.0))
        self._pair = np.asarray([f[0] == "b" for f in vocabulary.index], dtype=bool)
        self._members, odds = self._entries_by_feature()
        self._known, self._odds = Postings(self._members), Postings(odds)
        told = phrasings.copy()
        told.data = (telling[told.indices] > 0).astype(np.float32)
        told.eliminate_zeros()
        self._told = Postings(csr_matrix(told.T))
        """(features × phrasings): 1 where a phrasing has a telling word or concept."""
        self._told_whole = np.maximum(told @ self._telling, 1e-6)

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
        vocabulary = Vocabulary.learn([p.pieces for p in ordered], limit=60_000)
        matrix = vocabulary.matrix([p.pieces for p in ordered])
        owners = np.asarray([number[p.code] for p in ordered], dtype=np.int32)
        weights = np.zeros((0, len(codes) + 1), dtype=np.float32)
        bias = np.zeros(len(codes) + 1, dtype=np.float32)
        if len(codes) <= MOST_CLASSES:
            rows = [*ordered, *(a for a in augmented if a.code in number or a.code == NOTHING)]
            weights, bias = softmax.fit(
                vocabulary.matrix([p.pieces for p in rows])[:, : vocabulary.shared],
                np.asarray([number.get(p.code, len(codes)) for p in rows]),
                np.asarray([p.weight for p in rows]),
                len(codes) + 1,
                **_LEARNING,
            )
        return cls(
            codes=codes,
            vocabulary=vocabulary,
            phrasings=matrix,
            owners=owners,
            texts=[p.text for p in ordered],
            weights=weights.astype(np.float16),
            bias=bias,
            prior=np.asarray([1 / (1 + ranks.get(c, 10_000) / 60) for c in codes], np.float32),
        )

    def _entries_by_feature(self) -> tuple[csr_matrix, csr_matrix]:
        """Two (features × codes) matrices of one pattern: 1 where a phrasing of the entry has the
        feature, and the log odds that the feature speaks for the entry.
        """
        shape = (len(self.codes), len(self.owners_of_rows))
        member = csr_matrix(
            (np.ones(shape[1], np.float32), (self._owners, np.arange(shape[1]))), shape=shape
        )
        present = self._phrasings.copy()
        present.data = np.ones_like(present.data)
        counts = csr_matrix((member @ present).T)
        of_entry = (self._ends - self._starts)[counts.indices] + 2.0
        of_all = np.repeat(np.asarray(present.sum(axis=0)).ravel(), np.diff(counts.indptr))
        odds = np.log1p(counts.data / of_entry * shape[1] / np.maximum(of_all, 1.0))
        known = np.ones_like(counts.data)
        return (
            csr_matrix((known, counts.indices, counts.indptr), shape=counts.shape),
            csr_matrix(
                (odds.astype(np.float32), counts.indices, counts.indptr), shape=counts.shape
            ),
        )

    @property
    def owners_of_rows(self) -> np.ndarray:
        """Number of the code that each phrasing belongs to."""
        return self._owners

    def find(self, document: Sequence[str], exact: Mapping[str, float]) -> Found:
        """`exact`: code → bonus for an alias said word for word."""
        at, values = self.vocabulary.row(document)
        chances, nothing = self._classified(at, values)
        similar = self._similar(at, values)
        cosine = np.maximum.reduceat(similar, self._starts)
        words = self._explained(at, document)
        said = np.zeros(len(self.codes), dtype=np.float32)
        for code, bonus in exact.items():
            said[self.numbers[code]] = bonus
        logs = np.maximum(np.log(chances + 1e-9), -_FLOOR) / 4.0
        guess = logs + 0.6 * cosine + words.entry + 0.2 * self._prior + 2.0 * said
        top = np.argsort(-guess, kind="stable")[:CANDIDATES]
        nearest = self._nearest(top, similar)
        odds = self._odds(at, values)
        clues = np.stack(
            [
                logs[top], words.entry[top], words.of_phrasing[nearest] / self._told_whole[nearest],
                self._prior[top], 5.0 * said[top], odds[top],
                words.phrasing_said[top], self._pairs_known(at, document)[top],
            ],
            axis=1,
        )  # fmt: skip
        doubts = np.asarray(
            [
                1.0, max(np.log(nothing + 1e-9), -_FLOOR) / 4.0, cosine.max(),
                words.entry.max(), np.log1p(len(at)) / 3.0, words.familiar,
            ]
        )  # fmt: skip
        evidence = Evidence(clues, doubts)
        return Found(top, nearest, chances[top], cosine[top], words.entry[top], evidence, nothing)

    def _classified(self, at: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, float]:
        """(probability of each entry, of none); by log odds alone where nothing was trained."""
        if len(self._weights):
            common = int(np.searchsorted(at, len(self._weights)))
            logits = values[:common] @ self._weights[at[:common]] + self._bias
            chances = softmax.probabilities(logits)
            return chances[:-1], float(chances[-1])
        return softmax.probabilities(3.0 * self._odds(at, values)), 0.05

    def _explained(self, at: np.ndarray, document: Sequence[str]) -> Explained:
        """How much of the message's words and concepts the entries and their phrasings know.

        Twins differ here: "người Hàn" is known to the entry with a foreign element and not to the
        plain one.
        """
        wanted = self._telling[at]
        strange = {f for f in document if f[0] in "wk" and f not in self.vocabulary.index}
        whole = max(float(wanted.sum()) + self._unknown * len(strange), 1e-6)
        telling = wanted > 0.0
        asked = at[telling], wanted[telling]
        entry = self._known(*asked) / whole
        shared = self._told(*asked)
        return Explained(
            entry,
            shared,
            np.maximum.reduceat(shared / self._told_whole, self._starts),
            float(wanted.sum()) / whole,
        )

    def _pairs_known(self, at: np.ndarray, document: Sequence[str]) -> np.ndarray:
        """Share of the message's pairs of words that the phrasings of each entry know."""
        pairs = at[self._pair[at]]
        many = sum(feature[0] == "b" for feature in document)
        if not len(pairs):
            return np.zeros(len(self.codes), dtype=np.float32)
        ones = np.ones(len(pairs), dtype=np.float32)
        return self._known(pairs, ones) / np.float32(many)

    def _nearest(self, top: np.ndarray, similar: np.ndarray) -> np.ndarray:
        """Row of the nearest phrasing of each candidate."""
        starts, ends = self._starts[top], self._ends[top]
        return np.asarray(
            [start + similar[start:end].argmax() for start, end in zip(starts, ends, strict=True)]
        )

    def candidates(self, found: Found, chances: np.ndarray, most: int) -> list[Candidate]:
        """The `most` likeliest by a ranker's `chances`, best first."""
        best = np.argsort(-chances[: len(found.numbers)], kind="stable")[:most]
        return [
            Candidate(
                self.codes[found.numbers[i]], float(chances[i]), float(found.chance[i]),
                float(found.cosine[i]), self.texts[found.nearest[i]], float(found.coverage[i]),
            )
            for i in best
        ]  # fmt: skip

    def knows(self, code: str, feature: str) -> bool:
        """Whether any phrasing of the entry has the feature."""
        column = self.vocabulary.index.get(feature)
        if column is None:
            return False
        start, end = self._members.indptr[column : column + 2]
        return self.numbers[code] in self._members.indices[start:end]

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
        features = list(self.vocabulary.index)
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
        shape = (len(strings["texts"]), len(features))
        return cls(
            codes=strings["codes"],
            vocabulary=Vocabulary(
                {f: i for i, f in enumerate(features)}, array["idf"], len(array["weights"])
            ),
            phrasings=csr_matrix((array["data"], array["indices"], array["indptr"]), shape=shape),
            owners=array["owners"],
            texts=strings["texts"],
            weights=array["weights"],
            bias=array["bias"],
            prior=array["prior"],
        )
