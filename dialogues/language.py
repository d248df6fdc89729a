"""Which language a message is answered in."""

from __future__ import annotations

import re

from dialogues.memory import Memory
from dialogues.reading import Reading
from dialogues.understanding import Understanding
from dialogues.yes_and_no import is_only_filler

_WORD = re.compile(r"[\w']+")


def spoken_language(wanted: str | None, memory: Memory, reading: Reading) -> str:
    """The request's language, else the message's own, else the conversation's; Vietnamese at
    first."""
    if wanted in {"vi", "en"}:
        return wanted
    kept = memory.language or None
    heard = reading.understanding.language
    if reading.payload is not None or heard not in {"vi", "en"}:
        return kept or "vi"
    if kept and is_only_filler(reading.text):
        return kept
    if heard == "vi" and (
        _is_english(reading.text) or _cannot_be_vietnamese(reading.understanding, reading.text)
    ):
        return "en"
    if heard == "vi" and _VIETNAMESE & set(reading.text.lower()):
        return "vi"
    if kept and len(reading.text.split()) < 3:
        return kept
    return heard


def _is_english(text: str) -> bool:
    """Words that only English has, and no more Vietnamese in it than a name ("Nguyễn", "phở")."""
    words = _WORD.findall(text.lower().replace("’", "'"))
    english = sum(word in _ENGLISH for word in words)
    accented = sum(bool(_VIETNAMESE & set(word)) for word in words)
    return english > accented and english >= min(2, len(words))


_SYLLABLE = re.compile(
    r"(?:ngh|ch|gh|gi|kh|ng|nh|ph|qu|th|tr|[bcdghklmnpqrstvx])?[aeiouy]{1,3}(?:ch|ng|nh|[cmnpt])?"
)


def _cannot_be_vietnamese(understanding: Understanding, text: str) -> bool:
    """At least two words, and half of all, are no Vietnamese syllables though they have vowels, and
    none that repair made into one (Telex, chat spelling)."""
    words = _WORD.findall(text.lower())
    left = set(_WORD.findall((understanding.repaired or text).lower()))
    foreign = [
        w
        for w in words
        if len(w) > 2 and w in left and set(w) & set("aeiou") and not _SYLLABLE.fullmatch(w)
    ]
    return text.isascii() and len(foreign) >= 2 and 2 * len(foreign) >= len(words)


_VIETNAMESE = frozenset("ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ")
"""Letters that make a text Vietnamese, however short it is."""
_ENGLISH = frozenset(
    [
        "i",
        "i'm",
        "i'd",
        "i'll",
        "i've",
        "don't",
        "doesn't",
        "didn't",
        "isn't",
        "can't",
        "it's",
        "what's",
        "where's",
        "that's",
        "is",
        "are",
        "was",
        "what",
        "how",
        "where",
        "which",
        "when",
        "who",
        "why",
        "you",
        "your",
        "please",
        "my",
        "the",
        "and",
        "for",
        "does",
        "do",
        "can",
        "could",
        "would",
        "should",
        "need",
        "want",
        "understand",
        "speak",
        "thanks",
        "hello",
        "to",
        "of",
        "this",
        "about",
        "with",
        "set",
        "up",
        "open",
        "close",
        "register",
        "registration",
        "apply",
        "renew",
        "replace",
        "change",
        "lost",
        "buy",
        "sell",
        "certificate",
        "licence",
        "license",
        "permit",
        "birth",
        "death",
        "marriage",
        "divorce",
        "child",
        "baby",
        "house",
        "land",
        "business",
        "cooperative",
        "fire",
        "help",
        "someone",
    ]
)
"""Words of English sentences; "do", "to" and "can" may be Vietnamese, hence the count."""
