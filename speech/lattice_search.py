"""The best texts of an utterance: CTC prefix beam search (Hannun et al. 2014) with phrases known.

The score of a text is what was heard, plus `WEIGHT` times what people say (`Language`), plus
`WORD_BONUS` a word, because a language model likes short texts. Hypotheses grow as rows come.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from speech.lattice import BLANK, WORD_START, Frames
from speech.lattice_language import END, Context, Language

NEVER = -1e30
BEAM = 12
UNITS = 10
"""Units looked at in a row; all others are too improbable."""
LEAST = -9.0
WEIGHT = 0.35
WORD_BONUS = 2.5
CERTAIN_BLANK = -0.005


@dataclass(slots=True, eq=False)
class _Prefix:
    unit: int
    parent: "_Prefix | None"
    done: str
    """Words that are complete."""
    word: str
    """The last word, which may still grow."""
    context: Context
    before: float
    """Language score of the complete words."""
    language: float
    """The same with the last word, as if it were complete."""
    blank: float = NEVER
    other: float = NEVER
    next_blank: float = NEVER
    next_other: float = NEVER
    children: "dict[int, _Prefix]" = field(default_factory=dict)

    @property
    def heard(self) -> float:
        return _add(self.blank, self.other)

    @property
    def text(self) -> str:
        return f"{self.done} {self.word}".strip()


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A text: ``score`` with language, ``heard`` without (natural logarithms)."""

    text: str
    units: tuple[int, ...]
    score: float
    heard: float


class BeamSearch:
    """One utterance."""

    def __init__(
        self, vocabulary: Sequence[str], language: Language, weight: float = WEIGHT,
        bonus: float = WORD_BONUS, beam: int = BEAM,
    ) -> None:  # fmt: skip
        self._vocabulary = vocabulary
        self._language = language
        self._weight = weight
        self._bonus = bonus
        self._size = beam
        root = _Prefix(BLANK, None, "", "", language.start(), 0.0, 0.0)
        root.blank = 0.0
        self._beam = [root]

    def extend(self, rows: Frames) -> None:
        """Takes the next rows."""
        if not rows.size:
            return
        few = min(UNITS, rows.shape[1])
        best = np.argpartition(rows, -few, axis=1)[:, -few:]
        for row, units in zip(rows, best, strict=True):
            blank = float(row[BLANK])
            if blank > CERTAIN_BLANK:
                for prefix in self._beam:
                    prefix.blank, prefix.other = prefix.heard + blank, NEVER
                continue
            self._step(blank, [(int(u), float(row[u])) for u in units if u and row[u] > LEAST])

    def best(self, count: int = 5) -> list[Hypothesis]:
        """The best texts, best first, each text once."""
        found: dict[str, Hypothesis] = {}
        for prefix in self._beam:
            ending = self._language.score(self._follow(prefix), END) if prefix.word else 0.0
            score = self._total(prefix) + self._weight * ending
            text = prefix.text
            if text not in found or found[text].score < score:
                found[text] = Hypothesis(text, _units(prefix), score, prefix.heard)
        return sorted(found.values(), key=lambda h: -h.score)[:count]

    @property
    def text(self) -> str:
        return self._beam[0].text

    def close(self) -> None:
        """Frees the hypotheses; `best` and `text` may still be asked."""
        for prefix in self._beam:
            prefix.children.clear()

    def _step(self, blank: float, units: list[tuple[int, float]]) -> None:
        touched: dict[int, _Prefix] = {}
        for prefix in self._beam:
            heard = prefix.heard
            touched[id(prefix)] = prefix
            prefix.next_blank = _add(prefix.next_blank, heard + blank)
            for unit, log in units:
                if unit == prefix.unit:
                    prefix.next_other = _add(prefix.next_other, prefix.other + log)
                    if prefix.blank <= NEVER / 2:
                        continue
                    add = prefix.blank + log
                else:
                    add = heard + log
                child = prefix.children.get(unit)
                if child is None:
                    child = prefix.children[unit] = self._child(prefix, unit)
                child.next_other = _add(child.next_other, add)
                touched[id(child)] = child
        for prefix in touched.values():
            prefix.blank, prefix.other = prefix.next_blank, prefix.next_other
            prefix.next_blank = prefix.next_other = NEVER
        ranked = sorted(touched.values(), key=self._total, reverse=True)
        for dropped in ranked[self._size :]:
            dropped.blank = dropped.other = NEVER
            # No circle is left behind: what is dropped is freed at once, not by the collector.
            dropped.children.clear()
            if dropped.parent is not None:
                dropped.parent.children.pop(dropped.unit, None)
        self._beam = ranked[: self._size]

    def _child(self, prefix: _Prefix, unit: int) -> _Prefix:
        text = self._vocabulary[unit]
        if text.startswith(WORD_START) or not (prefix.word or prefix.done):
            context = self._follow(prefix) if prefix.word else prefix.context
            done, before, word = prefix.text, prefix.language, text.removeprefix(WORD_START)
        else:
            done, before, context = prefix.done, prefix.before, prefix.context
            word = prefix.word + text
        language = before
        if word:
            language += self._weight * self._language.score(context, word) + self._bonus
        return _Prefix(unit, prefix, done, word, context, before, language)

    def _follow(self, prefix: _Prefix) -> Context:
        return self._language.follow(prefix.context, prefix.word)

    def _total(self, prefix: _Prefix) -> float:
        return prefix.heard + prefix.language


def _units(prefix: _Prefix | None) -> tuple[int, ...]:
    found = []
    while prefix is not None and prefix.parent is not None:
        found.append(prefix.unit)
        prefix = prefix.parent
    return tuple(reversed(found))


def _add(one: float, two: float) -> float:
    """The logarithm of a sum."""
    if one < two:
        one, two = two, one
    if two <= NEVER / 2:
        return one
    return one + math.log1p(math.exp(two - one))
