"""Numbers in words, Vietnamese and English, and digits one by one."""

import re
from collections.abc import Iterable
from functools import lru_cache

from vn_numberwords import number_to_words

VI_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
EN_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen",
          "eighteen", "nineteen")  # fmt: skip
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SCALES = ((10**9, "billion"), (10**6, "million"), (10**3, "thousand"))
_ORDINALS = {"one": "first", "two": "second", "three": "third", "five": "fifth",
             "eight": "eighth", "nine": "ninth", "twelve": "twelfth"}  # fmt: skip
LARGEST = 10**12
"""From here on digits are read one by one: such a number is a code, not an amount."""


def digits(written: str, language: str, groups: Iterable[int] = ()) -> str:
    """Each digit by its name; ``groups`` puts a comma after so many digits each."""
    names = VI_DIGITS if language == "vi" else EN_DIGITS
    words = [names[int(digit)] for digit in written]
    parts, at = [], 0
    for size in groups:
        parts.append(" ".join(words[at : at + size]))
        at += size
    parts.append(" ".join(words[at:]))
    return ", ".join(part for part in parts if part)


def cardinal(value: int, language: str) -> str:
    """A whole number of 0 or more."""
    if value >= LARGEST:
        return digits(str(value), language, [3] * (len(str(value)) // 3))
    return _vietnamese(value) if language == "vi" else _english(value)


@lru_cache(maxsize=4096)
def _vietnamese(value: int) -> str:
    # The library says "bảy mươi năm" for 75: that is seventy years.
    return re.sub(r"(mươi|mười) năm(?!\w)", r"\1 lăm", str(number_to_words(value)))


def ordinal(value: int) -> str:
    """English: first, twenty-second."""
    *rest, last = re.split(r"([ -])", _english(value))
    if last in _ORDINALS:
        last = _ORDINALS[last]
    else:
        last = last[:-1] + "ieth" if last.endswith("y") else last + "th"
    return "".join([*rest, last])


def year(value: int, language: str) -> str:
    """English years in the spoken way: twenty fifteen, two thousand and five."""
    if language == "vi" or not 1100 <= value <= 2099 or 2000 <= value <= 2009 or value % 100 == 0:
        return cardinal(value, language)
    low = value % 100
    return f"{_english(value // 100)} {'oh ' if low < 10 else ''}{_english(low)}"


def _english(value: int) -> str:
    if value < 10:
        return EN_DIGITS[value]
    if value < 20:
        return _TEENS[value - 10]
    if value < 100:
        return _TENS[value // 10] + (f" {EN_DIGITS[value % 10]}" if value % 10 else "")
    if value < 1000:
        rest = value % 100
        return f"{EN_DIGITS[value // 100]} hundred" + (f" and {_english(rest)}" if rest else "")
    for size, name in _SCALES:
        if value >= size:
            rest = value % size
            joint = " and " if 0 < rest < 100 else " "
            return f"{_english(value // size)} {name}" + (joint + _english(rest) if rest else "")
    raise AssertionError(value)


def roman(written: str) -> int | None:
    """The value of a Roman numeral of up to 39, or None."""
    match = re.fullmatch(r"(X{0,3})(IX|IV|V?I{0,3})", written)
    if match is None or not written:
        return None
    ones = {"IX": 9, "IV": 4}.get(match[2])
    if ones is None:
        ones = 5 * match[2].startswith("V") + match[2].count("I")
    return 10 * len(match[1]) + ones
