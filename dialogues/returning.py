"""Going back: something of before taken up again, or the last answer taken back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from dialogues.doubts import about
from dialogues.framing import framing, goes_on
from dialogues.leaning import ABOUT_PROCEDURES, SURE
from dialogues.memory import Memory
from dialogues.neighbours import called_within
from dialogues.plain_words import asked_plainly, asks_which_counter, counts_papers
from dialogues.release import Entry, Release
from dialogues.substance import content, names, vocabulary
from dialogues.understanding import Understanding
from dialogues.wording import known_words, tokens

_DESK = frozenset(["find_counter", "lead_me", "take_ticket", "check_documents"])


def taken_up(
    said: str, text: str, found: Understanding, memory: Memory, release: Release
) -> Understanding | None:
    """Something of before is named again, or simply the last thing; None when nothing was open."""
    running = (memory.checklist or {}).get("current")
    waits = goes_on(said) and counts_papers(said) and _laid_aside(memory) is not None
    if not framing(said).returns and not running and not waits:
        return None
    before = [str(left["code"]) for left in memory.history]
    codes = [c for c in (memory.topic, *before) if release.canonical(c)]
    if not codes:
        return None
    here = None if memory.aside or framing(said).returns is False else memory.topic
    code = _named_among(codes, text, found, release, here)
    if waits and not running and (code is None or code == memory.topic):
        return about(replace(found, aspects=()), str(_laid_aside(memory)), "check_documents")
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
    if asks_which_counter(said) and set(found.aspects) <= {"place"}:
        return about(replace(found, aspects=("place",)), code, "find_counter")
    if not found.aspects:
        found = replace(found, aspects=asked_plainly(text))
    if goes_on(said) and set(found.aspects) <= {"documents"}:
        laid_aside = next((h for h in memory.history if h["code"] == code), None)
        checklist = (
            memory.checklist if code == memory.topic else (laid_aside or {}).get("checklist")
        )
        if (checklist or {}).get("current"):
            intent = "check_documents"
    return about(found, code, intent)


def _laid_aside(memory: Memory) -> str | None:
    """The last procedure whose papers were being gone through when another was asked about."""
    unfinished = (h for h in memory.history if (h.get("checklist") or {}).get("current"))
    return next((str(h["code"]) for h in unfinished), None)


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
    codes: Sequence[str | None],
    text: str,
    found: Understanding,
    release: Release,
    here: str | None = None,
) -> str | None:
    """The one of `codes` that the text names best: by the classifier, else by its own words. Who
    goes back does not mean what is open now (`here`), where another is named as well."""
    for candidate in found.procedures:
        code = release.canonical(candidate.code)
        if code in codes:
            return code
    scored = [(_called(text, release.procedure(code)), code) for code in codes]
    best = max((score for score, _ in scored), default=0.0)
    named = [code for score, code in scored if best > 0 and score == best]
    return next((code for code in named if code != here), named[0] if named else None)


_PAPER = frozenset(["giay", "to", "ban", "the", "so", "certificate"])


def named_before(text: str, memory: Memory, release: Release) -> str | None:
    """The procedure of before whose whole name is said, which the open one's only holds ("đăng ký
    giám hộ" in "đăng ký chấm dứt giám hộ"), or that two words of its name, side by side, mean ("cái
    sang tên đó nộp ở đâu"); none that the open one is called by, none of a paper's name."""
    called = called_within(text, release, memory.topic)
    before = {release.canonical(str(left["code"])) for left in memory.history}
    if called is not None and called[0] in before and len(called[1].split()) > 2:
        own = (known_words(name) for name in names(release.procedure(memory.topic)))
        heard = f" {' '.join(tokens(text))} "
        if not any(f" {called[1]} " in f" {name} " and f" {name} " in heard for name in own):
            return called[0]
    said = tokens(text)
    pairs = {
        f"{one} {two}"
        for last, one, two in zip(["", *said], said, said[1:], strict=False)
        if last not in _PAPER and len({one, two} & content(text)) == 2
    }
    topic = {pair for pair in pairs if _says(release.procedure(memory.topic), pair)}
    for left in memory.history if pairs - topic else ():
        entry = release.procedure(left["code"])
        if any(_says(entry, pair) for pair in pairs - topic):
            return release.canonical(left["code"])
    return None


def _says(entry: Entry | None, pair: str) -> bool:
    return any(f" {pair} " in f" {known_words(name)} " for name in names(entry))


_STEM = 6


def _called(text: str, entry: Entry | None) -> float:
    """The share of a text's telling words by which an entry is called, as far as their stems
    ("registration", "register a household business")."""
    words, stems = content(text) - _TAKING_UP, {word[:_STEM] for word in vocabulary(entry)}
    return sum(word[:_STEM] in stems for word in words) / len(words) if words else 0.0


def taken_back(text: str, found: Understanding, memory: Memory, release: Release) -> Understanding:
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
    if found.intent == "life_event":
        # the steps of a situation are no rivals: the usual one of them is meant
        kept, ambiguous = tuple(others), False
    elif codes[0][1] != topic or found.ambiguous or others[0].confidence >= first.confidence / 2:
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
