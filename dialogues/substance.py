"""Whether a message names something of its own, or leans on what is open.

A question asked in words of asking alone ("bao lâu vậy em", "who can go for me") is about the open
procedure, and so is one whose other words are all its own ("mấy ngày có giấy phép").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

import yaml

from dialogues.release import Entry
from dialogues.wording import KNOWN_TEXTS, known_tokens, known_words, tokens

WORDS = Path(__file__).resolve().parent / "function_words.yml"
_GROUPS: Mapping[str, list[str]] = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
_FUNCTION: frozenset[str] = frozenset(
    word for name in ("people", "asking", "doing", "english") for word in _GROUPS[name]
)
"""Folded words that name no procedure. Many are parts of names as well ("giấy", "khai"): alone they
say nothing."""


def content(text: str) -> set[str]:
    """The folded words of a text that may name a procedure."""
    plain = text.replace("'", "").replace("’", "")
    return {word for word in tokens(plain) if word not in _FUNCTION and not word.isdigit()}


@lru_cache(maxsize=KNOWN_TEXTS)
def _known_content(text: str) -> frozenset[str]:
    return frozenset(w for w in known_tokens(text) if w not in _FUNCTION)


def vocabulary(entry: Entry | None) -> set[str]:
    """The words by which an entry is called."""
    found: set[str] = set()
    for name in names(entry):
        found |= _known_content(name)
    return found


def telling(name: str) -> set[str]:
    """The folded words of an official name without its opening ("đăng ký", "thủ tục cấp")."""
    return set(known_tokens(name)) - _OPENING


def own_name(entry: Entry | None) -> set[str]:
    """The words of an entry's official name, in both languages."""
    given = () if entry is None else entry["name"].values()
    return {word for name in given if name for word in _known_content(name)}


def names(entry: Entry | None) -> Iterable[str]:
    """Official names, everyday names and former ones."""
    if entry is None:
        return ()
    given = (
        *entry["name"].values(),
        *(entry.get("aliases") or ()),
        *(entry.get("former_names") or ()),
    )
    return [str(name) for name in given if name]


def said_of(matched: str | None, text: str) -> float:
    """The share of the telling words of a matched name that a text really says; 0 for none.

    A short name of words of asking alone ("khai tử", "sao y") must be said as it is.
    """
    telling = _known_content(matched or "")
    if telling:
        return len(telling & set(tokens(text))) / len(telling)
    name, said = known_tokens(matched or ""), tokens(text)
    if len(name) > _BROAD_WORDS:
        return float(set(name) <= set(said))
    return float(bool(name) and f" {' '.join(name)} " in f" {' '.join(said)} ")


def familiarity(text: str, entry: Entry | None) -> float:
    """The share of a text's content words that an entry is called by; 0 without such words."""
    telling = content(text)
    return len(telling & vocabulary(entry)) / len(telling) if telling else 0.0


_ASKED_FOR: frozenset[str] = frozenset(_GROUPS["asked_for"])
_OPENING: frozenset[str] = frozenset(_GROUPS["opening_of_names"])
_OF_MONEY = frozenset({"phi", "tien", "che", "do", "khoan"})


def called_broadly(text: str, procedures: Iterable[Entry]) -> list[str]:
    """Codes of the entries in whose official names the bare words of a text ("mai táng phí") stand
    side by side, most asked first, though one of them is called exactly so; empty when fewer than
    three have them, or one's name says hardly more."""
    said, telling_words = tokens(text), content(text)
    words = [word for word in said if word in telling_words]
    bare = set(said) - _ASKED_FOR - _OF_MONEY <= telling_words
    phrase = " ".join(words)
    together = len(words) >= 2 and f" {phrase} " in f" {' '.join(said)} "
    if not (bare and together) or len(words) > _BROAD_WORDS or len(said) > _MOST_WORDS:
        return []
    found: list[tuple[int, str]] = []
    for entry in procedures:
        name = str(entry["name"].get("vi") or "")
        if entry.get("replaced_by") or f" {phrase} " not in f" {known_words(name)} ":
            continue
        if len(telling(name) - set(said)) < _BROAD_NAMES:
            return []
        found.append((entry.get("rank") or 10_000, str(entry["code"])))
    return [code for _, code in sorted(found)] if len(found) >= _BROAD_NAMES else []


_BROAD_WORDS, _BROAD_NAMES, _MOST_WORDS = 3, 3, 10


def called_alike(text: str, procedures: Iterable[Entry]) -> list[str]:
    """Codes of the entries that share a bare general word ("hộ kinh doanh", "mai táng phí"), most
    asked first; empty when the text says more, or is the whole name of one of them."""
    said = set(tokens(text)) - _ASKED_FOR
    if not 0 < len(said) <= _BROAD_WORDS or len(tokens(text)) > _MOST_WORDS:
        return []
    found: list[tuple[int, str]] = []
    for entry in procedures:
        name = set(known_tokens(entry["name"].get("vi") or ""))
        if entry.get("replaced_by") or not said <= name:
            continue
        if said == name - _OPENING:
            return []
        found.append((entry.get("rank") or 10_000, str(entry["code"])))
    return [code for _, code in sorted(found)] if len(found) >= _BROAD_NAMES else []
