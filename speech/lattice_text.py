"""From rows of log-probabilities to words with times and posteriors: best path (greedy) CTC."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from speech.engines import Word
from speech.lattice import BLANK, FRAME_S, LEAD_S, WORD_START, Frames

LONGEST_TAIL_S = 0.2
"""CTC marks where a unit is certain, not where its sound ends."""


@dataclass(slots=True)
class _Found:
    text: str
    first: int
    last: int
    posteriors: list[float]


class BestPath:
    """The most probable unit of every row, grown row by row as they come."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._vocabulary = vocabulary
        self._previous = BLANK
        self._words: list[_Found] = []
        self._row = 0
        self.score = 0.0
        """Sum of the logarithms along the path."""

    def extend(self, rows: Frames) -> None:
        """Takes the next rows; an empty array changes nothing."""
        if not rows.size:
            return
        best = rows.argmax(axis=1)
        logs = rows[np.arange(len(rows)), best]
        self.score += float(logs.sum())
        for unit, log in zip(best.tolist(), logs.tolist(), strict=True):
            if unit != BLANK:
                self._take(unit, log)
            self._previous = unit
            self._row += 1

    @property
    def rows(self) -> int:
        return self._row

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self._words if word.text)

    def words(self) -> tuple[Word, ...]:
        """Words; times in seconds from the first sample of the utterance, never negative."""
        found = [word for word in self._words if word.text]
        ends = [word.first for word in found[1:]] + [self._row] * bool(found)
        result = []
        for word, limit in zip(found, ends, strict=True):
            start = max(0.0, word.first * FRAME_S - LEAD_S)
            end = min((word.last + 1) * FRAME_S + LONGEST_TAIL_S, limit * FRAME_S) - LEAD_S
            mean = float(np.exp(np.mean(np.log(np.maximum(word.posteriors, 1e-9)))))
            result.append(
                Word(word.text, round(start, 2), round(max(start, end), 2), round(mean, 3))
            )
        return tuple(result)

    def _take(self, unit: int, log: float) -> None:
        posterior = float(np.exp(log))
        if unit == self._previous:
            word = self._words[-1]
            word.last = self._row
            # A unit is as certain as its best row.
            word.posteriors[-1] = max(word.posteriors[-1], posterior)
            return
        text = self._vocabulary[unit]
        if text.startswith(WORD_START) or not self._words:
            self._words.append(
                _Found(text.removeprefix(WORD_START), self._row, self._row, [posterior])
            )
        else:
            word = self._words[-1]
            word.text += text
            word.last = self._row
            word.posteriors.append(posterior)
