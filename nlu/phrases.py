"""Phrases looked up at a place of a message, the longest first.

A first word that begins no phrase ends the search at once: most words of a message begin none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Generic, TypeVar

Value = TypeVar("Value")
Phrase = tuple[str, ...]


def longest_by_first(phrases: Iterable[Phrase]) -> dict[str, int]:
    """First word → words in the longest phrase that begins with it; empty phrases are left out."""
    longest: dict[str, int] = {}
    for phrase in phrases:
        if phrase:
            longest[phrase[0]] = max(longest.get(phrase[0], 0), len(phrase))
    return longest


class PhraseTable(Generic[Value]):
    """Read-only after construction."""

    def __init__(self, values: Mapping[Phrase, Value]) -> None:
        self._values = dict(values)
        self._longest = longest_by_first(values)

    def at(self, tokens: Sequence[str], start: int) -> tuple[Value, int] | None:
        """(value, words used) of the longest phrase that begins at `start`, or None."""
        return next(self.all_at(tokens, start), None)

    def all_at(self, tokens: Sequence[str], start: int) -> Iterator[tuple[Value, int]]:
        """Every phrase that begins at `start`, the longest first."""
        most = min(self._longest.get(tokens[start], 0), len(tokens) - start)
        for length in range(most, 0, -1):
            phrase = tuple(tokens[start : start + length])
            if phrase in self._values:
                yield self._values[phrase], length
