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
from nlu.procedure_ranker import Evidence

NOTHING = ""
"""The class of texts that mean no procedure."""
CANDIDATES = 20
"""Entries that are looked at closely."""
MOST_CLASSES = 1_200
"""Entries up to which the classifier is trained; its weights are dense (features × entries)."""
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
        self._by_feature = csr_matrix(phrasings.T)
        self._owners = owners
        self._starts = np.flatnonzero(np.r_[True, owners[1:] != owners[:-1]])
        self._ends = np.r_[self._starts[1:], len(owners)]
        self._weights = weights.astype(np.float32)  # widening rows for each message costs more
        self._bias = bias
        self._prior = prior
        self._many = np.log(self._ends - self._starts) / 3.0
        telling = np.asarray([f[0] in "wk" for f in vocabulary.index], dtype=np.float32)
        self._telling = telling * vocabulary.weight**2
        self._unknown = float(self._telling.max(initial=1.0))
        self._known, self._odds = self._entries_by_feature()
        self._said = phrasings.data**2 * telling[phrasings.indices]
        self._said_whole = np.maximum(
            np.add.reduceat(np.r_[self._said, 0.0], phrasings.indptr[:-1]), 1e-6
        )

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
        similar = np.zeros(len(self.texts), dtype=np.float32)
        shared = self._query(at, values) @ self._by_feature  # features of the message only
        similar[shared.indices] = shared.data
        cosine = np.maximum.reduceat(similar, self._starts)
        coverage, familiar = self._explained(at, document)
        said = np.zeros(len(self.codes), dtype=np.float32)
        for code, bonus in exact.items():
            said[self.numbers[code]] = bonus
        logs = np.maximum(np.log(chances + 1e-9), -_FLOOR) / 4.0
        guess = logs + 0.6 * cosine + coverage + 0.2 * self._prior + 2.0 * said
        top = np.argsort(-guess, kind="stable")[:CANDIDATES]
        nearest, three, phrase = self._neighbours(top, similar, at)
        clues = np.stack(
            [
                logs[top], cosine[top], three, coverage[top], phrase, self._prior[top],
                self._many[top], 5.0 * said[top],
            ],
            axis=1,
        )  # fmt: skip
        doubts = np.asarray(
            [
                1.0, max(np.log(nothing + 1e-9), -_FLOOR) / 4.0, cosine.max(), coverage.max(),
                np.log1p(len(at)) / 3.0, familiar,
            ]
        )  # fmt: skip
        evidence = Evidence(clues, doubts)
        return Found(top, nearest, chances[top], cosine[top], coverage[top], evidence, nothing)

    def _query(self, at: np.ndarray, values: np.ndarray) -> csr_matrix:
        pointers = np.asarray([0, len(at)], dtype=np.int32)
        return csr_matrix((values, at, pointers), shape=(1, self._by_feature.shape[0]))

    def _classified(self, at: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, float]:
        """(probability of each entry, of none); by log odds alone where nothing was trained."""
        if len(self._weights):
            common = int(np.searchsorted(at, len(self._weights)))
            logits = values[:common] @ self._weights[at[:common]] + self._bias
            chances = softmax.probabilities(logits)
            return chances[:-1], float(chances[-1])
        odds = (self._query(at, values) @ self._odds).toarray().ravel()
        return softmax.probabilities(3.0 * odds), 0.05

    def _explained(self, at: np.ndarray, document: Sequence[str]) -> tuple[np.ndarray, float]:
        """Share of the message's words and concepts that any phrasing of each entry knows, and
        that the catalogue knows at all.

        Twins differ here: "người Hàn" is known to the entry with a foreign element and not to the
        plain one.
        """
        wanted = self._telling[at]
        strange = {f for f in document if f[0] in "wk" and f not in self.vocabulary.index}
        whole = float(wanted.sum()) + self._unknown * len(strange)
        if whole <= 0.0:
            return np.zeros(len(self.codes), dtype=np.float32), 0.0
        telling = wanted > 0.0
        known = self._query(at[telling], wanted[telling]) @ self._known
        share = np.zeros(len(self.codes), dtype=np.float32)
        share[known.indices] = known.data / whole
        return share, float(wanted.sum()) / whole

    def _neighbours(
        self, top: np.ndarray, similar: np.ndarray, at: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(row of the nearest phrasing, mean similarity of the three nearest, share of the nearest
        phrasing that the message says), one each a candidate.
        """
        heard = np.zeros(self._by_feature.shape[0], dtype=np.float32)
        heard[at] = 1.0
        nearest = np.zeros(len(top), dtype=np.int64)
        three, phrase = np.zeros(len(top)), np.zeros(len(top))
        pointers, columns = self._phrasings.indptr, self._phrasings.indices
        for place, number in enumerate(top):
            own = similar[self._starts[number] : self._ends[number]]
            row = int(self._starts[number] + own.argmax())
            best = own if len(own) <= 3 else np.partition(own, len(own) - 3)[-3:]
            span = slice(pointers[row], pointers[row + 1])
            nearest[place] = row
            three[place] = best.sum() / 3.0
            phrase[place] = self._said[span] @ heard[columns[span]] / self._said_whole[row]
        return nearest, three, phrase

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
        start, end = self._known.indptr[column : column + 2]
        return self.numbers[code] in self._known.indices[start:end]

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
