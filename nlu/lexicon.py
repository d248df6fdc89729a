"""The word lists of `data/lexicon`, read once, and what they make of a message."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from nlu.concepts import Concepts
from nlu.denial import denied
from nlu.phrases import PhraseTable
from nlu.spelling import Spelling
from nlu.syllables import fold, is_syllable
from nlu.text import Normalised, Normaliser, clean, words

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
FILES = ("teencode", "regional", "stopwords", "concepts", "outside", "aspects", "entities", "marks")
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
    spans: tuple[tuple[str, int, int], ...] = ()
    """(concept, first token, token after the last) of each that was found."""
    unsaid: frozenset[int] = frozenset()
    """Tokens that are looked at as if nobody had said them."""

    def between(self, start: int, end: int) -> Reading:
        """What is left of it without the tokens before `start` and from `end` on."""
        return self.without(frozenset((*range(start), *range(end, len(self.message.tokens)))))

    def without(self, left_out: frozenset[int]) -> Reading:
        """The same message, these tokens saying nothing."""
        kept = tuple(s for s in self.spans if left_out.isdisjoint(range(s[1], s[2])))
        concepts = tuple(dict.fromkeys(concept for concept, _, _ in kept))
        return Reading(self.message, concepts, self.skip | left_out, kept, self.unsaid | left_out)

    @property
    def plain(self) -> str:
        """The words without accents, but for those that are left out."""
        folded = self.message.folded
        if not self.unsaid:
            return self.message.plain
        return " ".join(word for at, word in enumerate(folded) if at not in self.unsaid)

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
        kept = {tuple(words(clean(p))): False for p in stop.get("kept", ())}
        english = {tuple(words(clean(p))) for p in stop["en"]}
        foreign = {p for p in english if len(p) > 1 or not is_syllable(p[0])}  # no "can", no "in"
        accented = {tuple(words(clean(p))) for p in stop["vi"]} | foreign
        bare = {tuple(fold(w) for w in p) for p in accented if len(p) > 1}
        bare |= {tuple(p.split()) for p in stop["bare"]} | foreign
        self._stop = PhraseTable({**dict.fromkeys(accented, True), **kept})
        bare_kept = {tuple(fold(w) for w in p): False for p in kept}
        self._bare = PhraseTable({**dict.fromkeys(bare, True), **bare_kept})
        self._english = PhraseTable({**dict.fromkeys(bare | english, True), **bare_kept})
        self._maybe = {fold(p[0]) for p in accented if len(p) == 1} - {p[0] for p in bare}
        self._pairs = frozenset(lists.get("pairs") or ())

    def pairs(self, texts: Iterable[str]) -> list[str]:
        """Neighbouring words of accented texts, without accents, of which one would be a word that
        says nothing if it were another: "căn cước" beside "cần". They tell the two apart where
        nobody wrote accents.
        """
        found: set[str] = set()
        for text in texts:
            tokens = words(clean(text))
            if not any(fold(t) != t for t in tokens):
                continue
            skipped = _skipped(tokens, self._stop)
            folded = [fold(t) for t in tokens]
            for i, (x, y) in enumerate(pairwise(folded)):
                unsaid = (x in self._maybe and i not in skipped) or (
                    y in self._maybe and i + 1 not in skipped
                )
                if unsaid:
                    found.add(f"{x} {y}")
        return sorted(found)

    def read(self, text: str) -> Reading:
        message = self._normaliser(text)
        skip = self._skip(message)
        no = denied(message, skip)
        found = self._concepts.spans(message)
        spans = tuple((c, start, end) for c, start, end in found if not no & {start, end - 1})
        return Reading(message, tuple(dict.fromkeys(c for c, _, _ in spans)), skip | no, spans)

    def _skip(self, message: Normalised) -> frozenset[int]:
        if message.language == "en":
            return frozenset(_skipped(message.folded, self._english))
        if message.accented:
            return frozenset(_skipped(message.tokens, self._stop))
        skipped = _skipped(message.folded, self._bare)
        if self._pairs:
            said = message.folded
            skipped.update(
                i for i, word in enumerate(said) if word in self._maybe and self._idle(said, i)
            )
        return frozenset(skipped)

    def _idle(self, said: Sequence[str], at: int) -> bool:
        """Beside neither neighbour part of what procedures are called."""
        before = at > 0 and f"{said[at - 1]} {said[at]}" in self._pairs
        after = at + 1 < len(said) and f"{said[at]} {said[at + 1]}" in self._pairs
        return not before and not after


class ReadOnce(Lexicon):
    """A lexicon that keeps what it has read: the components that learn read the same texts. Only
    for training: what a visitor says is never kept."""

    def __init__(self, lists: Mapping[str, Any]) -> None:
        super().__init__(lists)
        self._known: dict[str, Reading] = {}

    def read(self, text: str) -> Reading:
        cleaned = clean(text)
        if cleaned not in self._known:
            self._known[cleaned] = super().read(cleaned)
        return self._known[cleaned]


def _skipped(source: Sequence[str], phrases: PhraseTable[bool]) -> set[int]:
    """Places of the words that say nothing; the longest phrase decides, also to keep its words."""
    skipped: set[int] = set()
    at = 0
    while at < len(source):
        hit = phrases.at(source, at)
        length = hit[1] if hit else 1
        if hit and hit[0]:
            skipped.update(range(at, at + length))
        at += length
    return skipped
