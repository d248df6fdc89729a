"""One need, two procedures: a lost certificate is had again as an extract when the register still
has it, and is registered again when it does not. Who has not said which is asked (`two_ways.yml`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from dialogues.wording import tokens

TABLE = Path(__file__).resolve().parent / "two_ways.yml"


@dataclass(frozen=True, slots=True)
class Need:
    ways: tuple[str, ...]
    kin: tuple[str, ...]
    about: re.Pattern[str]
    said: re.Pattern[str]
    told: re.Pattern[str]
    register: bool
    """The register decides which way it is."""

    def left_open(self, folded: str) -> bool:
        spoken_of = self.about.search(folded) and self.said.search(folded)
        return bool(spoken_of) and self.told.search(folded) is None


@lru_cache(maxsize=1)
def _needs() -> tuple[Need, ...]:
    rows = yaml.safe_load(TABLE.read_text(encoding="utf-8"))["needs"]
    return tuple(
        Need(
            tuple(row["ways"]),
            tuple(row.get("kin") or ()),
            *(_words(row[key]) for key in ("about", "said", "told")),
            bool(row.get("register", True)),
        )
        for row in rows
    )


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})\b")


def two_ways(text: str, code: str, known: Collection[str]) -> list[str]:
    """The procedures between which the text leaves open what is needed, the more frequent one
    first; empty when it does not. `code`: what it was understood as; `known`: the catalogue's."""
    folded = " ".join(tokens(text))
    for need in _needs():
        if code in need.ways and need.left_open(folded) and set(need.ways) <= set(known):
            return list(need.ways)
    return []


@lru_cache(maxsize=1)
def _register() -> tuple[re.Pattern[str], re.Pattern[str]]:
    table = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return _words(table["kept"].replace("\n", "")), _words(table["gone"].replace("\n", ""))


def told_way(
    text: str, codes: Sequence[str | None], topic: str | None, known: Collection[str]
) -> str | None:
    """The procedure that is right because the text tells whether the register still has the entry.

    `codes`: what it may have been understood as, likeliest first; `topic`: what is open, of which
    the text may speak without its name.
    """
    folded = " ".join(tokens(text))
    kept, gone = (pattern.search(folded) is not None for pattern in _register())
    if not (kept or gone):
        return None
    needs = [need for need in _needs() if need.register]
    named = [need for need in needs if need.about.search(folded)]
    for need in named or needs:
        heard = named and set(codes) & {*need.ways, *need.kin}
        if (heard or topic in need.ways) and set(need.ways) <= set(known):
            return need.ways[1] if gone else need.ways[0]
    return None
