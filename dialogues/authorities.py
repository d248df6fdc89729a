"""Whose errand it is when it is not the centre's (`authorities.yml`)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from dialogues.wording import tokens

AUTHORITIES = Path(__file__).resolve().parent / "authorities.yml"


@lru_cache(maxsize=1)
def authorities() -> tuple[Mapping[str, Any], ...]:
    """Other authorities and the folded words by which their errands are known."""
    table = yaml.safe_load(AUTHORITIES.read_text(encoding="utf-8"))
    return tuple(
        {
            "name": row["name"],
            "words": tuple(" ".join(tokens(w)) for w in row["words"]),
            "always": bool(row.get("always")),
            "unless": tuple(" ".join(tokens(w)) for w in row.get("unless") or ()),
        }
        for row in table["authorities"]
    )


def competent_authority(text: str) -> Mapping[str, str] | None:
    """The authority whose errand the text names; the longest matching words win."""
    found = _named(text)
    return None if found is None else found[1]["name"]


def foreign_matter(text: str) -> str | None:
    """The folded words by which another authority's errand is named."""
    found = _named(text)
    return None if found is None else found[0]


def always_elsewhere(text: str) -> bool:
    """The errand is sent to its authority though the national catalogue lists it."""
    found = _named(text)
    said = f" {' '.join(tokens(text))} "
    return (
        found is not None
        and found[1]["always"]
        and not any(f" {words} " in said for words in found[1]["unless"])
    )


def _named(text: str) -> tuple[str, Mapping[str, Any]] | None:
    said = f" {' '.join(tokens(text))} "
    best: tuple[str, Mapping[str, Any]] | None = None
    for row in authorities():
        for words in row["words"]:
            if f" {words} " in said and (best is None or len(words) > len(best[0])):
                best = (words, row)
    return best
