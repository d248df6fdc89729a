"""Places, counters, ordinals and papers named in a message."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from nlu.numbers import number_at
from nlu.phrases import PhraseTable
from nlu.syllables import fold
from nlu.text import Normalised, clean, words

Entity = dict[str, Any]

_COUNTER_WORDS = frozenset({"quay", "ban", "cua", "o", "counter", "desk", "window"})
_NUMBER_WORDS = frozenset({"so", "number", "thu", "no"})
_ORDINAL_HEADS = (
    ("cai", "thu"), ("cai", "so"), ("cai",), ("thu",), ("so",), ("muc",), ("y",), ("loai",), ("lua",
    "chon"), ("phuong", "an"),
    ("truong", "hop"), ("option",), ("number",), ("the",),
)  # fmt: skip
_HEADS_BY_WORD = {
    word: tuple(head for head in _ORDINAL_HEADS if head[0] == word)
    for word in {head[0] for head in _ORDINAL_HEADS}
}
_FIRST = (("dau", "tien"), ("dau",), ("tren", "cung"), ("first",))
_LAST = (("cuoi", "cung"), ("cuoi",), ("duoi", "cung"), ("last",))
_ENGLISH_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}


class EntityFinder:
    """Built from `centre.json` and the paper words of the lexicon."""

    def __init__(
        self,
        places: Mapping[str, Sequence[str]],
        counters: Mapping[str, Sequence[str]],
        documents: Mapping[str, Sequence[str]],
    ) -> None:
        """Each maps an id to the names people use for it."""
        phrases: dict[tuple[str, ...], tuple[str, str]] = {}
        for kind, table in (("document", documents), ("place", places), ("counter", counters)):
            for value, names in table.items():
                for name in names:
                    key = tuple(fold(w) for w in words(clean(name)))
                    if key:
                        phrases[key] = (kind, value)
        self._phrases = PhraseTable(phrases)
        self._counters = frozenset(counters)

    def __call__(self, message: Normalised) -> list[Entity]:
        """`{"entity", "value", "text"}` in order of appearance, longest names first, no
        overlaps.
        """
        folded, found = message.folded, []
        at = 0
        while at < len(folded):
            hit = self._counter(folded, at) or self._named(folded, at) or _ordinal(folded, at)
            if hit is None:
                at += 1
                continue
            kind, value, length = hit
            text = " ".join(message.tokens[at : at + length])
            found.append({"entity": kind, "value": value, "text": text})
            at += length
        return found

    def _named(self, folded: Sequence[str], at: int) -> tuple[str, str, int] | None:
        hit = self._phrases.at(folded, at)
        return (*hit[0], hit[1]) if hit else None

    def _counter(self, folded: Sequence[str], at: int) -> tuple[str, str, int] | None:
        """ "quầy số ba", "quầy 3", "counter number two"; a bare "bàn hai" only when such a
        counter exists.
        """
        if folded[at] not in _COUNTER_WORDS:
            return None
        start = at + 1
        if start < len(folded) and folded[start] in _NUMBER_WORDS:
            start += 1
        number = number_at(folded, start)
        if number is None or number[0] == 0:
            return None
        value = str(number[0])
        if folded[at] in ("ban", "cua", "o") and value not in self._counters:
            return None
        return "counter", value, start + number[1] - at


def _ordinal(folded: Sequence[str], at: int) -> tuple[str, int, int] | None:
    """Place in a list from 1; -1 is the last."""
    for head in _HEADS_BY_WORD.get(folded[at], ()):
        end = at + len(head)
        if tuple(folded[at:end]) != head:
            continue
        for phrases, value in ((_FIRST, 1), (_LAST, -1)):
            for phrase in phrases:
                if tuple(folded[end : end + len(phrase)]) == phrase:
                    return "ordinal", value, len(head) + len(phrase)
        if head == ("the",):
            if end < len(folded) and folded[end] in _ENGLISH_ORDINALS:
                return "ordinal", _ENGLISH_ORDINALS[folded[end]], 2
            continue
        number = number_at(folded, end)
        if number is not None and 1 <= number[0] <= 10 and len(folded) <= 8:
            return "ordinal", number[0], len(head) + number[1]
    if len(folded) <= 3 and folded[at] in _ENGLISH_ORDINALS:
        return "ordinal", _ENGLISH_ORDINALS[folded[at]], 1
    return None


def names_of(item: Mapping[str, Any]) -> Iterable[str]:
    """A counter's or place's names and aliases as `centre.json` gives them."""
    name = item.get("name") or {}
    yield from (v for v in (name.get("vi"), name.get("en")) if v)
    yield from item.get("aliases") or ()
