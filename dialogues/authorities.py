"""Whose errand it is when it is not the centre's (`authorities.yml`)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from dialogues.wording import tokens
from nlu.language import detect

_WORD = re.compile(r"\w+")
AUTHORITIES = Path(__file__).resolve().parent / "authorities.yml"


@lru_cache(maxsize=1)
def authorities() -> tuple[Mapping[str, Any], ...]:
    """Other authorities and the folded words by which their errands are known."""
    table = yaml.safe_load(AUTHORITIES.read_text(encoding="utf-8"))
    return tuple(
        {
            "name": row["name"],
            "words": tuple(" ".join(tokens(w)) for w in _all(row)),
            "spelt": tuple(str(w).lower() for w in _all(row)),
            "english": frozenset(" ".join(tokens(w)) for w in row.get("english") or ()),
            "always": bool(row.get("always")),
            "unless": tuple(" ".join(tokens(w)) for w in row.get("unless") or ()),
        }
        for row in table["authorities"]
    )


def _all(row: Mapping[str, Any]) -> list[str]:
    return [*row["words"], *(row.get("english") or ())]


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


@lru_cache(maxsize=8)  # several steps of one turn ask about the same words
def _named(text: str) -> tuple[str, Mapping[str, Any]] | None:
    heard = _WORD.findall(text.lower())
    said = f" {' '.join(tokens(text))} "
    english = detect(heard) == "en"
    best: tuple[str, Mapping[str, Any]] | None = None
    for row in authorities():
        for words, spelt in zip(row["words"], row["spelt"], strict=True):
            if words in row["english"] and not english:
                continue
            longer = best is None or len(words) > len(best[0])
            if longer and f" {words} " in said and not _other_words(heard, words, spelt):
                best = (words, row)
    return best


def _other_words(heard: Sequence[str], words: str, spelt: str) -> bool:
    """Whether what was heard is written with accents of which none are those of `spelt`: "pháp lý
    đi" is no "ly dị"."""
    size = len(words.split())
    for start in range(len(heard) - size + 1):
        part = heard[start : start + size]
        if " ".join(tokens(" ".join(part))) == words:
            same = any(a == b for a, b in zip(part, spelt.split(), strict=False))
            return not (same or "".join(part).isascii())
    return False
