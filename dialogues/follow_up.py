"""A message in the light of the conversation: follow-ups, corrections, things taken up again.

The classifier reads one message by itself. Here its reading is set right by what is open, what was
open before, and what the words around the question say.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from dialogues.authorities import always_elsewhere, competent_authority, foreign_matter
from dialogues.framing import Framing, framing, goes_on
from dialogues.memory import Memory
from dialogues.papers import says_to_have
from dialogues.plain_words import (
    asked_plainly,
    asked_surely,
    asks_about_paper,
    counts_papers,
    for_another,
    only_courtesy,
    opens_another,
    speaks_of_voice,
    wants_staff,
)
from dialogues.release import Release
from dialogues.substance import content, familiarity, own_name, said_of, telling, vocabulary
from dialogues.understanding import Candidate, Understanding
from dialogues.wording import tokens

LIKELY = 0.35
"""Confidence from which a candidate whose whole name is said is no guess."""
SURE = 0.6
"""Confidence from which a procedure counts as named beside an open one."""
SURELY_NAMED, SURE_EVENT = 0.8, 0.95
"""Confidences from which a procedure or a situation is ours whatever authority is mentioned."""
DOUBTFUL_EVENT = 0.6
"""Confidence below which a situation does not displace the open procedure."""
UNSURE_INTENT = 0.55
"""Confidence below which an intent yields to what the words ask about the open procedure."""
ABOUT_PROCEDURES = frozenset(
    ["ask_procedure", "ask_aspect", "life_event", "check_documents", "choose", "find_counter"]
)
_COURTESY = frozenset(["greet", "thank", "goodbye", "affirm", "deny", "who_are_you", "feedback"])
_DESK = frozenset(["find_counter", "lead_me", "take_ticket", "check_documents"])
_FEW = 2
"""Words that a question may have beside words of asking and still lean on the open procedure."""


def settled(
    said: str, frame: Framing, found: Understanding, memory: Memory, release: Release
) -> Understanding:
    """The understanding, with its intent and procedures as the conversation makes them."""
    text = found.repaired or said
    found = _called_by_name(frame.rest, found, release)
    if for_another(said) and "eligibility" not in found.aspects:
        found = replace(found, aspects=(*found.aspects, "eligibility"))
    alone = memory.topic is None and found.intent == "ask_aspect"
    if not found.procedures and (alone or opens_another(said)):
        found = _named_within(text, found, memory, release)
    found = replace(found, aspects=tuple(dict.fromkeys((*found.aspects, *asked_surely(text)))))
    if not speaks_of_voice(said, found.intent):
        found = replace(found, intent="nlu_fallback", confidence=0.0)
    courtesy = only_courtesy(said, found, memory)
    if courtesy is not None:
        return replace(found, intent=courtesy, procedures=(), out_of_scope=False)
    if asks_about_paper(said, release.procedure(memory.topic)):
        aspects = tuple(dict.fromkeys(("documents", *found.aspects)))
        return replace(
            found, intent="ask_aspect", procedures=(), aspects=aspects, out_of_scope=False
        )
    found = _doubtful_errand(said, text, found, memory, release)
    found = _doubtful_event(said, text, found, memory, release)
    if wants_staff(said) and found.intent in _YIELDS_TO_STAFF and not found.aspects:
        return replace(found, intent="talk_to_staff", procedures=(), out_of_scope=False)
    if frame.returns or goes_on(said):
        again = _taken_up(said, text, found, memory, release)
        if again is not None:
            return again
    if frame.corrects:
        return _taken_back(text, found, memory, release)
    if _nothing_named(text, found):
        return replace(found, intent="ask_aspect", out_of_scope=False, procedures=())
    if _belongs_elsewhere(said, text, found, release):
        return replace(found, intent="out_of_scope", out_of_scope=True)
    if leans(said, text, found, memory, release):
        aspects = found.aspects or asked_plainly(text)
        return replace(
            found,
            intent="ask_aspect",
            procedures=(),
            ambiguous=False,
            aspects=aspects,
            out_of_scope=False,
        )
    return _familiar(text, found, memory, release)


def leans(said: str, text: str, found: Understanding, memory: Memory, release: Release) -> bool:
    """Whether the message asks about the open procedure without naming another one."""
    likely = bool((memory.pending or {}).get("likely"))
    topic = release.procedure(memory.topic)
    if (topic is None and not likely) or found.foreign or competent_authority(said) is not None:
        return False
    if any(e.get("entity") in {"place", "counter"} for e in found.entities):
        return False
    words = content(text)
    if found.intent not in ABOUT_PROCEDURES:
        return bool(found.aspects) and _overruled(said, words, found, topic is not None, likely)
    doubted = found.intent == "find_counter" and found.confidence < SURE
    if doubted and found.aspects and "place" not in found.aspects:
        return not found.procedures or not words
    if found.intent == "find_counter" and not words and asked_plainly(text) == ("documents",):
        return True
    if found.intent not in {"ask_procedure", "ask_aspect", "life_event", "choose"}:
        return False
    if not words:
        asked = found.aspects or asked_plainly(text)
        return bool(asked) or found.intent == "ask_aspect"
    if found.intent == "choose":
        return False
    best = found.procedures[0] if found.procedures else None
    if best is None or topic is None:
        return topic is not None and bool(found.aspects) and found.intent == "ask_aspect"
    if release.canonical(best.code) == memory.topic:
        return bool(found.aspects) and not found.ambiguous
    spoken = said_of(best.matched, text)
    if words <= own_name(topic):
        return found.ambiguous or best.confidence < SURE or spoken < 0.5
    short = len(words) <= _FEW or best.confidence < SURE
    return bool(found.aspects) and spoken < 0.5 and short


_ERRANDS = frozenset({"check_documents", "dossier_status"})
DOUBTFUL_ERRAND, DOUBTFUL_LIST = 0.5, 0.8
_INSTEAD = frozenset({"out_of_scope", "talk_to_staff", "find_place", "centre_info", "take_ticket"})
_YIELDS_TO_STAFF = frozenset(
    {"life_event", "out_of_scope", "ask_procedure", "nlu_fallback", "affirm"}
)


def _doubtful_event(
    said: str, text: str, found: Understanding, memory: Memory, release: Release
) -> Understanding:
    """A situation heard with doubt, beside an open procedure, is no new situation."""
    if found.intent != "life_event" or found.confidence >= DOUBTFUL_EVENT:
        return found
    if found.foreign:
        return replace(found, intent="out_of_scope", out_of_scope=True, procedures=())
    if release.canonical(memory.topic) is None:
        return found
    if found.aspects or not content(text):
        return replace(found, intent="ask_aspect", procedures=(), ambiguous=False)
    following = [(n, c) for n, c in found.ranking if n in _INSTEAD]
    if following and following[0][1] >= 0.15:
        return replace(
            found,
            intent=following[0][0],
            confidence=following[0][1],
            procedures=(),
            ambiguous=False,
            out_of_scope=following[0][0] == "out_of_scope",
        )
    return found


def _doubtful_errand(
    said: str, text: str, found: Understanding, memory: Memory, release: Release
) -> Understanding:
    """An errand at the desk, heard with doubt, yields to a procedure or an aspect said plainly."""
    wants_papers = "documents" in found.aspects and not counts_papers(said)
    doubtful = DOUBTFUL_LIST if wants_papers else DOUBTFUL_ERRAND
    if found.intent not in _ERRANDS or found.confidence >= doubtful:
        return found
    best = found.procedures[0] if found.procedures else None
    if best is not None and best.confidence >= SURE and said_of(best.matched, text) >= 0.5:
        return replace(found, intent="ask_procedure", confidence=best.confidence)
    topic = release.procedure(memory.topic)
    asks = found.aspects and topic is not None and not says_to_have(said, topic)
    return replace(found, intent="ask_aspect", procedures=()) if asks else found


def _overruled(said: str, words: set[str], found: Understanding, topic: bool, likely: bool) -> bool:
    """An intent that speaks of no procedure yields to an aspect in words that name nothing."""
    if likely:
        return True
    if not words and found.intent in _ERRANDS:
        return topic
    if found.intent == "out_of_scope":
        return topic and len(words) <= _FEW and len(tokens(said)) <= 12
    chance = dict(found.ranking)
    asks = chance.get("ask_aspect", 0.0) + chance.get("ask_procedure", 0.0)
    bare = not found.procedures and (asks >= 0.25 or len(tokens(said)) <= 3)
    return topic and (bare or found.confidence < UNSURE_INTENT)


def _called_by_name(said: str, found: Understanding, release: Release) -> Understanding:
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


def _named_within(
    said: str, found: Understanding, memory: Memory, release: Release
) -> Understanding:
    """ "Còn thường trú thì mấy ngày": a name within a follow-up opens that procedure."""
    words = tokens(said)
    for length in range(min(len(words), 8), 1, -1):
        for start in range(len(words) - length + 1):
            phrase = " ".join(words[start : start + length])
            codes = {release.canonical(code) for code in release.called.get(phrase, ())}
            if len(codes) == 1 and content(phrase) and memory.topic not in codes:
                code = str(codes.pop())
                return replace(
                    found,
                    intent="ask_procedure",
                    confidence=0.9,
                    procedures=(Candidate(code, 0.9, phrase),),
                    out_of_scope=False,
                )
    return found


def _taken_up(
    said: str, text: str, found: Understanding, memory: Memory, release: Release
) -> Understanding | None:
    """Something of before is named again, or simply the last thing; None when nothing was open."""
    running = memory.checklist if (memory.checklist or {}).get("current") else None
    if not framing(said).returns and running is None:
        return None
    before = [str(left["code"]) for left in memory.history]
    codes = [c for c in (memory.topic, *before) if release.canonical(c)]
    if not codes:
        return None
    code = _named_among(codes, text, found, release)
    if code is None:
        words = content(text) - _TAKING_UP
        if words and found.procedures and found.procedures[0].confidence >= SURE:
            return None
        # what was just spoken of is nothing to come back to, unless something came in between
        code = str(
            codes[0] if memory.aside or len(codes) == 1 or memory.topic is None else codes[1]
        )
    at_desk = found.intent in _DESK and not set(found.aspects) - {"place"}
    if found.intent == "find_counter" and not _COUNTER_SAID.search(said.lower()):
        at_desk = False  # "quay lại" alone has the letters of "quầy"
    intent = found.intent if at_desk and not asked_plainly(text) else "ask_procedure"
    if not found.aspects:
        found = replace(found, aspects=asked_plainly(text))
    if goes_on(said) and set(found.aspects) <= {"documents"}:
        laid_aside = next((h for h in memory.history if h["code"] == code), None)
        checklist = (
            memory.checklist if code == memory.topic else (laid_aside or {}).get("checklist")
        )
        if (checklist or {}).get("current"):
            intent = "check_documents"
    return _about(found, code, intent)


_COUNTER_SAID = re.compile(
    r"quầy|counter|desk|ở đâu|chỗ nào|where|\bo dau\b|\bcho nao\b|\bquay (?:nao|so|may|\d)"
)
_TAKING_UP = frozenset(
    [
        "quay",
        "tro",
        "nay",
        "ban",
        "luc",
        "hoi",
        "vua",
        "dang",
        "do",
        "tiep",
        "tuc",
        "back",
        "going",
        "return",
        "earlier",
    ]
)


def _named_among(
    codes: Sequence[str | None], text: str, found: Understanding, release: Release
) -> str | None:
    """The one of `codes` that the text names best: by the classifier, else by its own words."""
    for candidate in found.procedures:
        code = release.canonical(candidate.code)
        if code in codes:
            return code
    scored = [(familiarity(text, release.procedure(code)), code) for code in codes]
    best = max((score for score, _ in scored), default=0.0)
    return next((code for score, code in scored if best > 0 and score == best), None)


def _about(found: Understanding, code: str, intent: str) -> Understanding:
    others = tuple(c for c in found.procedures if c.code != code)
    return replace(
        found,
        intent=intent,
        confidence=max(found.confidence, 0.9),
        procedures=(Candidate(code, 0.95, None), *others)[:5],
        ambiguous=False,
        out_of_scope=False,
    )


def _taken_back(text: str, found: Understanding, memory: Memory, release: Release) -> Understanding:
    """What is said instead of the last answer: that one is out, its aspects stay asked."""
    topic = release.canonical(memory.topic)
    words = content(text)
    if not words and found.aspects:
        return replace(found, intent="ask_aspect", procedures=(), ambiguous=False)
    codes = [(c, release.canonical(c.code)) for c in found.procedures]
    others = [c for c, code in codes if code != topic]
    if not others and found.intent in ABOUT_PROCEDURES and not (codes or found.aspects):
        return replace(found, intent="deny")
    if found.intent not in {*ABOUT_PROCEDURES, "deny", "affirm", "out_of_scope"}:
        return found
    if not others:
        return found
    first = found.procedures[0]
    kept = found.procedures
    ambiguous = found.ambiguous
    if codes[0][1] != topic or found.ambiguous or others[0].confidence >= first.confidence / 2:
        denied = first.confidence if codes[0][1] == topic else 0.0
        scale = 1.0 / max(0.05, 1.0 - denied)
        kept = tuple(
            replace(c, confidence=max(c.confidence, min(0.95, c.confidence * scale)))
            for c in others
        )
        rivals = len(kept) > 1 and kept[1].confidence >= kept[0].confidence / 2
        ambiguous = found.ambiguous and rivals
    if kept[0].confidence < 0.15:
        return replace(found, intent="deny")
    aspects = found.aspects or tuple(memory.aspects)
    return replace(
        found,
        intent="ask_procedure",
        procedures=kept,
        ambiguous=ambiguous,
        aspects=aspects,
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
        sizes = [len(own) for name in names if name and (own := telling(name)) and own <= said]
        if sizes and candidate.confidence >= LIKELY:
            whole.append((max(sizes), str(code)))
    whole.sort(reverse=True)
    if not whole or (len(whole) > 1 and whole[0][0] == whole[1][0]):
        return None
    return whole[0][1]


def _familiar(text: str, found: Understanding, memory: Memory, release: Release) -> Understanding:
    """Between twins, the one that was spoken of before is meant, unless something is said that only
    the other is called by."""
    if found.intent not in {"ask_procedure", "ask_aspect"} or not found.procedures:
        return found
    words = content(text)
    listed = [release.canonical(c.code) for c in found.procedures[:4]]
    topic = release.canonical(memory.topic)
    first = found.procedures[0]
    if topic in listed[1:] and (found.ambiguous or said_of(first.matched, text) < 0.99):
        only = vocabulary(release.procedure(first.code)) - vocabulary(release.procedure(topic))
        if not words & only:
            return _about(found, str(topic), found.intent)
    if not found.ambiguous:
        return found
    named = _fully_named(text, found, release)
    if named is not None:
        return _about(found, named, found.intent)
    for code in (memory.topic, *(left["code"] for left in memory.history)):
        if code in listed and words and words <= vocabulary(release.procedure(code)):
            return _about(found, str(code), found.intent)
    return found


def _nothing_named(text: str, found: Understanding) -> bool:
    """ "Lệ phí?" with nothing open: which procedure is asked back, nothing is refused."""
    asked = found.aspects and not found.foreign and not content(text)
    return bool(asked) and found.intent in {"out_of_scope", "nlu_fallback"}


def _surely_ours(found: Understanding) -> bool:
    """Words of another authority in passing ("lương hưu", "bác sĩ") do not outweigh this."""
    if found.intent == "life_event":
        return found.confidence >= SURE_EVENT
    return not found.ambiguous and found.procedures[0].confidence >= SURELY_NAMED


def _belongs_elsewhere(said: str, text: str, found: Understanding, release: Release) -> bool:
    """Another authority's errand: the catalogue knows no more than its name, or nothing of what was
    said beside it."""
    matter = foreign_matter(said)
    if found.intent not in ABOUT_PROCEDURES or matter is None or not found.procedures:
        return False
    entry = release.procedure(found.procedures[0].code)
    if entry is None:
        return False
    if always_elsewhere(said):
        return True
    if _surely_ours(found):
        return False
    known = vocabulary(entry)
    theirs = set(matter.split())
    if not theirs <= set(known) and not (content(text) - theirs) & known:
        return True
    facts = (entry.get("documents"), entry.get("fees"), entry.get("time"))
    return all(fact is None for fact in facts) and release.counter_for(entry) is None
