"""Names of legal texts: a sign alone is told with its kind, short names are English for English
speakers (`legal.yml`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).resolve().parent / "legal.yml"
_SIGN = re.compile(r"\d+(?:\.\d+)?/(?:\d{4}/)?([A-ZĐ]{2,4})-")


@lru_cache(maxsize=1)
def _names() -> Mapping[str, Any]:
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


def law_named(law: str, language: str) -> str:
    """A text of the catalogue as it is called in the language; unknown names stay as they are.

    >>> law_named("123/2015/NĐ-CP", "en")
    'Decree 123/2015/NĐ-CP'
    """
    table = _names()
    sign = _SIGN.match(law)
    if sign:
        kinds = table["kinds"].get(sign[1])
        return f"{kinds[language == 'en']} {law}" if kinds else law
    return _replaced(law, table["names"] if language == "en" else table["spoken_out"])


def source_told(source: str | None, language: str) -> str | None:
    """When and where a fact was seen, in the language; signs of decisions stay."""
    if source is None or language != "en":
        return source
    return _replaced(source, _names()["sources"])


def _replaced(text: str, words: Mapping[str, str]) -> str:
    for written in sorted(words, key=len, reverse=True):
        text = re.sub(rf"(?<![\w/]){re.escape(written)}(?![\w/-])", words[written], text)
    return text
