"""Plain text operations that reading and answering share: cleaning, folding, correcting."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

KNOWN_TEXTS = 50_000
"""Texts of a release whose folded words are remembered."""
_D = str.maketrans({"đ": "d", "Đ": "D"})
_ACCENTS = re.compile("[\u0300-\u036f]+")
_WORD = re.compile(r"\w+")
_MARKS = ".,:;!?()[]“”\"'"


def clean(text: str) -> str:
    """NFC without control, bidi, surrogate and Unicode-tag characters; runs of blanks become
    one."""
    if text.isprintable():  # the common case: nothing to take out
        return " ".join(unicodedata.normalize("NFC", text).split())
    kept = (
        " " if char.isspace() else char
        for char in text
        if char.isspace() or unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
    )
    return " ".join(unicodedata.normalize("NFC", "".join(kept)).split())


def fold(text: str) -> str:
    """Lower case without accents, "đ" as "d"."""
    if text.isascii():
        return text.lower()
    plain = text.translate(_PLAIN)
    return plain if plain.isascii() else _decomposed(text)


def _decomposed(text: str) -> str:
    """`fold` of a text with letters that no table lists."""
    decomposed = _ACCENTS.sub("", unicodedata.normalize("NFD", text.translate(_D)))
    if decomposed.isascii():
        return decomposed.lower()
    return "".join(char for char in decomposed if not unicodedata.combining(char)).lower()


def _letters() -> dict[int, str]:
    """ASCII and the composed Latin letters: one look at a table instead of three passes."""
    folded = {code: _decomposed(chr(code)) for code in (*range(128), *range(0xC0, 0x1F00))}
    return {code: plain for code, plain in folded.items() if len(plain) == 1 and plain.isascii()}


_PLAIN = _letters()


def tokens(text: str) -> list[str]:
    """Folded words."""
    return _WORD.findall(fold(text))


@lru_cache(maxsize=KNOWN_TEXTS)
def known_tokens(text: str) -> tuple[str, ...]:
    """`tokens` of a text of the release, remembered; never for what a visitor says."""
    return tuple(tokens(text))


@lru_cache(maxsize=KNOWN_TEXTS)
def known_words(text: str) -> str:
    """The folded words of a text of the release, with single blanks between."""
    return " ".join(known_tokens(text))


_CORRECTION = re.compile(
    r"(?<!\w)(?:(?:à|ờ|ủa|ấy|a) (?:nhầm|lộn|không phải|không|nham|khong phai|khong)(?: rồi)?"
    r"|(?:no|sorry|wait),? i mean|i mean)(?!\w)[ ,.:;]*",
    re.IGNORECASE,
)


_NOT_THAT = re.compile(
    r"\s*,?\s(?:chứ|chớ|chu) (?:không|hổng|hông|ko|k|khong) phải?(?: là)? [^,.?!;]*"
    # "I'm not married" denies nothing that was said
    r"|(?<!['’]m)(?<!['’]re)(?<!\bam)(?<!\bis)(?<!\bare)(?<!\bwas)(?<!\bwere)(?<!\bdo)(?<!\bdoes)"
    r"(?<!\bdid)(?<!\bcan)(?<!\bhave)(?<!\bhas)(?<!\bif)(?<!\bor)"
    r",?\s(?:and )?not (?:a |an |the |for )?(?:\w+ ){0,4}\w+(?=[,.?!;]|$)",
    re.IGNORECASE,
)


def corrected(text: str) -> str:
    """What is left of a sentence in which the speaker corrects himself ("…, à nhầm, sao y") or
    says what is not meant ("tố cáo chứ không phải khiếu nại")."""
    without = _NOT_THAT.sub("", text, count=1) if "," in text or " chứ " in text.lower() else text
    text = without if len(without.split()) >= 3 else text
    rest = _CORRECTION.split(text)[-1]
    return rest if len(rest.split()) >= 2 else text


def lower_first(text: str, ordinary: frozenset[str]) -> str:
    """First letter small when the first word is one of the `ordinary` words and no name.

    "VNeID" and "HĐND" are no ordinary words; "Hải Phòng" is a name because its second syllable has
    a capital as well.
    """
    words = text.split(maxsplit=2)
    if not words or words[0].strip(_MARKS).lower() not in ordinary:
        return text
    if not words[0][1:].islower() and len(words[0].strip(_MARKS)) > 1:
        return text
    if len(words) > 1 and words[1][:1].isupper():
        return text
    return text[:1].lower() + text[1:]
