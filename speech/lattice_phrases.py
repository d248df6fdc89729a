"""Which of the phrases known here was said: the limited mode of grammars, on posteriors.

Every phrase is weighed by how certain its syllables are somewhere in the utterance; the best of
them are aligned with it (CTC, Viterbi). A score is the distance to the best path of the model in
natural logarithms a row: 0 is the best path itself, speech in other words is far below.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from speech.lattice import BLANK, WORD_START, Frames
from speech.lattice_language import words_of

CANDIDATES = 120
FRAMED_NAMES = 10
"""Names that are put into every frame: "đăng ký khai sinh" into "{p} cần giấy tờ gì"."""
FAINTEST = -8.0
"""A syllable that is nowhere costs this much and no more."""
A_WORD_MORE_OR_LESS = 2.8
"""What a difference in the number of words costs, per word heard (natural logarithms)."""
A_WORD = 4.0
"""What explaining one more word is worth: without it the shortest phrase would always win."""
LONGEST_UNITS = 40
NAME = "{p}"
NEVER = np.float32(-1e9)

Units = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Match:
    """A phrase and its score: natural logarithms a word, above 0 where it explains the sound."""

    text: str
    score: float


class PhraseIndex:
    """The phrases as units of the model; built once for a set of phrases.

    ``frames`` are sentences around `NAME`, in which any of the phrases may stand but those that
    are said ``alone``.
    """

    def __init__(
        self,
        vocabulary: Sequence[str],
        phrases: Iterable[str],
        frames: Iterable[str] = (),
        alone: Iterable[str] = (),
    ) -> None:
        self._spelling = _Spelling(vocabulary)
        self._texts: list[str] = []
        self._units: list[Units] = []
        self._add(phrases)
        self._framable = len(self._texts)
        self._add(alone)
        self._flat = _Flat(self._units)
        self._frames = [found for frame in frames if (found := self._framed(frame))]

    def _add(self, phrases: Iterable[str]) -> None:
        for phrase in phrases:
            units = self._spelling.units(phrase)
            if units is not None and 0 < len(units) <= LONGEST_UNITS:
                self._texts.append(" ".join(words_of(phrase)))
                self._units.append(units)

    def __len__(self) -> int:
        return len(self._texts)

    def match(self, rows: Frames, best_path: float, heard: int, count: int) -> list[Match]:
        """The best phrases for an utterance, best first.

        ``best_path``: the score of the best path over all rows; ``heard``: how many words it has.
        """
        if not self._texts or not rows.size or heard < 1:
            return []
        present = np.maximum(rows.max(axis=0), FAINTEST)
        chosen = self._flat.likeliest(present, heard, CANDIDATES)
        scored = self._scored(rows, best_path, [self._units[at] for at in chosen])
        texts = [self._texts[at] for at in chosen]
        found = list(zip(scored, texts, strict=True))
        order = sorted(range(len(found)), key=lambda at: -scored[at])
        if self._frames:
            best = [chosen[at] for at in order if chosen[at] < self._framable][:FRAMED_NAMES]
            found += self._in_frames(rows, best_path, present, heard, best)
        matches: dict[str, Match] = {}
        for score, text in sorted(found, reverse=True):
            words = max(heard, text.count(" ") + 1)
            matches.setdefault(text, Match(text, round(score / words, 2)))
        return list(matches.values())[:count]

    def _in_frames(
        self, rows: Frames, best_path: float, present: Frames, heard: int, names: Sequence[int]
    ) -> list[tuple[float, str]]:
        units, texts = [], []
        for at in names:
            for before, after, frame in self._frames:
                units.append(np.concatenate([before, self._units[at], after]))
                texts.append(frame.replace(NAME, self._texts[at]))
        chosen = _Flat(units).likeliest(present, heard, CANDIDATES) if units else []
        chosen = [at for at in chosen if len(units[at]) <= LONGEST_UNITS]
        if not chosen:
            return []
        scores = self._scored(rows, best_path, [units[at] for at in chosen])
        return list(zip(scores, (texts[at] for at in chosen), strict=True))

    def _scored(self, rows: Frames, best_path: float, units: Sequence[Units]) -> list[float]:
        worth = A_WORD * np.array([len(found) for found in units], np.float32)
        scores: list[float] = (align(rows, units) - best_path + worth).tolist()
        return scores

    def units(self, text: str) -> tuple[int, ...]:
        """The units of a phrase that `match` gave."""
        found = self._spelling.units(text)
        return tuple(found.tolist()) if found is not None else ()

    def _framed(self, frame: str) -> tuple[Units, Units, str] | None:
        before, name, after = frame.partition(NAME)
        one, two = self._spelling.units(before), self._spelling.units(after)
        if not name or one is None or two is None or not len(one) + len(two):
            return None
        return one, two, " ".join([*words_of(before), NAME, *words_of(after)])


class _Flat:
    """Many phrases as one array, to weigh all at once."""

    def __init__(self, units: Sequence[Units]) -> None:
        lengths = [len(found) for found in units]
        self._lengths = np.array(lengths, np.float32)
        self._starts = np.cumsum([0, *lengths[:-1]])[: len(units)]
        self._all = np.concatenate(units) if units else np.zeros(0, np.int64)

    def likeliest(self, present: Frames, heard: int, count: int) -> list[int]:
        """Those whose syllables are there and that are about as long as what was heard."""
        means = np.add.reduceat(present[self._all], self._starts) / self._lengths
        odd = np.abs(self._lengths - heard) / heard
        few = min(count, len(means))
        chosen: list[int] = np.argpartition(means - A_WORD_MORE_OR_LESS * odd, -few)[-few:].tolist()
        return chosen


class _Spelling:
    """Words as units: as few and as long ones as the vocabulary has."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._known = {unit: at for at, unit in enumerate(vocabulary)}
        self._words: dict[str, list[int] | None] = {}

    def units(self, text: str) -> Units | None:
        """None when a word cannot be written with the model's units."""
        found: list[int] = []
        for word in words_of(text):
            if word not in self._words:
                self._words[word] = _spell(word, self._known)
            units = self._words[word]
            if units is None:
                return None
            found += units
        return np.array(found, np.int64)


def align(rows: Frames, phrases: Sequence[NDArray[np.int64]]) -> NDArray[np.float32]:
    """The log-probability of each phrase's best CTC path over all rows: one step a row for all."""
    width = 2 * max(len(units) for units in phrases) + 1
    states = np.full((len(phrases), width), BLANK, np.int64)
    for at, units in enumerate(phrases):
        states[at, 1 : 2 * len(units) : 2] = units
    # A blank between two equal units cannot be left out.
    skip = np.zeros(states.shape, bool)
    skip[:, 3::2] = states[:, 3::2] != states[:, 1:-2:2]
    score = np.full(states.shape, NEVER, np.float32)
    score[:, 0] = rows[0, BLANK]
    score[:, 1] = rows[0][states[:, 1]]
    skipped = np.full(states.shape, NEVER, np.float32)
    for row in rows[1:]:
        skipped[:, 2:] = np.where(skip[:, 2:], score[:, :-2], NEVER)
        best = np.maximum(score, skipped)
        np.maximum(best[:, 1:], score[:, :-1], out=best[:, 1:])
        score = best + row[states]
    lasts = np.array([2 * len(units) for units in phrases])
    every = np.arange(len(phrases))
    found: NDArray[np.float32] = np.maximum(score[every, lasts], score[every, lasts - 1])
    return found


def _spell(word: str, known: dict[str, int]) -> list[int] | None:
    """The fewest units from the left; None for a word that the model cannot write."""
    rest, units = WORD_START + word, []
    while rest:
        for end in range(len(rest), 0, -1):
            at = known.get(rest[:end])
            if at is not None and rest[:end] != WORD_START:
                units.append(at)
                rest = rest[end:]
                break
        else:
            return None
    return units
