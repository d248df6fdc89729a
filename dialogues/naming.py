"""Which procedure a message names: by all of its text, a shorter name, one in a follow-up."""

from __future__ import annotations

from dataclasses import replace

from dialogues.doubts import about
from dialogues.leaning import SURELY, spoken_of_before
from dialogues.memory import Memory
from dialogues.neighbours import called_within
from dialogues.plain_words import change, opens_matter
from dialogues.release import Release
from dialogues.substance import content, said_of, telling, vocabulary
from dialogues.understanding import Candidate, Understanding
from dialogues.wording import tokens

FAINT_NAME = 0.1
"""Confidence that a shorter name said whole needs to go before a longer one."""
LIKELY = 0.35
"""Confidence from which a candidate whose whole name is said is no guess."""


def shorter_name(text: str, found: Understanding) -> Understanding:
    """ "Khai tử" is said whole, of "khai tử lại" the rest is not: the shorter name is meant."""
    if len(found.procedures) < 2 or found.intent != "ask_procedure":
        return found
    said, first = set(tokens(text)), found.procedures[0]
    longer = set(tokens(first.matched or ""))
    for candidate in found.procedures[1:3]:
        shorter = set(tokens(candidate.matched or ""))
        more = longer - shorter
        little = len(content(" ".join(more))) <= 2 or len(content(text) - shorter) <= 1
        nearly_all = little and candidate.confidence >= FAINT_NAME
        if shorter and shorter < longer and shorter <= said and not more & said and nearly_all:
            rest = tuple(c for c in found.procedures if c.code != candidate.code)
            meant = replace(candidate, confidence=first.confidence)
            less = candidate.confidence
            others = (replace(c, confidence=min(c.confidence, less)) for c in rest)
            return replace(found, procedures=(meant, *others))
    return found


def called_by_name(said: str, found: Understanding, release: Release) -> Understanding:
    """A message that is nothing but a procedure's name or everyday name means that procedure."""
    codes = {release.canonical(code) for code in release.called.get(" ".join(tokens(said)), ())}
    if len(codes) != 1 or found.intent in {"talk_to_staff", "take_ticket", "stop", "repeat"}:
        return found
    code = str(codes.pop())
    others = tuple(c for c in found.procedures if release.canonical(c.code) != code)
    return replace(
        found,
        intent="ask_procedure",
        confidence=0.95,
        procedures=(Candidate(code, 0.95, said), *others),
        ambiguous=False,
        out_of_scope=False,
    )


def named_within(
    said: str, found: Understanding, memory: Memory, release: Release
) -> Understanding:
    """ "Còn thường trú thì mấy ngày": a name within a follow-up opens that procedure."""
    named = called_within(said, release, memory.topic)
    if named is None:
        return found
    return replace(
        found,
        intent="ask_procedure",
        confidence=0.9,
        procedures=(Candidate(named[0], 0.9, named[1]),),
        ambiguous=False,
        out_of_scope=False,
    )


def _fully_named(text: str, found: Understanding, release: Release) -> str | None:
    """The likely candidate whose whole official name is said ("đăng ký kết hôn", and nothing of
    "kết hôn lưu động")."""
    said = set(tokens(text))
    whole: list[tuple[int, str]] = []
    for candidate in found.procedures[:3]:
        code = release.canonical(candidate.code)
        entry = release.procedure(code)
        names = () if entry is None else entry["name"].values()
        if not change(text) <= vocabulary(entry):
            continue  # "mất giấy đăng ký kết hôn" is no registration
        sizes = [len(own) for name in names if name and (own := telling(name)) and own <= said]
        if sizes and candidate.confidence >= LIKELY:
            whole.append((max(sizes), str(code)))
    whole.sort(reverse=True)
    if not whole or (len(whole) > 1 and whole[0][0] == whole[1][0]):
        return None
    return whole[0][1]


def familiar(text: str, found: Understanding, memory: Memory, release: Release) -> Understanding:
    """Between twins, the one that was spoken of before is meant, unless something is said that only
    the other is called by."""
    if found.intent not in {"ask_procedure", "ask_aspect"} or not found.procedures:
        return found
    words = content(text)
    listed = [release.canonical(c.code) for c in found.procedures[:4]]
    topic = release.canonical(memory.topic)
    first = found.procedures[0]
    stays = not opens_matter(text) and (found.ambiguous or not _clearly_first(found, text))
    if topic in listed[1:] and stays:
        only = vocabulary(release.procedure(first.code)) - vocabulary(release.procedure(topic))
        if not words & only:
            return about(found, str(topic), found.intent)
    if not found.ambiguous:
        return found
    named = spoken_of_before(text, found, memory, release) or _fully_named(text, found, release)
    if named is not None:
        return about(found, named, found.intent)
    for code in (memory.topic, *(left["code"] for left in memory.history)):
        if code in listed and words and words <= vocabulary(release.procedure(code)):
            return about(found, str(code), found.intent)
    return found


def _clearly_first(found: Understanding, text: str) -> bool:
    """Nothing but the whole name, or a story in which the next one is hardly likely."""
    if said_of(found.procedures[0].matched, text) >= 0.99 and content(text):
        return True
    chances = [c.confidence for c in found.procedures[:2]]
    return chances[0] >= SURELY and chances[-1] <= 0.1 and len(content(text)) > 2
