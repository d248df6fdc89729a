"""Questions and answers that the centre wrote itself: parking, wifi, who signs.

Nothing is learnt about them, so that a changed one needs no training: what a person says is
compared with every wording that a clerk gave. A word counts by how rare it is in the catalogue;
words of asking and of courtesy count little. Likeness is the geometric mean of two shares: how much
of the message the wordings of an entry explain, and how much of its nearest wording was said.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from dialogues.wording import fold

FILE = "faqs.json"
_WORD = re.compile(r"\w+")
_JOINED = re.compile(r"['’]|(?<=\w)-(?=\w)")
"""What stands inside a word: "what's", "wi-fi"."""
_WORDS = Path(__file__).resolve().parent / "function_words.yml"
_GROUPS: Mapping[str, list[str]] = yaml.safe_load(_WORDS.read_text(encoding="utf-8"))
_COURTESY, _ASKING = 0.12, 0.3
"""Weights of words about people and of words of asking; of others 1."""
_SHARES = {
    **dict.fromkeys((*_GROUPS["doing"], *_GROUPS["asking"], *_GROUPS["english"]), _ASKING),
    **dict.fromkeys(_GROUPS["people"], _COURTESY),
}
_VIETNAMESE = frozenset(
    word for name in ("people", "asking", "doing") for word in _GROUPS[name]
) - frozenset(_GROUPS["english"])
_FEW = 12
"""Words of a question that may consist of words of asking alone ("ai ký")."""
LITTLE = 0.6
"""Share of a wording that must be said at least."""
Words = Mapping[str, str]
"""Folded words of a text, and how they were written."""


@dataclass(frozen=True, slots=True)
class Faq:
    """One question with its answer; texts are `{"vi", "en"}`."""

    id: str
    question: Mapping[str, Any]
    answer: Mapping[str, Any]
    variants: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> Faq:
        """Raises KeyError, TypeError, ValueError."""
        days = (raw.get("valid_from"), raw.get("valid_until"))
        first, last = (date.fromisoformat(day) if day else None for day in days)
        variants = tuple(str(variant) for variant in raw.get("variants") or ())
        return cls(str(raw["id"]), raw["question"], raw["answer"], variants, first, last)

    def holds(self, today: date) -> bool:
        return (self.first or today) <= today <= (self.last or today)

    @property
    def wordings(self) -> Iterable[str]:
        return (*(str(text) for text in self.question.values() if text), *self.variants)


def _said(text: str) -> Words:
    return {fold(word): word for word in _WORD.findall(_JOINED.sub("", text.lower()))}


def _shared(one: Words, other: Words) -> set[str]:
    """Words of both; where both wrote accents, they must be the same."""
    return {
        word
        for word, written in one.items()
        if word in other and (written == other[word] or written.isascii() or other[word].isascii())
    }


@dataclass(frozen=True, slots=True)
class Faqs:
    """Those of one release, or a draft of them."""

    entries: tuple[Faq, ...] = ()
    _wordings: Mapping[str, tuple[tuple[Words, float], ...]] = field(default_factory=dict)
    """By id, the words of each wording and what they weigh."""
    _holding: Mapping[str, tuple[Faq, ...]] = field(default_factory=dict)
    """Telling word to the entries that it stands in."""
    _seen: Mapping[str, int] = field(default_factory=dict)
    """In how many names of the catalogue a word stands."""
    _names: int = 0

    @classmethod
    def load(cls, folder: Path, names: Sequence[str]) -> Faqs:
        """Of a release folder; none for a release that was built before there were any.

        `names`: what its procedures are called. Raises OSError, ValueError, KeyError, TypeError.
        """
        path = folder / FILE
        raw = json.loads(path.read_text(encoding="utf-8"))["faqs"] if path.is_file() else ()
        seen = Counter(word for name in names for word in _said(name))
        return cls(_seen=seen, _names=len(names)).instead(raw)

    def instead(self, raw: Iterable[Mapping[str, Any]]) -> Faqs:
        """Other entries beside the same catalogue. Raises as `Faq.of`."""
        entries = tuple(Faq.of(each) for each in raw)
        wordings, holding = {}, dict[str, list[Faq]]()
        for entry in entries:
            found = [_said(text) for text in entry.wordings]
            wordings[entry.id] = tuple((words, self._weight(words)) for words in found)
            for word in {word for words in found for word in words}:
                holding.setdefault(word, []).append(entry)
        return replace(
            self,
            entries=entries,
            _wordings=wordings,
            _holding={word: tuple(those) for word, those in holding.items()},
        )

    def get(self, id_: str | None) -> Faq | None:
        return next((entry for entry in self.entries if entry.id == id_), None)

    def nearest(self, text: str, today: date) -> tuple[Faq, float] | None:
        """The entry in force that is most alike, and how much: 0 to 1."""
        said = _said(text)
        best: tuple[Faq, float] | None = None
        near = {e.id: e for w in said if w not in _SHARES for e in self._holding.get(w, ())}
        if not near and len(said) <= _FEW and not said.keys() - self._holding.keys():
            near = {entry.id: entry for entry in self.entries}
        for entry in near.values():
            alike = self._alike(said, self._wordings[entry.id]) if entry.holds(today) else 0.0
            if alike > (best[1] if best else 0.0):
                best = entry, alike
        return best

    def _alike(self, said: Words, wordings: Iterable[tuple[Words, float]]) -> float:
        explained: set[str] = set()
        most = 0.0
        for wording, weight in wordings:
            shared = _shared(said, wording)
            if shared == said.keys() == wording.keys():
                return 1.0
            explained |= shared
            if any(word not in _SHARES for word in shared):
                most = max(most, self._weight(shared) / weight)
        if most < LITTLE:
            return 0.0
        return math.sqrt(most * self._weight(explained) / self._weight(said))

    def _weight(self, words: Iterable[str]) -> float:
        most = math.log(2 + self._names)
        return sum(
            _SHARES.get(word, 1.0)
            * math.log((2 + self._names) / (1 + self._seen.get(word, 0)))
            / most
            for word in words
        )


def sounds_vietnamese(text: str) -> bool:
    """Whether at least two words of a message are words of asking that no English sentence has:
    "cho xin pass wifi" has nothing else that tells."""
    return len(_said(text).keys() & _VIETNAMESE) >= 2


def faqs_of(release_faqs: Faqs, context: Mapping[str, Any]) -> Faqs:
    """Those of the release; in an editor's trial those of his draft. Raises as `Faq.of`."""
    draft = context.get("faqs")
    return release_faqs if draft is None else release_faqs.instead(draft)
