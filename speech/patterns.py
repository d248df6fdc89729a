"""Sentences written in one line with their variants: ``(dạ|) (đúng|phải) (rồi|) (em|ạ|)``."""

import re
from collections.abc import Iterator, Sequence
from itertools import product

MOST_OF_A_PATTERN = 2_000

_GROUP = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")


def written_out(pattern: str) -> Iterator[tuple[str, str]]:
    """The sentences of a pattern (at most `MOST_OF_A_PATTERN`), each with its parts that differ in
    what they mean.

    ``(a|b|)`` stands for any of its parts, ``[a|b]`` as well: of those it is told which.
    """
    parts: list[Sequence[tuple[str, str]]] = []
    at = 0
    for group in _GROUP.finditer(pattern):
        parts.append([(pattern[at : group.start()], "")])
        same, other = group.groups()
        choices = (same if same is not None else other).split("|")
        parts.append([(choice, "" if same is not None else choice) for choice in choices])
        at = group.end()
    parts.append([(pattern[at:], "")])
    for number, chosen in enumerate(product(*parts)):
        if number == MOST_OF_A_PATTERN:
            return
        text = " ".join("".join(text for text, _ in chosen).split())
        yield text, " ".join(differs for _, differs in chosen if differs)
