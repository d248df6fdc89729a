"""What is told beside the open procedure, and what is asked of it or of another.

A circumstance in words of another procedure ("đang lĩnh tiền tuất rồi thì có được nữa không"), a
paper that another is about, a near twin of which is said what sets the two apart.
"""

from __future__ import annotations

import re
from itertools import pairwise

from dialogues.papers import named_documents
from dialogues.plain_words import change, opens_another, opens_matter
from dialogues.release import Entry, Release
from dialogues.substance import content, names, own_name, vocabulary
from dialogues.understanding import Understanding
from dialogues.wording import known_words, tokens

NAMED = 0.6
"""Confidence from which a procedure counts as named beside an open one."""
_HOLDS_ALREADY = re.compile(
    r"\b(?:(?:dang(?! k[iy]\b)|tung)\b(?: \w+){1,10}?(?: (?:roi|san|xong))?"
    r"|(?:da|co|moi|vua)\b(?: \w+){1,10}? (?:roi|san|xong))"
    r" thi (?P<asked>(?:co|con|cung|van|lai|gio|nay|bay gio|em|minh|toi|tui) ?(?:\w+ ?){1,8})$"
    r"|\balready\b(?: \w+){1,9}? (?P<whether>(?:is|are|am|can|may|will|does|do) (?:\w+ ?){1,7})$"
)


def told_before(said: str, topic: Entry) -> bool:
    """ "Bà đang lĩnh tiền tuất rồi thì có được nữa không": what one has is told, what is asked
    names nothing but what is open."""
    match = _HOLDS_ALREADY.search(" ".join(tokens(said)))
    if match is None or opens_matter(said):
        return False
    return content(match["asked"] or match["whether"]) <= vocabulary(topic) | _OF_PERSONS


_OF_PERSONS = frozenset(["ba", "ong", "cu", "me", "bo", "cha", "chong", "vo", "chau", "be", "still",
                         "eligible", "entitled", "apply", "she", "he", "they"])  # fmt: skip


def paper_of_another(
    said: str, found: Understanding, topic: Entry | None, release: Release
) -> bool:
    """ "Còn sổ đỏ cũng trôi rồi, cấp lại mấy ngày": a paper is named, in words of asking alone,
    that the likely procedure is about and the open one neither is about nor needs."""
    best = found.procedures[0] if found.procedures else None
    named = next((e for e in found.entities if e.get("entity") == "document"), None)
    entry = None if best is None else release.procedure(best.code)
    if best is None or named is None or topic is None or entry is None or entry is topic:
        return False
    if best.confidence < NAMED:
        return False
    if not (opens_another(said) or change(said)):
        return False
    paper = " ".join(tokens(str(named.get("text") or "")))
    items = [{"id": "", "title": str(one.get("vi") or "")} for one in topic.get("documents") or ()]
    if not paper or named_documents(paper, items):
        return False
    heard = f" {paper} " in f" {known_words(best.matched or '')} "
    return (heard or _is_said_in(paper, entry)) and not _is_said_in(paper, topic)


def _is_said_in(phrase: str, entry: Entry) -> bool:
    return any(f" {phrase} " in f" {known_words(name)} " for name in names(entry))


TWIN = 0.5
"""Share of words that two official names have in common from which they are twins."""
_ARRIVES = re.compile(r"\bchuyen (?:toi|ve|sang|qua)\b")


def twin_named(
    said: str, found: Understanding, topic: Entry | None, release: Release
) -> str | None:
    """The code of the twin of the open procedure of which is said what sets the two apart
    ("chuyển đến" beside "chuyển đi")."""
    if topic is None or found.intent not in {"ask_procedure", "ask_aspect"}:
        return None
    if told_before(said, topic):
        return None
    own = _pairs(topic)
    heard = _ARRIVES.sub("chuyen den", " ".join(tokens(said))).split()
    spoken = {f"{one} {two}" for one, two in pairwise(heard)}
    for candidate in found.procedures[:3]:
        entry = release.procedure(candidate.code)
        if entry is None or entry["code"] == topic["code"] or candidate.confidence < HINTED:
            continue
        first, second = own_name(topic), own_name(entry)
        alike = len(first & second) >= TWIN * len(first | second)
        theirs = _pairs(entry)
        instead = {word for pair in own - theirs for word in pair.split()}
        telling = {pair for pair in theirs - own if set(pair.split()) & instead}
        if alike and spoken & telling and not spoken & (own - theirs):
            return str(entry["code"])
    return None


HINTED = 0.1
"""Confidence from which the twin of what is open is meant when it is told apart."""


def _pairs(entry: Entry) -> set[str]:
    words = known_words(str(entry["name"].get("vi") or "")).split()
    return {f"{one} {two}" for one, two in pairwise(words)}
