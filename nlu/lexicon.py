"""The word lists of `data/lexicon`, read once, and what they make of a message."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from nlu.concepts import Concepts
from nlu.phrases import PhraseTable
from nlu.spelling import Spelling
from nlu.syllables import fold
from nlu.text import Normalised, Normaliser, clean, words

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
FILES = ("teencode", "regional", "stopwords", "concepts", "outside", "aspects", "entities")
OUTSIDE = "outside:"
"""What marks a concept that speaks against every procedure."""


def read_folder(folder: Path) -> dict[str, Any]:
    """The lists by file name; raises FileNotFoundError or ValueError naming the file."""
    lists: dict[str, Any] = {}
    for name in FILES:
        path = folder / f"{name}.yaml"
        with path.open(encoding="utf-8") as file:
            content = yaml.load(file, Loader=_LOADER)  # noqa: S506, a safe loader, the C one where there is one
        if not isinstance(content, dict):
            raise ValueError(f"{path}: expected a mapping")
        lists[name] = content
    return lists


@dataclass(frozen=True, slots=True)
class Reading:
    """A message as every component sees it."""

    message: Normalised
    concepts: tuple[str, ...]
    skip: frozenset[int]
    """Tokens that say nothing about which procedure is meant."""

    @property
    def outside(self) -> tuple[str, ...]:
        """Concepts that speak against every procedure."""
        return tuple(c for c in self.concepts if c.startswith(OUTSIDE))


def _phrases(lists: Mapping[str, Any]) -> Iterator[list[str]]:
    """Every run of words in the lists: what a misspelt word may have been."""
    for table in (lists["concepts"], lists["outside"]):
        for variants in table.values():
            for phrase in (*variants.get("vi", ()), *variants.get("en", ())):
                yield words(clean(phrase.lstrip("=")))
    for table in (lists["teencode"], lists["regional"]):
        for meant in table.values():
            yield meant.split()
    for names in lists["entities"]["documents"].values():
        for name in names:
            yield words(clean(name))
    for phrase in (*lists["stopwords"]["vi"], *lists["stopwords"]["en"]):
        yield words(clean(phrase))
    for phrase in lists.get("phrasings") or ():
        yield words(clean(phrase))


class Lexicon:
    """Turns a text into a `Reading`; read-only after construction."""

    def __init__(self, lists: Mapping[str, Any]) -> None:
        self.lists = lists
        self._normaliser = Normaliser(
            lists["teencode"], lists["regional"], Spelling(_phrases(lists))
        )
        against = {  # by letter, not by sound: a false hit would refuse a question of ours
            OUTSIDE + topic: {"vi": ["=" + p for p in table["vi"]], "en": table["en"]}
            for topic, table in lists["outside"].items()
        }
        self._concepts = Concepts({**lists["concepts"], **against})
        stop = lists["stopwords"]
        accented = {tuple(words(clean(p))) for p in [*stop["vi"], *stop["en"]]}
        bare = {tuple(fold(w) for w in p) for p in accented if len(p) > 1}
        bare |= {tuple(p.split()) for p in stop["bare"]}
        bare |= {tuple(words(clean(p))) for p in stop["en"]}
        self._stop = PhraseTable(dict.fromkeys(accented, True))
        self._bare = PhraseTable(dict.fromkeys(bare, True))

    def read(self, text: str) -> Reading:
        message = self._normaliser(text)
        return Reading(message, tuple(self._concepts(message)), self._skip(message))

    def _skip(self, message: Normalised) -> frozenset[int]:
        source, phrases = (
            (message.tokens, self._stop) if message.accented else (message.folded, self._bare)
        )
        skipped: set[int] = set()
        at = 0
        while at < len(source):
            hit = phrases.at(source, at)
            length = hit[1] if hit else 1
            if hit:
                skipped.update(range(at, at + length))
            at += length
        return frozenset(skipped)
