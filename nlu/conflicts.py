"""What in a catalogue's wording will confuse people or the linker, named for a clerk to mend.

Nothing here stops a training: two entries that share a phrase are both offered, and an alias that
is a common word weighs little. The report goes to `conflicts.json` in the training folder and is
printed by `letan train`.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nlu.catalogue import Entry
from nlu.syllables import fold
from nlu.text import clean, words

FILE_NAME = "conflicts.json"
SHARED, COMMON, WORDLESS = "shared_phrase", "common_word", "no_words"
_COMMON_IN = 12
"""Entries whose wording holds a word from which that word alone names none of them."""
_SHORT = 2
"""Words of an alias that may be too common to name anything."""


@dataclass(frozen=True, slots=True)
class Conflict:
    kind: str
    """`shared_phrase`: one phrase, several entries; `common_word`: an alias that many entries'
    wording holds; `no_words`: an entry without a word to be found by.
    """
    phrase: str
    codes: tuple[str, ...]
    """Codes that have the phrase as a name or alias."""
    entries: int
    """Entries whose wording holds the phrase."""


@dataclass(frozen=True, slots=True)
class Report:
    procedures: int
    conflicts: tuple[Conflict, ...]
    without_english: tuple[str, ...]
    """Codes without an English name or phrasing of their own."""

    def write(self, folder: Path) -> Path:
        path = folder / FILE_NAME
        path.write_text(
            json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
        return path


def find(entries: Sequence[Entry], phrasings: Iterable[Mapping[str, Any]]) -> Report:
    """`phrasings`: `{"code", "text"}` of all entries, as the linker is trained on them."""
    owners: dict[str, dict[str, str]] = defaultdict(dict)
    holding: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for row in phrasings:
        key = _key(row["text"])
        if not key:
            continue
        owners[" ".join(key)].setdefault(row["code"], row["text"])
        for size in range(1, _SHORT + 1):
            for start in range(len(key) - size + 1):
                holding[key[start : start + size]].add(row["code"])
    found = [
        Conflict(SHARED, next(iter(texts.values())), tuple(sorted(texts)), len(texts))
        for texts in owners.values()
        if len(texts) > 1
    ]
    for entry in entries:
        for alias in entry.aliases:
            key = _key(alias)
            others = len(holding.get(key, ())) if len(key) <= _SHORT else 0
            if others >= _COMMON_IN:
                found.append(Conflict(COMMON, alias, (entry.code,), others))
    named = {code for texts in owners.values() for code in texts}
    found += [
        Conflict(WORDLESS, entry.names[0] if entry.names else "", (entry.code,), 0)
        for entry in entries
        if entry.code not in named
    ]
    found.sort(key=lambda c: (c.kind, c.codes, c.phrase))
    foreign = tuple(e.code for e in entries if not e.names_en)
    return Report(len(entries), tuple(found), foreign)


def _key(text: str) -> tuple[str, ...]:
    """Words without accents: what the linker compares word for word."""
    return tuple(fold(w) for w in words(clean(text)))
