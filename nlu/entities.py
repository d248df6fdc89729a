"""Places, counters, ordinals and papers named in a message."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from nlu.numbers import number_at
from nlu.phrases import PhraseTable
from nlu.syllables import fold
from nlu.text import Normalised, clean, words

Entity = dict[str, Any]
_Name = tuple[str, str, tuple[str, ...]]

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
_ENGLISH_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "ninth": 9, "tenth": 10, "last": -1,
}  # fmt: skip
_FORGIVEN = 3
"""Words from which a name is recognised in spite of wrong accents."""
_SHORT_MESSAGE = 4


class EntityFinder:
    """Built from `centre.json` and the paper words of the lexicon."""

    def __init__(
        self,
        places: Mapping[str, Sequence[str]],
        counters: Mapping[str, Sequence[str]],
        documents: Mapping[str, Sequence[str]],
        courtesies: Sequence[str] = (),
    ) -> None:
        """Each maps an id to the names people use for it; `courtesies` are phrases of every
        message ("cho hỏi") from which a name ("chỗ hỏi") is told by its accents only.
        """
        phrases: dict[tuple[str, ...], list[_Name]] = {}
        for kind, table in (("document", documents), ("place", places), ("counter", counters)):
            for value, names in table.items():
                for name in names:
                    said = tuple(words(clean(name)))
                    if said:
                        key = tuple(fold(w) for w in said)
                        phrases.setdefault(key, []).insert(0, (kind, value, said))
        self._phrases = PhraseTable(phrases)
        self._courtesies = {tuple(fold(w) for w in words(clean(c))) for c in courtesies}
        self._counters = frozenset(counters)

    def __call__(self, message: Normalised) -> list[Entity]:
        """`{"entity", "value", "text"}` in order of appearance, longest names first, no
        overlaps.
        """
        folded, found = message.folded, []
        at = 0
        while at < len(folded):
            numbered, named = self._counter(folded, at), self._named(message, at)
            hit = named if _longer(named, numbered) else numbered or _ordinal(folded, at)
            if hit is None:
                at += 1
                continue
            kind, value, length = hit
            text = " ".join(message.tokens[at : at + length])
            found.append({"entity": kind, "value": value, "text": text})
            at += length
        return found

    def _named(self, message: Normalised, at: int) -> tuple[str, str, int] | None:
        for names, length in self._phrases.all_at(message.folded, at):
            end = at + length
            courtesy = message.folded[at:end] in self._courtesies
            if courtesy and not message.accented and len(message.tokens) > _SHORT_MESSAGE:
                continue
            for kind, value, said in names:
                loose = kind == "document" or not message.accented  # papers are listed folded
                if loose or _written_so(message.tokens[at:end], said, courtesy):
                    return kind, value, length
        return None

    def _counter(self, folded: Sequence[str], at: int) -> tuple[str, str, int] | None:
        """ "quầy số ba", "quầy 3", "counter number two"; a bare "bàn hai" only when such a
        counter exists.
        """
        if folded[at] not in _COUNTER_WORDS:
            return _counted(folded, at)
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


def _longer(named: tuple[str, str, int] | None, numbered: tuple[str, str, int] | None) -> bool:
    """Whether a name explains more than a number: "quầy tư pháp" is not counter four."""
    return named is not None and (numbered is None or named[2] > numbered[2])


def _counted(folded: Sequence[str], at: int) -> tuple[str, str, int] | None:
    """ "the third counter", "3rd counter"."""
    start = at + 1 if folded[at] == "the" else at
    said = [*folded[start : start + 3], "", "", ""]
    number, length = _ENGLISH_ORDINALS.get(said[0], 0), 1
    if said[0].isdecimal() and len(said[0]) <= 2 and said[1] in ("st", "nd", "rd", "th"):
        number, length = int(said[0]), 2
    if number < 1 or said[length] not in ("counter", "desk", "window"):
        return None
    return "counter", str(number), start + length + 1 - at


def _written_so(tokens: Sequence[str], name: Sequence[str], exactly: bool) -> bool:
    """Whether a message with accents means the name: "bản sao y" is not "bàn sao y".

    Words without accents fit any, unless `exactly`; long names forgive slips.
    """
    if exactly:
        return all(_letters(t) == _letters(n) for t, n in zip(tokens, name, strict=True))
    if len(name) > _FORGIVEN:
        return True
    return all(
        _letters(t) == _letters(n) or fold(t) == t for t, n in zip(tokens, name, strict=True)
    )


def _letters(word: str) -> list[str]:
    """Letters and marks in any order: "hoà" and "hòa" are one."""
    return sorted(unicodedata.normalize("NFD", word))


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
