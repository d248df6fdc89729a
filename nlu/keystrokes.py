"""Words as the keyboard sent them: raw Telex and VNI undone, numbers freed from words.

Whether a word is raw keystrokes is judged with the whole message: "form" in a Vietnamese sentence
is English, "ddawng kys" is Telex.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from nlu.syllables import fold, from_telex, from_vni, is_syllable

_STUCK = re.compile(r"([^\W\d_]{2,})(\d+)")
_COUNTED = frozenset(
    {"lop", "quay", "so", "cap", "ban", "counter", "desk", "muc", "tang", "thang", "nam"}
)
"""Folded words after which a number stands that people forget to set apart."""
_FORM_PREFIXES = frozenset({"ct", "na", "tk", "kt"})
_OLDEST = 120
_SHAPED = re.compile(r"dd|(?:aa|ee|oo|w).*[sfrxj]")
"""Keystrokes of a shape and a tone: a lone word with them is no foreign one."""


def undo(tokens: Sequence[str], known: Callable[[str], bool]) -> list[str]:
    """The words meant. `known`: whether a word is one of our lists', which is never decoded."""
    vni = [from_vni(token) if token[-1:].isalnum() else None for token in tokens]
    inner = sum(d is not None and not t[:-1].isalpha() for t, d in zip(tokens, vni, strict=True))
    if inner or sum(d is not None for d in vni) >= 2:
        return [d or t for t, d in zip(tokens, vni, strict=True)]
    telex = [None if known(token) else from_telex(token) for token in tokens]
    sure = sum(d is not None and not is_syllable(t) for t, d in zip(tokens, telex, strict=True))
    length = sum(t[-1:].isalnum() for t in tokens)
    if sure >= 2 and sure * 4 >= length:
        tokens = [d if (d and not is_syllable(t)) or (d and "oo" in t) else t
                  for t, d in zip(tokens, telex, strict=True)]  # fmt: skip
    elif sure and any(fold(t) != t for t in tokens):
        tokens = [d if d and not is_syllable(t) and _SHAPED.search(t) else t
                  for t, d in zip(tokens, telex, strict=True)]  # fmt: skip
    return _ages([part for token in tokens for part in _split_stuck_number(token)])


def _ages(tokens: Sequence[str]) -> list[str]:
    """ "75t" is an age."""
    numbered = zip(["", *tokens], tokens, strict=False)
    return ["tuổi" if word == "t" and _is_age(before) else word for before, word in numbered]


def _is_age(word: str) -> bool:
    return word.isdecimal() and len(word) <= 3 and int(word) <= _OLDEST


def _split_stuck_number(word: str) -> list[str]:
    """`sinh1` → sinh (a VNI leftover); `lớp6` → lớp 6; codes such as ct01 and c3 stay whole."""
    match = None if word.isalpha() else _STUCK.fullmatch(word)
    if not match or match[1] in _FORM_PREFIXES:
        return [word]
    letters, digits = match[1], match[2]
    if fold(letters) in _COUNTED:
        return [letters, digits]
    return [letters] if digits in "12345" and is_syllable(letters) else [word]
