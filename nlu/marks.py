"""What must be said for a procedure to be meant rather than its near twin.

"Đăng ký lại khai tử có yếu tố nước ngoài" is never what somebody wants who says neither that it was
registered before nor that a foreigner is concerned, however many words they share. The list is
`data/lexicon/marks.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nlu.lexicon import Reading

UNLIKELY, AGAINST = 0.04, 0.004
"""What is left of the odds of an entry whose mark is missing, and of one that a word speaks
against: the first is still answered where nothing else was heard, the second hardly."""


@dataclass(frozen=True, slots=True)
class _Mark:
    needs: frozenset[str]
    said: re.Pattern[str] | None
    never: re.Pattern[str] | None
    languages: frozenset[str]
    instead: str

    def left(self, concepts: frozenset[str], folded: str, language: str) -> float:
        """Share of the odds that a message leaves to an entry with this mark."""
        if self.languages and language not in self.languages:
            return 1.0
        if self.never is not None and self.never.search(folded):
            return AGAINST
        if self.said is None and not self.needs:
            return 1.0
        named = self.said is not None and self.said.search(folded) is not None
        return 1.0 if named or self.needs & concepts else UNLIKELY

    def gives_way(self, folded: str, language: str) -> bool:
        """Whether a word speaks for the twin instead."""
        speaks = not self.languages or language in self.languages
        said = self.never is not None and self.never.search(folded) is not None
        return bool(self.instead) and speaks and said


class Marks:
    """Read-only; an entry may bear several marks, each of which must be there."""

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """`rows`: `codes`, and any of `concepts` and `said` (one of them must be there), `never`
        (must not be there), `instead` (the twin that is then meant), `languages` (only in these).
        Raises ValueError on a broken pattern.
        """
        self.rows = [dict(row) for row in rows]
        self._of: dict[str, list[_Mark]] = {}
        for row in rows:
            mark = _Mark(
                frozenset(row.get("concepts") or ()),
                _words(row.get("said")),
                _words(row.get("never")),
                frozenset(row.get("languages") or ()),
                str(row.get("instead") or ""),
            )
            for code in row["codes"]:
                self._of.setdefault(code, []).append(mark)

    def weigh(self, codes: Iterable[str], chances: np.ndarray, reading: Reading) -> np.ndarray:
        """`chances` of the entries with these codes, that of none of them last: those without
        their marks less likely, all others more so."""
        left = np.ones(len(chances))
        concepts = frozenset(reading.concepts)
        folded, language = reading.plain, reading.message.language
        codes = list(codes)
        chances = self._given_way(codes, chances, folded, language)
        for place, code in enumerate(codes):
            for mark in self._of.get(code, ()):
                left[place] = min(left[place], mark.left(concepts, folded, language))
        if left.min() == 1.0:
            return chances
        weighed = chances * left
        return np.asarray(weighed / weighed.sum())

    def gives_way(self, code: str, reading: Reading) -> bool:
        """Whether a word of the message speaks for the twin of this entry instead."""
        folded, language = reading.plain, reading.message.language
        return any(mark.gives_way(folded, language) for mark in self._of.get(code, ()))

    def _given_way(
        self, codes: Sequence[str], chances: np.ndarray, folded: str, language: str
    ) -> np.ndarray:
        """What an entry loses to a word against it goes to the twin that this word names."""
        given = chances
        for place, code in enumerate(codes):
            for mark in self._of.get(code, ()):
                if mark.instead in codes and mark.gives_way(folded, language):
                    given = given.copy() if given is chances else given
                    given[codes.index(mark.instead)] += given[place] * (1.0 - AGAINST)
                    given[place] *= AGAINST
        return given


def _words(pattern: str | None) -> re.Pattern[str] | None:
    if not pattern:
        return None
    try:
        return re.compile(r"\b(?:" + pattern.replace("\n", "") + r")\b")
    except re.error as broken:
        raise ValueError(f"marks.yaml: {pattern!r}: {broken}") from broken
