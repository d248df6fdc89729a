"""How far what was heard is from what was said: words, letters, and the nearest known sentence.

Word and character error rates as usual in speech recognition: substitutions, deletions and
insertions of the shortest edit (Levenshtein 1966) over the length of what was said.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

from assistant.catalogue.search import fold
from assistant.errors import Language
from speech.spoken_form import spoken

_NO_WORD = re.compile(r"[^\w\s]|_")
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_LATE_TONE = re.compile(rf"(o)([ae])([{_TONES}])(?!\w)|(?<!q)(u)(y)([{_TONES}])(?!\w)")


@dataclass(frozen=True, slots=True)
class Edits:
    """What turns one sequence into another; sums of several add up."""

    of: int = 0
    """Words or letters that were said."""
    substituted: int = 0
    deleted: int = 0
    inserted: int = 0

    def __add__(self, other: "Edits") -> "Edits":
        return Edits(
            self.of + other.of,
            self.substituted + other.substituted,
            self.deleted + other.deleted,
            self.inserted + other.inserted,
        )

    @property
    def wrong(self) -> int:
        return self.substituted + self.deleted + self.inserted

    @property
    def rate(self) -> float | None:
        """0 is perfect; above 1 where more was made up than said. None for nothing said."""
        return self.wrong / self.of if self.of else None


NOTHING = Edits()


def comparable(text: str, language: Language) -> str:
    """Words as they are spoken, in small letters without punctuation: "8.000 đồng" is "tám nghìn
    đồng", and both ways to write a tone ("hoà", "hòa") are one."""
    words = _NO_WORD.sub(" ", unicodedata.normalize("NFC", spoken(text, language)).lower())
    if language == "vi":
        words = _LATE_TONE.sub(_early_tone, unicodedata.normalize("NFD", words))
    return " ".join(unicodedata.normalize("NFC", words).split())


def _early_tone(found: re.Match[str]) -> str:
    first, second, tone = (part for part in found.groups() if part)
    return first + tone + second


def word_edits(said: str, heard: str) -> Edits:
    """Both as `comparable` gives them."""
    return _edits(said.split(), heard.split())


def letter_edits(said: str, heard: str) -> Edits:
    """Characters with the spaces between words."""
    return _edits(said, heard)


def _edits(said: Sequence[str], heard: Sequence[str]) -> Edits:
    tags = [operation.tag for operation in Levenshtein.editops(said, heard)]
    return Edits(len(said), tags.count("replace"), tags.count("delete"), tags.count("insert"))


def nearest(heard: str, known: Sequence[str]) -> str | None:
    """The known sentence whose letters without accents are nearest; None for nothing heard."""
    asked = fold(heard)
    if not asked or not known:
        return None
    found = process.extractOne(asked, known, processor=fold, scorer=fuzz.ratio)
    return found[0] if found is not None else None
