"""Questions about two things at once: what tells them apart, which is quicker, what both cost; and
"the other one", "the second one" of what was spoken of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dialogues.memory import Memory
from dialogues.neighbours import Ask
from dialogues.ordinals import ordinal_within
from dialogues.release import Release
from dialogues.understanding import Understanding
from dialogues.wording import fold, tokens

NAMED = 0.45
"""Confidence from which a side of a comparison names its procedure."""
MOST_TRIES, MOST_AT_ONCE = 3, 3
_SHORT = 2
"""Words of which one side of a comparison consists where the other says the rest."""


@dataclass(frozen=True, slots=True)
class Several:
    """Procedures that are asked about together; no aspects: what tells them apart."""

    codes: tuple[str, ...]
    aspects: tuple[str, ...] = ()
    total: bool = False
    """The fees are wanted as one sum."""


_DIFFER = re.compile(
    r"\b(?:khac (?:nhau|biet|gi|cho nao|the nao|ra sao|sao|o cho nao|o dau)|giong nhau|so sanh"
    r"|phan biet|differences?|different from|differ|compare)\b"
)
_SHOULD = re.compile(
    r"\bnen (?:lam|xin|dang ky|di|chon|khai)\b.*\b(?:hay|hoac)\b|\bshould (?:i|we)\b.*\bor\b"
    r"|\b(?:cai|viec|thu tuc|giay) nao (?:\w+ ){0,2}truoc\b"
    r"|\bwhich (?:one |of them )?(?:comes )?first\b"
)
_ABOUT_BOTH = re.compile(
    r"\b(?:khac (?:nhau|biet|gi|cho nao|the nao|ra sao|sao|o cho nao|o dau)(?: (?:the nao|cho nao"
    r"|gi|sao|o dau|o cho nao|ra sao|vay|a|em))*|giong nhau(?: \w+)?|so sanh|phan biet"
    r"|(?:what(?: is|['’]s| s)? )?(?:the )?differences?(?: between)?|different from|differ|compare"
    r"|(?:cai|viec|thu tuc|giay) nao (?:\w+ ){0,2}truoc(?: (?:ha|vay|a|em|chi|anh))*"
    r"|which (?:one |of them )?(?:comes )?first"
    r"|giup (?:toi|em|anh|chi)|cho (?:toi|em|anh|chi) hoi)\b"
)
_LINK = re.compile(r"\s(?:với|voi|và|va|and|from|to|hay|hoặc|hoac|or|vs|versus|so với|so voi)\s")
_WHICH = re.compile(
    r"\b(?:cai|viec|thu tuc|loai|ben|cach|giay|dang) nao\b(?P<vi>.*)\b(?:hon|nhat)\b"
    r"|\bwhich (?:one|of them|of these|of the two|is|takes|costs|needs)\b(?P<en>.*)"
)
_MEASURES = (
    ("time", re.compile(r"\b(?:nhanh|lau|som|cham|fast\w*|quick\w*|long\w*|slow\w*|soon\w*)\b")),
    ("fee", re.compile(r"\b(?:re|dat|mac|ton|tien|phi|cheap\w*|expensive|costs?|less money)\b")),
    ("documents", re.compile(r"\b(?:giay|de|don gian|gon|easier|simpler|papers?|documents?)\b")),
)
_BOTH = re.compile(
    r"\b(?:ca (?:hai|2)(?: (?:cai|viec|thu tuc|thu|loai))?"
    r"|(?:hai|2) (?:cai|viec|thu tuc)(?: do| nay)?|both)\b"
    r"(?! (?:vo|chong|ben|nguoi|dua|me|bo|cha|anh|chi|con|ong|ba|of us|vc|parents?|my|his"
    r"|her|spouses?|people|persons))"
)
_TOTAL = re.compile(
    r"\b(?:tong cong|tong|cong (?:lai|het|chung)|tat ca (?:la )?bao nhieu (?:tien|dong)"
    r"|het tat ca bao nhieu|in total|total|altogether|all together)\b"
)


def several(
    said: str, asked: str, found: Understanding, memory: Memory, ask: Ask
) -> Several | None:
    """What is asked of two or three procedures together; None when nothing is."""
    folded, release = " ".join(tokens(said)), ask.release
    if _DIFFER.search(folded) or _SHOULD.search(folded):
        sides = _sides(asked, ask, release.canonical(memory.topic))
        if sides is not None:
            return Several(sides, _measured(folded) if _WHICH.search(folded) else ())
        if _DIFFER.search(folded) is None:
            return None
        known = _spoken_of(memory, release)[:2]
        short = len(folded.split()) <= 12 and not found.procedures
        return Several(known) if len(known) == 2 and short else None
    known = _spoken_of(memory, release)
    if len(known) < 2:
        return None
    which = _WHICH.search(folded)
    aspects = _measured(folded)
    if which is not None and aspects and _names_nothing(found, known, release):
        return Several(known[:2], aspects)
    wanted = _answered(memory, release)
    if len(known) == 2 and _BOTH.search(folded):
        wanted = known
    if len(wanted) < 2 or not _names_nothing(found, known, release):
        return None
    if _TOTAL.search(folded) and "fee" in found.aspects:
        return Several(wanted, ("fee",), total=True)
    if _BOTH.search(folded) and found.aspects:
        return Several(wanted[:2], found.aspects, total=found.aspects == ("fee",))
    return None


def _answered(memory: Memory, release: Release) -> tuple[str, ...]:
    """What was asked about, without what was only offered."""
    planned = (memory.pending or {}).get("plan") or ()
    codes = planned or [memory.topic, *(left["code"] for left in memory.history)]
    known = (release.canonical(str(code)) for code in codes if code)
    return tuple(dict.fromkeys(code for code in known if code))[:MOST_AT_ONCE]


def _names_nothing(found: Understanding, known: Sequence[str], release: Release) -> bool:
    """No procedure is named beside those that were spoken of."""
    best = found.procedures[0] if found.procedures else None
    return best is None or best.confidence < NAMED or release.canonical(best.code) in known


def _measured(folded: str) -> tuple[str, ...]:
    return tuple(aspect for aspect, words in _MEASURES if words.search(folded))


def _spoken_of(memory: Memory, release: Release) -> tuple[str, ...]:
    """What is on offer as several, else the open procedure and those of before, latest first."""
    pending = memory.pending or {}
    listed = [
        str(choice["payload"])
        for kind in ("choices", "instead")
        for choice in pending.get(kind) or ()
    ]
    planned = [str(code) for code in pending.get("plan") or ()]
    named = (payload.partition(":") for payload in listed)
    offered = planned or [code for kind, _, code in named if kind == "procedure"]
    before = [str(left["code"]) for left in memory.history]
    codes = offered if len(offered) >= 2 else [memory.topic, *offered, *before]
    known = (release.canonical(str(code)) for code in codes if code)
    return tuple(dict.fromkeys(code for code in known if code))[:MOST_AT_ONCE]


def _sides(text: str, ask: Ask, topic: str | None) -> tuple[str, str] | None:
    """The two procedures that a comparison names."""
    plain = text if len(fold(text)) == len(text) else " ".join(tokens(text))
    match = _ABOUT_BOTH.search(fold(plain))
    tries: list[tuple[str, str]] = []
    if match is not None and match.start() > 0 and match.end() < len(plain):
        # "A khác gì B"
        tries.append((plain[: match.start()], plain[match.end() :]))
    rest = plain
    while match is not None:
        rest = f"{rest[: match.start()]} {rest[match.end() :]}"
        match = _ABOUT_BOTH.search(fold(rest))
    tries += [(rest[: link.start()], rest[link.end() :]) for link in _LINK.finditer(rest)]
    for left, right in tries[:MOST_TRIES]:
        codes = _named(left.strip(" ,?."), right.strip(" ,?."), ask, topic)
        if codes is not None:
            return codes
    return None


_THAT = re.compile(
    r"(?:that|this|it|that one|this one|the first one)|(?:cai|viec|thu tuc|loai) (?:do|nay|ay|kia)"
)
"""A side of a comparison that is the open procedure."""


def _named(left: str, right: str, ask: Ask, topic: str | None) -> tuple[str, str] | None:
    if not tokens(left) or not tokens(right):
        return None
    second = topic if _THAT.fullmatch(" ".join(tokens(right))) else _code(right, ask)
    if second is None:
        return None
    first, words = None, right.split()
    if _THAT.fullmatch(" ".join(tokens(left))):
        first = topic
    elif len(tokens(left)) <= _SHORT and len(words) > 1:
        # "temporary and permanent residence": what both are is said once
        first = _code(f"{left} {' '.join(words[1:])}", ask)
    if first in {None, second}:
        first = _code(left, ask)
    return (first, second) if first is not None and first != second else None


def _code(part: str, ask: Ask) -> str | None:
    found = ask.parse(part)
    best = found.procedures[0] if found.procedures else None
    return ask.release.canonical(best.code) if best and best.confidence >= NAMED else None


_FIRST = re.compile(
    r"\b(?:cai|viec|thu tuc|giay) nao (?:\w+ ){0,2}truoc\b|\bbat dau (?:tu )?(?:dau|cai nao)\b"
    r"|\bwhich (?:one |of them )?(?:do i do |comes )?first\b|\bwhere (?:do|should) i start\b"
)
_OTHER = re.compile(
    r"\b(?:cai|viec|vu|thu tuc|chuyen|loai) (?:kia|con lai)\b|\b(?:the )?other one\b"
    r"|\bthe other (?:procedure|thing)\b"
)


def asks_which_is_first(said: str) -> bool:
    """ "Làm cái nào trước", "which one first"."""
    return _FIRST.search(" ".join(tokens(said))) is not None


def pointed_at(said: str, memory: Memory, release: Release) -> str | None:
    """The procedure that "cái kia", "the other one" or "cái thứ hai" means: of the two that were
    chosen between, of what one message asked, else the last one that was left."""
    pending = memory.pending or {}
    planned = [str(code) for code in pending.get("plan") or ()]
    index = ordinal_within(said) if planned else None
    if index is None and planned and asks_which_is_first(said):
        index = 0
    if index is not None and -1 <= index < len(planned):
        return release.canonical(planned[index])
    if _OTHER.search(" ".join(tokens(said))) is None:
        return None
    known = [code for code in _spoken_of(memory, release) if code != memory.topic]
    return known[0] if known and memory.topic is not None else None
