"""Chains of words against what was heard: the best way through all of them at once (Viterbi).

A word is heard in one event, or in none (`MISSING`); an event is a word, or is passed over (at most
`PASSED`, less where it may be blank). Scores are sums of the evidence of `speech.misheard`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Whole = NDArray[np.int32]

NEVER = np.float32(-1e9)
MISSING = np.float32(-4.0)
PASSED = -3.0
WIDTHS = (2, 3, 4, 5, 6, 7, 8, 10, 12, 16)
"""Chains of about the same length are computed together."""
LONGEST = WIDTHS[-1]
FEW = 500
"""Chains that are computed together however long they are."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What chains are compared with."""

    evidence: Floats
    """``[events, words]``."""
    passed: Floats
    """What passing over each event costs, 0 or less."""

    def reversed(self) -> "Heard":
        return Heard(self.evidence[::-1], self.passed[::-1])

    def __len__(self) -> int:
        return len(self.passed)


@dataclass(frozen=True, slots=True)
class Block:
    """Chains of similar length: ``words[position, chain]``, numbers of columns."""

    words: Whole
    lengths: Whole
    numbers: Whole
    """Which chain of all it is."""


def blocks(chains: Sequence[Sequence[int]]) -> list[Block]:
    """All chains of 1 to `LONGEST` words."""
    found, least = [], 0
    for width in WIDTHS if len(chains) > FEW else (LONGEST,):
        some = [at for at, chain in enumerate(chains) if least < len(chain) <= width]
        least = width
        if some:
            words = np.zeros((width, len(some)), np.int32)
            for column, at in enumerate(some):
                words[: len(chains[at]), column] = chains[at]
            lengths = np.array([len(chains[at]) for at in some], np.int32)
            found.append(Block(words, lengths, np.array(some, np.int32)))
    return found


def best(block: Block, heard: Heard, before: Floats, after: Floats) -> Floats:
    """The best score of each chain between what came before and what comes after it.

    ``before[t]``, ``after[t]``: the best score of the first t events and of those from t on.
    """
    every = np.arange(len(block.lengths))
    scores = _start(block, before[0])
    found: Floats = scores[block.lengths, every] + after[0]
    for at in range(len(heard)):
        _step(block, heard, at, scores, before[at + 1])
        np.maximum(found, scores[block.lengths, every] + after[at + 1], out=found)
    return found


def ends(block: Block, heard: Heard, before: Floats) -> tuple[Floats, Whole]:
    """For every t and chain the best score of ending there, and where the chain began.

    Both ``[events + 1, chains]``; for few chains, because it takes longer than `best`.
    """
    every = np.arange(len(block.lengths))
    shape = (len(heard) + 1, len(every))
    ended, begun = np.empty(shape, np.float32), np.empty(shape, np.int32)
    scores = _start(block, before[0])
    starts = np.zeros(scores.shape, np.int32)
    for at in range(len(heard) + 1):
        if at:
            further = scores[:-1] + heard.evidence[at - 1][block.words]
            scores += heard.passed[at - 1]
            better = further > scores[1:]
            starts[1:] = np.where(better, starts[:-1], starts[1:])
            np.maximum(scores[1:], further, out=scores[1:])
            scores[0], starts[0] = before[at], at
            without = scores[:-1] + MISSING
            better = without > scores[1:]
            starts[1:] = np.where(better, starts[:-1], starts[1:])
            np.maximum(scores[1:], without, out=scores[1:])
        ended[at] = scores[block.lengths, every]
        begun[at] = starts[block.lengths, every]
    return ended, begun


def _start(block: Block, first: np.float32) -> Floats:
    scores = np.full((len(block.words) + 1, len(block.lengths)), NEVER, np.float32)
    scores[0] = first
    scores[1] = first + MISSING
    return scores


def _step(block: Block, heard: Heard, at: int, scores: Floats, before: np.float32) -> None:
    further = heard.evidence[at][block.words]
    further += scores[:-1]
    scores += heard.passed[at]
    np.maximum(scores[1:], further, out=scores[1:])
    scores[0] = before
    # Both sides of the assignment overlap: one missing word an event, which is enough.
    np.maximum(scores[1:], scores[:-1] + MISSING, out=scores[1:])
