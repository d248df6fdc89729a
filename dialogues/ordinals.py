"""The place in a list that somebody names: "cái thứ hai", "số 2", "the last one"."""

from __future__ import annotations

import re

from dialogues.wording import tokens

_NUMBERS = {
    "mot": 0, "nhat": 0, "dau": 0, "dau tien": 0, "one": 0, "first": 0,
    "hai": 1, "nhi": 1, "two": 1, "second": 1,
    "ba": 2, "three": 2, "third": 2,
    "bon": 3, "tu": 3, "four": 3, "fourth": 3,
    "nam": 4, "fifth": 4, "sau": 5, "sixth": 5, "bay": 6, "seventh": 6, "tam": 7, "eighth": 7,
    "cuoi": -1, "cuoi cung": -1, "last": -1,
}  # fmt: skip
_WORDS = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_ORDINAL = re.compile(
    r"(?:(?:da|a|o|u|ma|nham|oke?|ok|thi|vay|chon|lay|chi|anh|em|toi|bac|co|chau|i|choose|take|want|pick|muon|la)\s)*"
    r"(?P<lead>(?:(?:cai|so|muc|thu|loai|dong|truong hop|lua chon|phuong an|y"
    r"|the|number|option|no|choice)\s)*)"
    rf"(?:(?P<digit>[1-4])(?:st|nd|rd|th)?|(?P<word>{_WORDS}))"
    r"(?:\s(?:one|option|choice))?(?:\s(?:a|nhe|nha|nghen|di|em|do|ay|co|kia|ma|please))*"
)


def ordinal(said: str) -> int | None:
    """The place in a list that a short text names ("1", "số 2", "cái thứ ba"), from 0; -1 the last.

    A bare number word ("hai") is too easily something else: unlike a digit it needs a word such as
    "cái" or "thứ" before it.
    """
    match = _ORDINAL.fullmatch(" ".join(tokens(said)))
    if match is None:
        return None
    if match["digit"]:
        return int(match["digit"]) - 1
    if not match["lead"] and match["word"] not in {"first", "second", "third", "fourth", "last"}:
        return None
    return _NUMBERS[match["word"]]


_WITHIN = re.compile(
    r"\b(?:cai|viec|thu tuc|muc|buoc|dong|truong hop|the)\s(?:(?:thu|so)\s)?"
    rf"(?:(?P<digit>[1-9]|1[0-2])(?:st|nd|rd|th)?|(?P<word>{_WORDS}))\b"
    r"(?!\s(?:cai|giay|nguoi|dua|con|ban|ngay|tuan|thang|nam|ben|vo chong))"
)


_ONE = re.compile(r"\b(?P<word>first|second|third|fourth|last) one\b")
_BARE = frozenset(
    [
        "mot",
        "hai",
        "ba",
        "bon",
        "tu",
        "nam",
        "sau",
        "bay",
        "tam",
        "nhat",
        "nhi",
        "one",
        "two",
        "three",
        "four",
    ]
)
"""Number words that count things unless "thứ" or "số" stands before them."""


def ordinal_within(said: str) -> int | None:
    """The place in a list that a question names in passing ("cái thứ hai cần gì", "làm việc đầu
    tiên đi"), from 0; -1 the last."""
    folded = " ".join(tokens(said))
    one = _ONE.search(folded)
    if one is not None:
        return _NUMBERS[one["word"]]
    match = _WITHIN.search(folded)
    if match is None:
        return None
    if match["digit"]:
        return int(match["digit"]) - 1
    bare = not re.search(r"\b(?:thu|so)\s", match[0])
    if bare and match["word"] in _BARE:
        return None
    return _NUMBERS[match["word"]]
