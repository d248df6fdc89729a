"""From rows of log-probabilities to words with times and posteriors (CTC)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from speech.engines import Word
from speech.lattice import BLANK, FRAME_S, LEAD_S, WORD_START, Frames

LONGEST_TAIL_S = 0.2
"""CTC marks where a unit is certain, not where its sound ends."""
NEVER = np.float32(-1e9)


@dataclass(slots=True)
class Piece:
    """A unit of a path: from its first to its last row."""

    unit: int
    first: int
    last: int
    posterior: float
    """Of its best row, 0..1."""


class BestPath:
    """The most probable unit of every row (greedy), grown as rows come."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._vocabulary = vocabulary
        self._previous = BLANK
        self._pieces: list[Piece] = []
        self.rows = 0
        self.score = 0.0
        """Sum of the logarithms along the path."""

    def extend(self, rows: Frames) -> None:
        """Takes the next rows; an empty array changes nothing."""
        if not rows.size:
            return
        best = rows.argmax(axis=1)
        logs = rows[np.arange(len(rows)), best]
        self.score += float(logs.sum())
        for unit, posterior in zip(best.tolist(), np.exp(logs).tolist(), strict=True):
            if unit != BLANK:
                self._take(unit, posterior)
            self._previous = unit
            self.rows += 1

    def words(self) -> tuple[Word, ...]:
        """See `words_of_pieces`."""
        return words_of_pieces(self._pieces, self.rows, self._vocabulary)

    def timed(self) -> list[tuple[int, str]]:
        """The words, each with its first row."""
        found: list[tuple[int, str]] = []
        for piece in self._pieces:
            text = self._vocabulary[piece.unit]
            if text.startswith(WORD_START) or not found:
                found.append((piece.first, text.removeprefix(WORD_START)))
            else:
                found[-1] = (found[-1][0], found[-1][1] + text)
        return [(row, text) for row, text in found if text]

    def _take(self, unit: int, posterior: float) -> None:
        if unit == self._previous:
            piece = self._pieces[-1]
            piece.last, piece.posterior = self.rows, max(piece.posterior, posterior)
        else:
            self._pieces.append(Piece(unit, self.rows, self.rows, posterior))


def aligned(rows: Frames, units: Sequence[int], vocabulary: Sequence[str]) -> tuple[Word, ...]:
    """The words that ``units`` spell, where they were heard: the best path through them."""
    if not units or not rows.size:
        return ()
    states = np.full(2 * len(units) + 1, BLANK, np.int64)
    states[1::2] = units
    # A blank between two equal units cannot be left out.
    skip = np.zeros(len(states), bool)
    skip[3::2] = states[3::2] != states[1:-2:2]
    path = _path(rows, states, skip)
    pieces: list[Piece] = []
    before = -1
    for row, state in enumerate(path):
        if states[state] != BLANK:
            posterior = float(np.exp(rows[row, states[state]]))
            if state == before:
                pieces[-1].last = row
                pieces[-1].posterior = max(pieces[-1].posterior, posterior)
            else:
                pieces.append(Piece(int(states[state]), row, row, posterior))
        before = state
    return words_of_pieces(pieces, len(rows), vocabulary)


def words_of_pieces(
    pieces: Iterable[Piece], rows: int, vocabulary: Sequence[str]
) -> tuple[Word, ...]:
    """Words; seconds from the first sample of the utterance, never negative; confidence is the
    geometric mean of the posteriors of its units."""
    groups: list[list[Piece]] = []
    for piece in pieces:
        if vocabulary[piece.unit].startswith(WORD_START) or not groups:
            groups.append([])
        groups[-1].append(piece)
    found = []
    for at, group in enumerate(groups):
        text = "".join(vocabulary[piece.unit] for piece in group).removeprefix(WORD_START)
        limit = groups[at + 1][0].first if at + 1 < len(groups) else rows
        start = max(0.0, group[0].first * FRAME_S - LEAD_S)
        end = min((group[-1].last + 1) * FRAME_S + LONGEST_TAIL_S, limit * FRAME_S) - LEAD_S
        sure = float(np.exp(np.mean(np.log([max(p.posterior, 1e-9) for p in group]))))
        if text:
            found.append(Word(text, round(start, 2), round(max(start, end), 2), round(sure, 3)))
    return tuple(found)


def _path(rows: Frames, states: NDArray[np.int64], skip: NDArray[np.bool_]) -> list[int]:
    """The state of every row on the best way from the first to the last state (Viterbi)."""
    score = np.full(len(states), NEVER, np.float32)
    score[:2] = rows[0][states[:2]]
    steps = np.zeros((len(rows), len(states)), np.int8)
    for at in range(1, len(rows)):
        ways = np.full((3, len(states)), NEVER, np.float32)
        ways[0] = score
        ways[1, 1:] = score[:-1]
        ways[2, 2:] = np.where(skip[2:], score[:-2], NEVER)
        steps[at] = ways.argmax(axis=0)
        score = ways.max(axis=0) + rows[at][states]
    state = len(states) - 1 if score[-1] >= score[-2] else len(states) - 2
    found = [state]
    for at in range(len(rows) - 1, 0, -1):
        state -= int(steps[at, state])
        found.append(state)
    return found[::-1]
