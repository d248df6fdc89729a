"""The table of written forms and how they are spoken: `data/lexicon/spoken.yaml`."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).resolve().parent.parent / "data" / "lexicon" / "spoken.yaml"
_VOWELS = set("AEIOUYĂÂÊÔƠƯaeiouyăâêôơư")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The table of one language."""

    abbreviations: Mapping[str, str]
    titles: Mapping[str, str]
    kinds: Mapping[str, str]
    authorities: Mapping[str, str]
    units: Mapping[str, str]
    letters: Mapping[str, str]
    words: Mapping[str, str]
    """Words of other languages, in small letters."""
    hosts: Mapping[str, str]
    addresses: Mapping[str, str]
    """Parts of addresses of the web and of mail, as ``gmail``."""
    signs: Mapping[str, str]
    """Signs within such addresses."""

    def abbreviation(self, written: str) -> str:
        """The spoken form; also of ``ubnd`` for ``UBND``."""
        return self.abbreviations.get(written) or self.abbreviations[written.upper()]

    def spell(self, written: str) -> str:
        """Letter by letter, as in this language's alphabet."""
        return " ".join(self.letters.get(letter.upper(), letter) for letter in written)


@cache
def lexicon(language: str) -> Lexicon:
    """Raises OSError or ValueError when the file that ships with the program is missing or bad."""
    table = _file()[language]
    return Lexicon(**{name: _strings(table.get(name)) for name in Lexicon.__slots__})


@cache
def masked_words() -> re.Pattern[str]:
    """Words that are never shown or spoken, whatever a recogniser heard."""
    return re.compile(_alternatives(_file().get("masked") or ["\0"]), re.IGNORECASE)


def whole_words(table: Mapping[str, str]) -> re.Pattern[str]:
    """Matches any key as a whole word; consonant-only keys in small letters, too."""
    small = [
        key.lower()
        for key in table
        if len(key) >= 3 and key.isalpha() and key.isupper() and not _VOWELS & set(key)
    ]
    return re.compile(_alternatives([*table, *small] or ["\0"]))


def foreign_words(table: Mapping[str, str]) -> re.Pattern[str]:
    """Matches any key as a whole word, however it is written."""
    return re.compile(_alternatives(table or ["\0"]), re.IGNORECASE)


def _alternatives(words: Iterable[str]) -> str:
    ordered = sorted(words, key=len, reverse=True)
    return r"(?<!\w)(?:" + "|".join(map(re.escape, ordered)) + r")(?!\w)"


@cache
def _file() -> dict[str, Any]:
    parsed = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    if not isinstance(parsed, dict):
        raise ValueError(f"{FILE}: not a table")
    return parsed


def _strings(table: object) -> dict[str, str]:
    return {str(k): str(v) for k, v in table.items()} if isinstance(table, dict) else {}
