"""Whether a voice over our own speech is a visitor who interrupts, or nothing of the kind."""

import unicodedata
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz

from speech.echo import ALIKE, ECHO

LEAST_SPEECH_S = 0.3
LEAST_WORDS = 2
SECOND_LOOK_S = 0.3
"""What is somewhat like us is a visitor when it still is after so much more of the voice."""
PEOPLE = 0.59
"""Likeness below which people are who have not been taken for us so far (98 of 100 seconds)."""
SAME_WORDS = 92.0
"""Of 100 (partial ratio of letters without accents): only nearly the very words of our sentence
are taken as it; a visitor's question shares half its letters with the answer to it anyway."""

Verdict = Literal["visitor", "echo", "wait"]


@dataclass(frozen=True, slots=True)
class Overheard:
    """What is known of a voice while we speak."""

    text: str
    """The words so far."""
    speech_s: float
    likeness: float
    """Of the last second of sound to what the loudspeaker was given (`speech.echo`)."""


def verdict(overheard: Overheard, said: str) -> Verdict:
    """``said``: the sentence that is being spoken, with its neighbours."""
    if overheard.speech_s < LEAST_SPEECH_S or len(overheard.text.split()) < LEAST_WORDS:
        return "wait"
    if overheard.likeness >= ECHO or repeats(overheard.text, said):
        return "echo"
    return "visitor"


class Overhearing:
    """The looks at one voice over our speech, one after another.

    One second of our own voice in fifty is less like us than the border; nobody is interrupted by
    it: whoever was us before, or is somewhat like us, is a visitor after two looks only.
    """

    def __init__(self) -> None:
        self._speech_s = 0.0
        self._was_us = False
        self._doubted_s: float | None = None

    def judge(self, overheard: Overheard, said: str) -> Verdict:
        """As `verdict`, with what was found at the utterance so far."""
        if overheard.speech_s < self._speech_s:
            self._was_us, self._doubted_s = False, None
        self._speech_s = overheard.speech_s
        found = verdict(overheard, said)
        if found == "echo":
            self._was_us, self._doubted_s = True, None
        if found != "visitor" or overheard.likeness < (ALIKE if self._was_us else PEOPLE):
            return found
        if self._doubted_s is None:
            self._doubted_s = overheard.speech_s
        return "visitor" if overheard.speech_s - self._doubted_s >= SECOND_LOOK_S else "wait"


def repeats(text: str, said: str) -> bool:
    """Whether the words are those of our own sentence."""
    heard, own = _bare(text), _bare(said)
    if len(heard.split()) <= LEAST_WORDS:
        return False
    # Who says more than our sentence has words of his own.
    like = fuzz.partial_ratio(heard, own) if len(heard) <= len(own) else fuzz.ratio(heard, own)
    return like >= SAME_WORDS


def _bare(text: str) -> str:
    """Small letters without accents and signs."""
    letters = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    kept = (c if c.isalnum() else " " for c in letters if not unicodedata.combining(c))
    return " ".join("".join(kept).split())
