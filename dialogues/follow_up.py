"""A message in the light of the conversation: follow-ups, corrections, things taken up again.

The classifier reads one message by itself. Here its reading is set right by what is open, what was
open before, and what the words around the question say.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from dialogues.authorities import competent_authority
from dialogues.doubts import (
    about,
    doubtful_errand,
    doubtful_event,
    waits_for_result,
    way_to_place,
    whole_event,
)
from dialogues.elsewhere import belongs_elsewhere, opens_elsewhere
from dialogues.framing import Framing, framing, goes_on
from dialogues.leaning import (
    ABOUT_PROCEDURES,
    SURE,
    SURELY,
    SURELY_OUTSIDE,
    leans,
    named_outright,
)
from dialogues.memory import Memory
from dialogues.neighbours import called_within
from dialogues.plain_words import (
    asked_plainly,
    asked_surely,
    asks_about_paper,
    asks_which_counter,
    change,
    for_another,
    only_courtesy,
    opens_another,
    opens_matter,
    speaks_of_voice,
    wants_staff,
)
from dialogues.release import Release
from dialogues.substance import content, familiarity, said_of, telling, vocabulary
from dialogues.two_ways import told_way
from dialogues.understanding import Candidate, Understanding
from dialogues.wording import tokens

FAINT_NAME = 0.1
"""Confidence that a shorter name said whole needs to go before a longer one."""
LIKELY = 0.35
"""Confidence from which a candidate whose whole name is said is no guess."""
NOT_OURS, GUESSED, _FEW_WORDS = 0.5, 0.15, 4
"""Probability of being out of scope from which a few words are refused, that of a procedure from
which it is offered, and how many words are few."""
_DESK = frozenset(["find_counter", "lead_me", "take_ticket", "check_documents"])


def settled(
    said: str, frame: Framing, found: Understanding, memory: Memory, release: Release
) -> Understanding:
    """The understanding, with its intent and procedures as the conversation makes them."""
    text = found.repaired or said
    found = _called_by_name(frame.rest, _shorter_name(text, found), release)
    if for_another(said) and "eligibility" not in found.aspects:
        found = replace(found, aspects=(*found.aspects, "eligibility"))
    alone = memory.topic is None and found.intent == "ask_aspect"
    first = frame.returns and memory.topic is None and not memory.history
    unsure = not found.procedures or found.procedures[0].confidence < SURE
    if (not found.procedures and (alone or first)) or (unsure and opens_another(said)):
        found = _named_within(text, found, memory, release)
    surely = (*asked_surely(text), *asked_surely(said))
    found = replace(found, aspects=tuple(dict.fromkeys((*found.aspects, *surely))))
    if not speaks_of_voice(said, found.intent):
        found = replace(found, intent="nlu_fallback", confidence=0.0)
    plain = _plainly(said, found, memory, release)
    if plain is not None:
        return plain
    found = way_to_place(said, waits_for_result(said, found))
    found = doubtful_errand(said, text, found, memory, release)
    found = whole_event(text, found, release)
    found = doubtful_event(said, text, found, memory, release)
    if wants_staff(said) and found.intent in _YIELDS_TO_STAFF and not found.aspects:
        return replace(found, intent="talk_to_staff", procedures=(), out_of_scope=False)
    if frame.returns or goes_on(said):
        again = _taken_up(said, text, found, memory, release)
        if again is not None:
            return again
    if found.neighbour:
        kept = tuple(memory.aspects) if frame.corrects or opens_another(said) else ()
        return replace(found, aspects=found.aspects or kept)
    if frame.corrects or (frame.instead and memory.topic is not None):
        return _taken_back(text, found, memory, release)
    way = told_way(text, [c.code for c in found.procedures[:3]], memory.topic, release.procedures)
    if way is not None and found.intent in ABOUT_PROCEDURES:
        return about(found, way, "ask_procedure")
    bare = found.intent == "ask_aspect" and not found.procedures
    if bare and opens_elsewhere(frame.rest, release.procedure(memory.topic)):
        return replace(found, intent="out_of_scope", out_of_scope=True)
    return _in_view_of_topic(said, text, found, memory, release)


def _plainly(
    said: str, found: Understanding, memory: Memory, release: Release
) -> Understanding | None:
    """What plain words settle: a courtesy, or a paper of the open procedure that is asked about."""
    courtesy = only_courtesy(said, found, memory)
    if courtesy is not None:
        return replace(found, intent=courtesy, procedures=(), out_of_scope=False)
    if asks_about_paper(said, release.procedure(memory.topic)):
        aspects = tuple(dict.fromkeys(("documents", *found.aspects)))
        return replace(
            found, intent="ask_aspect", procedures=(), aspects=aspects, out_of_scope=False
        )
    return None


def _in_view_of_topic(
    said: str, text: str, found: Understanding, memory: Memory, release: Release
) -> Understanding:
    if _nothing_named(text, found):
        return replace(found, intent="ask_aspect", out_of_scope=False, procedures=())
    if found.intent == "ask_aspect" and found.outside >= SURELY_OUTSIDE:
        # "giá xăng hôm nay bao nhiêu" names nothing and is nobody's here
        return replace(found, intent="out_of_scope", out_of_scope=True, procedures=())
    found = _not_refused(text, found, release)
    if belongs_elsewhere(said, text, found, release):
        return replace(found, intent="out_of_scope", out_of_scope=True)
    if _of_others(said, found):
        return replace(found, intent="out_of_scope", out_of_scope=True)
    if leans(said, text, found, memory, release):
        aspects = found.aspects or asked_plainly(text) or asked_plainly(said)
        return replace(
            found,
            intent="ask_aspect",
            procedures=(),
            ambiguous=False,
            aspects=aspects,
            out_of_scope=False,
        )
    return _asked_of_another(said, _familiar(text, found, memory, release), memory, release)


def _not_refused(text: str, found: Understanding, release: Release) -> Understanding:
    """A few words by all of which a procedure is called are no matter of somebody else, however
    little they say: they are answered or asked back."""
    if found.intent != "out_of_scope" or found.foreign or found.outside >= NOT_OURS:
        return found
    best = found.procedures[0] if found.procedures else None
    words = content(text)
    if best is None or best.confidence < (GUESSED if words else SURE) or len(words) > _FEW_WORDS:
        return found
    if words and familiarity(text, release.procedure(best.code)) < 0.99:
        return found
    return replace(
        found,
        intent="ask_procedure",
        confidence=best.confidence,
        ambiguous=best.confidence < SURE,
        out_of_scope=False,
    )


def _of_others(said: str, found: Understanding) -> bool:
    """Another authority's errand that was taken for the way to somewhere or a dossier of here."""
    place = any(e.get("entity") in {"place", "counter"} for e in found.entities)
    doubtful = found.intent in _DOUBTFUL and not place
    return doubtful and found.confidence < SURE and competent_authority(said) is not None


_DOUBTFUL = frozenset({"find_place", "find_counter", "dossier_status", "nlu_fallback"})


def _asked_of_another(
    said: str, found: Understanding, memory: Memory, release: Release
) -> Understanding:
    """ "Còn kết hôn thì sao?" after a question about the fee asks for the fee of that one."""
    best = found.procedures[0] if found.procedures else None
    named = found.intent == "ask_procedure" and best is not None and best.confidence >= LIKELY
    if not named or found.aspects or memory.topic is None or not opens_another(said):
        return found
    elsewhere = best is not None and release.canonical(best.code) != memory.topic
    return replace(found, aspects=tuple(memory.aspects)) if elsewhere else found


_YIELDS_TO_STAFF = frozenset(
    {"life_event", "out_of_scope", "ask_procedure", "nlu_fallback", "affirm", "feedback", "repeat",
     "greet", "thank", "centre_info"}
)  # fmt: skip


def _shorter_name(text: str, found: Understanding) -> Understanding:
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
        if not change(text) <= vocabulary(entry):
            continue  # "mất giấy đăng ký kết hôn" is no registration
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
    stays = not opens_matter(text) and (found.ambiguous or not _clearly_first(found, text))
    if topic in listed[1:] and stays:
        only = vocabulary(release.procedure(first.code)) - vocabulary(release.procedure(topic))
        if not words & only:
            return about(found, str(topic), found.intent)
    if not found.ambiguous:
        return found
    named = _fully_named(text, found, release)
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


def _nothing_named(text: str, found: Understanding) -> bool:
    """ "Lệ phí?" with nothing open: which procedure is asked back, nothing is refused."""
    asked = found.aspects and not found.foreign and not content(text)
    if named_outright(text, found) or found.outside >= SURELY_OUTSIDE:
        return False
    return bool(asked) and found.intent in {"out_of_scope", "nlu_fallback"}
