"""Which of the ten things about a procedure a message asks, in Vietnamese or English."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from nlu.text import Normalised

ASPECTS = (
    "documents", "fee", "time", "place", "online", "eligibility", "steps", "result", "legal_basis",
    "form",
)  # fmt: skip


class AspectFinder:
    """Compiled patterns of `data/lexicon/aspects.yaml`."""

    def __init__(self, table: Mapping[str, Mapping[str, Any]]) -> None:
        """Raises ValueError naming an aspect that does not exist or a pattern that does not
        compile.
        """
        unknown = set(table) - set(ASPECTS)
        if unknown:
            raise ValueError(f"unknown aspects: {sorted(unknown)}")
        self._rules = {
            aspect: {
                key: _join(aspect, table[aspect].get(key))
                for key in ("vi", "vi_accented", "en", "not")
            }
            for aspect in ASPECTS
            if aspect in table
        }

    def __call__(self, message: Normalised) -> list[str]:
        """Aspects in the order of `ASPECTS`; patterns see plain words, so accents and
        punctuation do not matter.
        """
        plain, accented = message.plain, message.text
        found = []
        for aspect, rule in self._rules.items():
            hit = rule["en"].search(plain) if message.language == "en" else rule["vi"].search(plain)
            if not hit and message.accented and message.language == "vi":
                hit = rule["vi_accented"].search(accented)
            if hit and not rule["not"].search(plain):
                found.append(aspect)
        return found


def _join(aspect: str, patterns: list[str] | None) -> re.Pattern[str]:
    if not patterns:
        return re.compile(r"(?!)")
    begin_a_word = [p for p in patterns if p[0].isalnum() or p[0] == "("]
    others = [f"(?:{p})" for p in patterns if p not in begin_a_word]
    # one look-behind for all: places inside words are left at once
    first = [r"(?<!\w)(?:" + "|".join(f"(?:{p})" for p in begin_a_word) + ")"]
    try:
        return re.compile("|".join([*(first if begin_a_word else []), *others]))
    except re.error as error:
        raise ValueError(f"aspect {aspect}: {error}") from error
