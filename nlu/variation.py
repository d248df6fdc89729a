"""How one wording comes out of different mouths, keyboards and recognisers.

Everything here is drawn from a seeded source: the same seed gives the same texts. Slips that
`nlu.text` undoes when reading are left to it; what is made here is what reading cannot undo.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from typing import Any

from nlu.syllables import fold

_SOUNDS = (
    ("s", "x"), ("x", "s"), ("tr", "ch"), ("ch", "tr"), ("gi", "d"), ("d", "gi"), ("r", "d"),
    ("l", "n"), ("n", "l"), ("v", "d"),
)  # fmt: skip
"""Onsets that speakers and recognisers mix up, both ways."""
_KEPT_ONSETS = ("th", "nh", "ng", "đ")
_TONES = str.maketrans("ảẳẩẻểỉỏổởủửỷãẵẫẽễĩõỗỡũữỹ", "ãẵẫẽễĩõỗỡũữỹảẳẩẻểỉỏổởủửỷ")
"""Hỏi and ngã for one another."""
_BLANK = re.compile(r"\{(\w+)\}")
_SMALL = re.compile(r"[^\w\s]")


class Variation:
    """Draws variants of a wording from `data/nlu/frames.yaml`."""

    def __init__(self, frames: Mapping[str, Any], seed: int) -> None:
        self._frames = frames
        self._random = random.Random(seed)

    def framed(self, text: str, english: bool = False) -> str:
        """The wording inside a question or wish."""
        wishes, asks = ("en", "asks_en") if english else ("vi", "asks")
        frame: str = self._random.choice([*self._frames[wishes], *self._frames[asks]])
        return frame.replace("{p}", text)

    def chatty(self, text: str, english: bool = False) -> str:
        """The wording in a question with small talk before or after it."""
        table = self._frames["talk_en" if english else "talk"]
        said = self.framed(text, english)
        before, after = self._random.choice(table["before"]), self._random.choice(table["after"])
        return " ".join(part for part in (before, said, after) if part)

    def leaning(self) -> list[str]:
        """Questions about an aspect that lean on what was said before, both languages."""
        return [
            " ".join(frame.replace("{p}", word).replace(" ,", ",").split())
            for asks, words in (("asks", "leaning"), ("asks_en", "leaning_en"))
            for frame in self._frames[asks]
            for word in self._random.sample(self._frames[words], 4)
        ]

    def filled(self, pattern: str) -> str:
        """A pattern with its `{day}`, `{who}` … drawn from the words of the frames."""
        return _BLANK.sub(lambda m: self._random.choice(self._frames["words"][m[1]]), pattern)

    def unaccented(self, text: str) -> str:
        """A question typed without accents."""
        return fold(self.framed(text))

    def hasty(self, text: str) -> str:
        """As a hasty chat user writes: listed spellings, sometimes one slip of a finger."""
        for words, spellings in self._frames["slips"].items():
            if words in text and self._random.random() < 0.7:
                text = text.replace(words, self._random.choice(spellings))
        return self._slipped(text) if self._random.random() < 0.5 else text

    def heard(self, text: str) -> str:
        """As a recogniser writes it down: no signs, fillers, sounds and tones mixed up."""
        said = [self._misheard(w) for w in _SMALL.sub(" ", text).split()]
        for filler in self._random.sample(self._frames["fillers"], 2):
            said.insert(self._random.randrange(len(said) + 1), filler)
        return " ".join(said)

    def local(self, text: str) -> str:
        """With words of the north, centre or south where it has any."""
        table = self._random.choice(list(self._frames["regions"].values()))
        return " ".join(self._replaced(text, table).split())

    def other(self, text: str) -> str:
        """One of the three ways in which a wording comes out otherwise."""
        said = self.framed(text)
        return self._random.choice((self.hasty, self.heard, self.local))(said)

    def slip(self, text: str) -> str:
        """Listed chat spellings only."""
        return self._replaced(text, self._frames["slips"])

    def choice(self, options: Sequence[Any]) -> Any:
        return self._random.choice(options)

    def sample(self, rows: Sequence[Any], most: int) -> list[Any]:
        """At most so many rows, in their order."""
        if len(rows) <= most:
            return list(rows)
        return [rows[i] for i in sorted(self._random.sample(range(len(rows)), most))]

    def often(self, share: float) -> bool:
        return self._random.random() < share

    def _replaced(self, text: str, table: Mapping[str, Sequence[str]]) -> str:
        for words, spellings in table.items():
            if words in text and self._random.random() < 0.7:
                choice = self._random.choice(list(spellings))
                text = re.sub(rf"(?<!\w){re.escape(words)}(?!\w)", choice, text)
        return text

    def _slipped(self, text: str) -> str:
        """One letter of one longer word dropped, doubled or swapped with its neighbour."""
        words = text.split()
        long = [i for i, w in enumerate(words) if len(w) >= 4]
        if not long:
            return text
        at = self._random.choice(long)
        word, place = words[at], self._random.randrange(1, len(words[at]) - 1)
        words[at] = self._random.choice(
            (
                word[:place] + word[place + 1 :],
                word[:place] + word[place] + word[place:],
                word[:place] + word[place + 1] + word[place] + word[place + 2 :],
            )
        )
        return " ".join(words)

    def _misheard(self, word: str) -> str:
        if self._random.random() < 0.25:
            word = word.translate(_TONES)
        if self._random.random() < 0.2 and not word.startswith(_KEPT_ONSETS):
            swaps = [(a, b) for a, b in _SOUNDS if word.startswith(a) and len(word) > len(a) + 1]
            if swaps:
                longest = max(len(a) for a, _ in swaps)
                heard, meant = self._random.choice([s for s in swaps if len(s[0]) == longest])
                word = meant + word[len(heard) :]
        return word
