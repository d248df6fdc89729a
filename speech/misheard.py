"""What a syllable is taken for: evidence for each known syllable in what a recogniser heard.

A recogniser that is unsure hears "lấy" or "mới" for "giấy": neighbours by sound, not by letters.
How often which onset, rhyme, tone and whole syllable was heard for which was counted
(`data/lexicon/misheard.json`, made by `benchmarks/misheard.py`). The evidence for a syllable is
the logarithm of how much likelier what was heard becomes when it was said than when anything
may have been said; the sum over a sentence compares sentences of any length with free speech.
"""

import json
import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from speech.lattice import BLANK, WORD_START, Frames
from speech.syllables import is_syllable

FILE = Path(__file__).resolve().parent.parent / "data" / "lexicon" / "misheard.json"

Floats = NDArray[np.float32]

LEAST_HEARD = 0.03
"""Probability that a row holds any unit from which it is looked at."""
MOST_UNITS = 14
LEAST_UNIT = 0.004
FAINTEST_BLANK = 1e-4
LEAST_EVIDENCE = 1e-3
MOST_KEPT = 600
"""Columns kept in memory: 10 kB each."""
UNKNOWN = 0.3
"""Evidence between a syllable and what is none (a piece of a foreign word)."""
PRIOR = (20.0, 20.0, 10.0)
"""Observations that the rule "as said, or as often as ever" counts for: onset, rhyme, tone."""
PRIOR_PAIR = 15.0
_ONSETS = tuple(
    "ngh ng gh gi kh nh ph th tr ch qu b c d đ g h k l m n p r s t v x".split()  # noqa: SIM905
)
_ALIKE = {"ngh": "ng", "gh": "g", "k": "c", "d": "gi"}
_TONES = "\u0300\u0301\u0303\u0309\u0323"
LEVEL = "-"

Parts = tuple[str, str, str]


@cache
def parts(word: str) -> Parts | None:
    """Onset, rhyme and tone as they sound ("ngh" is "ng", "k" is "c"); None for no syllable."""
    if not is_syllable(word):
        return None
    letters = unicodedata.normalize("NFD", word.lower())
    tone = next((letter for letter in letters if letter in _TONES), LEVEL)
    bare = unicodedata.normalize("NFC", "".join(c for c in letters if c not in _TONES))
    onset = next((found for found in _ONSETS if bare.startswith(found)), "")
    rhyme = bare.removeprefix(onset)
    if onset == "gi" and (not rhyme or rhyme[0] not in "aăâeêioôơuư"):
        rhyme = "i" + rhyme
    if onset == "qu":
        onset, rhyme = "c", ("o" if rhyme[:1] in "aăe" else "u") + rhyme
    if rhyme.startswith("y"):
        rhyme = "i" + rhyme[1:]
    return (_ALIKE.get(onset, onset), rhyme, tone) if rhyme else None


@dataclass(frozen=True, slots=True)
class Event:
    """A row in which something was heard, and what: units and their probabilities."""

    row: int
    blank: float
    units: tuple[int, ...]
    shares: tuple[float, ...]


def events(rows: Frames) -> list[Event]:
    """The few rows of an utterance that are not surely blank, in order."""
    found = []
    for row in np.flatnonzero(rows[:, BLANK] < math.log(1 - LEAST_HEARD)).tolist():
        logs = rows[row]
        few = min(MOST_UNITS, len(logs))
        best = [
            (at, math.exp(logs[at]))
            for at in np.argpartition(logs, -few)[-few:].tolist()
            if at != BLANK and logs[at] > math.log(LEAST_UNIT)
        ]
        if best:
            units, shares = zip(*best, strict=True)
            blank = max(math.exp(logs[BLANK]), FAINTEST_BLANK)
            found.append(Event(row, blank, units, shares))
    return found


class Misheard:
    """The counts as ratios: how much oftener a part is heard for a part than at all."""

    def __init__(self, counts: Mapping[str, Any], vocabulary: Sequence[str]) -> None:
        self.numbers = {unit: at for at, unit in enumerate(vocabulary)}
        heard = counts.get("heard", {})
        total = sum(heard.values()) + 0.02 * len(vocabulary)
        self.share = np.full(len(vocabulary), 0.02 / total, np.float32)
        for word, number in heard.items():
            at = self.numbers.get(WORD_START + word)
            if at is not None:
                self.share[at] += number / total
        self._index: list[dict[str, int]] = []
        self.ratios: list[Floats] = []
        units = [parts(unit[1:]) if unit.startswith(WORD_START) else None for unit in vocabulary]
        for kind in range(3):
            known = sorted({found[kind] for found in units if found})
            self._index.append({part: at for at, part in enumerate(known)})
        self.parts = np.full((len(vocabulary), 3), -1, np.int32)
        for at, found in enumerate(units):
            if found:
                self.parts[at] = self.numbered(found)
        for kind, name in enumerate(("onsets", "rhymes", "tones")):
            self.ratios.append(self._ratios(kind, counts.get(name, {})))
        self.same = float(counts.get("same", 0.15))
        self.said: Mapping[str, float] = counts.get("said", {})
        self.pairs: dict[int, list[tuple[str, float]]] = {}
        for said, others in counts.get("pairs", {}).items():
            for other, number in others.items():
                at = self.numbers.get(WORD_START + other)
                if at is not None:
                    self.pairs.setdefault(at, []).append((said, number))

    def numbered(self, found: Parts | None) -> tuple[int, int, int]:
        """Rows of `ratios`; -1 for what is never heard."""
        if found is None:
            return (-1, -1, -1)
        one, two, three = (
            index.get(part, -1) for index, part in zip(self._index, found, strict=True)
        )
        return (one, two, three) if min(one, two, three) >= 0 else (-1, -1, -1)

    def _ratios(self, kind: int, counts: Mapping[str, Mapping[str, float]]) -> Floats:
        index = self._index[kind]
        whole = self.parts[:, kind] >= 0
        usual = np.bincount(
            self.parts[whole, kind], weights=self.share[whole], minlength=len(index)
        )
        usual = np.maximum(usual / max(usual.sum(), 1e-9), 1e-4)
        table = np.zeros((len(index), len(index)))
        for said, others in counts.items():
            for other, number in others.items():
                if said in index and other in index:
                    table[index[said], index[other]] += number
        expected = 0.5 * usual[np.newaxis] + 0.5 * np.eye(len(index))
        seen = table.sum(axis=1, keepdims=True)
        smooth = (table + PRIOR[kind] * expected) / (seen + PRIOR[kind])
        found: Floats = (smooth / usual[np.newaxis]).astype(np.float32)
        return found


@cache
def counted() -> Mapping[str, Any]:
    """The file that ships with the program; empty where it is missing."""
    try:
        found = json.loads(FILE.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


class Sounds:
    """Evidence for the words of one set of phrases; a column a word."""

    def __init__(self, misheard: Misheard, words: Sequence[str]) -> None:
        self._misheard = misheard
        self._columns = {word: at for at, word in enumerate(words)}
        self._parts = np.array(
            [misheard.numbered(parts(word)) for word in words], np.int32
        ).reshape(len(words), 3)
        self._unit = {
            number: at
            for at, word in enumerate(words)
            if (number := misheard.numbers.get(WORD_START + word)) is not None
        }
        self._said = np.array([misheard.said.get(word, 0.0) for word in words], np.float32)
        self._kept: dict[int, Floats] = {}

    def evidence(self, heard: Sequence[Event]) -> Floats:
        """``[events, words]``: natural logarithms, 0 where the word explains nothing."""
        found = np.empty((len(heard), len(self._columns)), np.float32)
        for at, event in enumerate(heard):
            total = np.zeros(len(self._columns), np.float32)
            for unit, share in zip(event.units, event.shares, strict=True):
                total += np.float32(share) * self._column(unit)
            np.log(np.maximum(total, LEAST_EVIDENCE), out=found[at])
        return found

    def _column(self, unit: int) -> Floats:
        found = self._kept.get(unit)
        if found is None:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            found = self._kept[unit] = self._ratio(unit)
        return found

    def _ratio(self, unit: int) -> Floats:
        """How much likelier it is to hear ``unit`` when each of the words was said."""
        known, (one, two, three) = self._misheard, self._misheard.parts[unit]
        if one < 0:
            found = np.full(len(self._columns), UNKNOWN, np.float32)
        else:
            onset, rhyme, tone = known.ratios
            said = self._parts
            found = onset[said[:, 0], one] * rhyme[said[:, 1], two] * tone[said[:, 2], three]
            found[said[:, 0] < 0] = UNKNOWN
        found *= 1 - known.same
        share = float(known.share[unit])
        if unit in self._unit:
            found[self._unit[unit]] += known.same / share
        found *= PRIOR_PAIR
        for word, number in known.pairs.get(unit, ()):
            at = self._columns.get(word)
            if at is not None:
                found[at] += number / share
        found /= PRIOR_PAIR + self._said
        return found.astype(np.float32)
