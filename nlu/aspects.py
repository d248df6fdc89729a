"""Which of the ten things about a procedure a message asks, in Vietnamese or English.

Every aspect has patterns. They are tried in the order of `data/lexicon/aspects.yaml`, and what one
aspect has claimed no later one sees: "mẫu lấy ở đâu" asks for a form and not for a place, "được cấp
giấy gì" for the result and not for papers. Names that contain the words of an aspect ("hỗ trợ chi
phí học tập") are hidden first. What is left of a question that wants yes or no ("… được không")
asks whether one may.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from nlu.alternatives import alternatives
from nlu.text import Normalised

ASPECTS = (
    "documents", "fee", "time", "place", "online", "eligibility", "steps", "result", "legal_basis",
    "form",
)  # fmt: skip
HIDDEN = "hidden"
"""The entry of the table that is no aspect: names in which the words of aspects ask nothing."""
_KEYS = ("vi", "vi_accented", "en", "rest", "not")
_CLAIMED = "¤"
_NAME = "_"
"""What a hidden name leaves: still a word, so that a question around it stays whole."""
_STOP = " , "


class AspectFinder:
    """Compiled patterns of `data/lexicon/aspects.yaml`; read-only."""

    def __init__(self, table: Mapping[str, Mapping[str, Any]]) -> None:
        """Raises ValueError naming an aspect that does not exist or a pattern that does not
        compile.
        """
        unknown = set(table) - set(ASPECTS) - {HIDDEN}
        if unknown:
            raise ValueError(f"unknown aspects: {sorted(unknown)}")
        self._hidden = _rules(HIDDEN, table.get(HIDDEN) or {})
        self._unasking = frozenset((table.get(HIDDEN) or {}).get("words") or ())
        self._rules = {a: _rules(a, table[a]) for a in table if a != HIDDEN}

    def __call__(self, message: Normalised) -> list[str]:
        """Aspects in the order of `ASPECTS`.

        Patterns see words without accents and a comma where a sentence sign stood; `$` is the end
        of such a part. Words that the table lists as asking nothing ("đầu" beside "đâu") keep
        their accents and so meet no pattern.
        """
        shown = [
            token if token in self._unasking else bare
            for token, bare in zip(message.tokens, message.folded, strict=True)
        ]
        plain = _with_stops(shown, message.stops)
        written = _with_stops(message.tokens, message.stops) if message.accented else ""
        language = message.language
        plain = self._hidden[language].sub(_NAME, plain)
        found = set()
        for aspect, rule in self._rules.items():
            if rule["not"].search(plain):
                continue
            rest, hits = rule[language].subn(_CLAIMED, plain)
            if not hits and written and language == "vi":
                hits = rule["vi_accented"].search(written) is not None
            if hits:
                found.add(aspect)
                plain = rest
        found.update(a for a, rule in self._rules.items() if rule["rest"].search(plain))
        return [a for a in ASPECTS if a in found]


def _with_stops(words: Sequence[str], stops: Sequence[int]) -> str:
    """The words with a comma after every word that ends a part of a sentence."""
    if not stops:
        return " ".join(words)
    parts, start = [], 0
    for stop in (*stops, len(words)):
        if stop > start:
            parts.append(" ".join(words[start:stop]))
            start = stop
    return _STOP.join(parts)


def _rules(aspect: str, table: Mapping[str, Any]) -> dict[str, re.Pattern[str]]:
    return {key: _join(aspect, table.get(key)) for key in _KEYS}


def _join(aspect: str, patterns: list[str] | None) -> re.Pattern[str]:
    if not patterns:
        return re.compile(r"(?!)")
    try:
        return alternatives([p.replace("$", r"(?=\s*(?:,|$))") for p in patterns])
    except re.error as error:
        raise ValueError(f"aspect {aspect}: {error}") from error
