"""Small numbers said in words or digits, Vietnamese and English."""

from __future__ import annotations

from collections.abc import Sequence

_DIGITS = {
    "khong": 0, "mot": 1, "nhat": 1, "hai": 2, "nhi": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5,
    "lam": 5,
    "sau": 6, "bay": 7, "tam": 8, "chin": 9, "muoi": 10,
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "first": 1, "second": 2, "third": 3,
    "fourth": 4,
    "fifth": 5, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_ENGLISH_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90,
}  # fmt: skip
_ENGLISH_UNITS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9,
}  # fmt: skip
_UNITS = {
    "mot": 1,
    "hai": 2,
    "ba": 3,
    "bon": 4,
    "tu": 4,
    "lam": 5,
    "nam": 5,
    "sau": 6,
    "bay": 7,
    "tam": 8,
    "chin": 9,
}


def number_at(folded: Sequence[str], at: int) -> tuple[int, int] | None:
    """(value below 100, tokens used) of the number that begins at `at`, or None."""
    if at >= len(folded):
        return None
    word = folded[at]
    if word.isdecimal() and len(word) <= 2:
        return int(word), 1
    following = folded[at + 1] if at + 1 < len(folded) else ""
    if word in _ENGLISH_TENS:
        tens = _ENGLISH_TENS[word]
        return (tens + _ENGLISH_UNITS[following], 2) if following in _ENGLISH_UNITS else (tens, 1)
    if word not in _DIGITS:
        return None
    value = _DIGITS[word]
    if word == "muoi" and following in _UNITS:
        return 10 + _UNITS[following], 2
    if following == "muoi" and 2 <= value <= 9:
        last = folded[at + 2] if at + 2 < len(folded) else ""
        return (value * 10 + _UNITS[last], 3) if last in _UNITS else (value * 10, 2)
    return value, 1
