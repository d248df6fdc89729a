"""Many patterns as one, quick to search for.

The interpreter tries the alternatives of a pattern one after another at every place of a text. Here
each place tries only those that can begin with the letter that stands there; which of them matches,
and how far, is the same as if all were tried in their order.
"""

from __future__ import annotations

import re
import sre_constants as op
import sre_parse
from collections.abc import Iterable, Sequence
from typing import Any

_GROUP = re.compile(r"(?<!\\)\((?!\?)")
_TOO_MANY = 64
"""Letters beyond which a class such as "any letter" is not listed."""


def alternatives(patterns: Sequence[str]) -> re.Pattern[str]:
    """The patterns joined, those first that begin with a letter or a group: they match whole words
    only. Groups are kept together, not captured. Raises re.error naming no pattern.
    """
    plain = [_GROUP.sub("(?:", p) for p in patterns]
    of_words = [p for p in plain if p[0].isalnum() or p[0] == "("]
    others = [f"(?:{p})" for p in plain if p not in of_words]
    # one look-behind for all: places inside words are left at once
    words = [r"(?<!\w)(?:" + _by_first_letter(of_words) + r")(?!\w)"] if of_words else []
    return re.compile("|".join([*words, *others]))


def _by_first_letter(patterns: Sequence[str]) -> str:
    begins = [first_letters(p) for p in patterns]
    letters = sorted(set().union(*(known for known in begins if known is not None)))
    alike: dict[tuple[str, ...], list[str]] = {}
    for letter in letters:
        fitting = [p for p, b in zip(patterns, begins, strict=True) if b is None or letter in b]
        alike.setdefault(tuple(fitting), []).append(letter)
    branches = [f"(?={_one_of(of)})(?:{_either(fitting)})" for fitting, of in alike.items()]
    anywhere = [p for p, b in zip(patterns, begins, strict=True) if b is None]
    if anywhere:
        beside = f"(?!{_one_of(letters)})" if letters else ""
        branches.append(f"{beside}(?:{_either(anywhere)})")
    return "|".join(branches)


def _either(patterns: Iterable[str]) -> str:
    return "|".join(f"(?:{p})" for p in patterns)


def _one_of(letters: Sequence[str]) -> str:
    return "[" + "".join(re.escape(letter) for letter in letters) + "]"


def first_letters(pattern: str) -> set[str] | None:
    """Every character with which a match can begin; None where that may be any, or where nothing
    at all can match. Look-arounds are taken as if they always held."""
    found, ends = _firsts(sre_parse.parse(pattern))
    return None if ends else found


def _firsts(items: Iterable[tuple[Any, Any]]) -> tuple[set[str] | None, bool]:
    """(first characters, whether the items can match without any)."""
    found: set[str] = set()
    for code, value in items:
        first, empty = _of_item(code, value)
        if first is None:
            return None, False
        found |= first
        if not empty:
            return found, False
    return found, True


def _of_item(code: Any, value: Any) -> tuple[set[str] | None, bool]:
    if code is op.LITERAL:
        return {chr(value)}, False
    if code is op.IN:
        return _of_class(value), False
    if code is op.BRANCH:
        each = [_firsts(branch) for branch in value[1]]
        if any(first is None for first, _ in each):
            return None, False
        return set().union(*(f for f, _ in each if f)), any(empty for _, empty in each)
    if code is op.SUBPATTERN:
        return _firsts(value[-1])
    if code in (op.MAX_REPEAT, op.MIN_REPEAT):
        first, empty = _firsts(value[2])
        return first, empty or value[0] == 0
    if code in (op.ASSERT, op.ASSERT_NOT, op.AT):
        return set(), True
    return None, False


def _of_class(items: Iterable[tuple[Any, Any]]) -> set[str] | None:
    found: set[str] = set()
    for code, value in items:
        if code is op.LITERAL:
            found.add(chr(value))
        elif code is op.RANGE and value[1] - value[0] < _TOO_MANY:
            found.update(chr(c) for c in range(value[0], value[1] + 1))
        else:
            return None
    return found
