"""What a message means here and now: the understanding, read in the light of what was just asked.

A button, the title or number of a choice on offer, a yes or no to an open question: these are
decided by what is on the table and not by the classifier. Everything else keeps the classifier's
intent. Rules then choose the action.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dialogues.authorities import competent_authority
from dialogues.memory import Memory
from dialogues.papers import says_to_have
from dialogues.release import Release
from dialogues.understanding import ASPECTS, Understanding
from dialogues.wording import fold, known_words, tokens


@dataclass(frozen=True, slots=True)
class Payload:
    """A button of the closed list: `kind` and, for most, a `value`."""

    kind: str
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    intent: str
    confidence: float
    understanding: Understanding
    text: str = ""
    payload: Payload | None = None
    chosen: bool = False
    """The visitor picked one of the choices on offer."""


INTENT_OF_PAYLOAD = {
    "procedure": "choose",
    "case": "choose",
    "aspect": "ask_aspect",
    "checklist": "check_documents",
    "have": "check_documents",
    "lead": "lead_me",
    "ticket": "take_ticket",
    "repeat": "repeat",
    "slower": "slower",
    "louder": "louder",
    "staff": "talk_to_staff",
    "language": "change_language",
    "affirm": "affirm",
    "deny": "deny",
    "feedback": "feedback",
}
_ALONE = frozenset({"repeat", "slower", "louder", "staff", "affirm", "deny"})
_FIXED = {
    "aspect": frozenset(ASPECTS),
    "checklist": frozenset({"start"}),
    "have": frozenset({"yes", "no", "unsure"}),
    "language": frozenset({"vi", "en"}),
    "feedback": frozenset({"up", "down"}),
}


def parse_payload(payload: str, release: Release, memory: Memory) -> Payload | None:
    """The button that `payload` names, or `None`: then it is ordinary text."""
    kind, colon, value = payload.strip().partition(":")
    if not colon:
        return Payload(kind) if kind in _ALONE else None
    if kind in _FIXED:
        return Payload(kind, value) if value in _FIXED[kind] else None
    if kind == "procedure":
        code = release.canonical(value)
        return Payload(kind, code) if code else None
    if kind == "case":
        topic = release.procedure(memory.topic)
        known = {str(case["id"]) for case in (topic or {}).get("cases") or ()}
        return Payload(kind, value) if value in known else None
    if kind == "lead" and value in release.places:
        return Payload(kind, value)
    if kind == "ticket" and value in release.counters:
        return Payload(kind, value)
    return None


def read(
    text: str | None,
    payload: str | None,
    memory: Memory,
    release: Release,
    understanding: Understanding | None,
) -> Reading:
    """Read one message. `understanding` may be missing when `needs_parse` says so."""
    said = text if text is not None else payload or ""
    button = parse_payload(payload, release, memory) if payload is not None else None
    chosen = False
    if button is None:
        button = _offered(said, memory, release)
        chosen = button is not None
    if button is None and understanding is not None:
        button = _answer_to_question(said, memory, understanding)
        if button is None:
            button = _narrowed(said, memory, release, understanding)
            chosen = button is not None
    if button is not None:
        intent = INTENT_OF_PAYLOAD[button.kind]
        return Reading(intent, 1.0, understanding or Understanding(), said, button, chosen)
    understanding = understanding or Understanding()
    phrase = " ".join(tokens(said.replace("'", "").replace("’", "")))
    if phrase in _NEVER_MIND:
        return Reading("deny", 1.0, understanding, said)
    if phrase in _LOST:
        return Reading("repeat", 1.0, understanding, said)
    if _is_follow_up(said, understanding, memory, release):
        return Reading("ask_aspect", understanding.confidence, understanding, said)
    if understanding.intent in _MISTAKEN_FOR_TOPIC and says_to_have(
        said, release.procedure(memory.topic)
    ):
        return Reading("check_documents", understanding.confidence, understanding, said)
    return Reading(understanding.intent, understanding.confidence, understanding, said)


_NEVER_MIND = frozenset(
    [
        "thoi", "thoi a", "thoi em", "thoi khong", "thoi khoi", "thoi khong can", "khong can",
        "khong can nua", "khong can dau", "khoi", "khoi can", "thoi duoc roi", "thoi bo di",
        "never mind", "nevermind", "no thanks", "no thank you", "not now", "forget it",
    ]
)  # fmt: skip
"""What declines an offer; none of them ends a conversation."""
_LOST = frozenset(
    [
        "khong hieu", "chua hieu", "toi khong hieu", "toi chua hieu", "em khong hieu", "hong hieu",
        "bac khong hieu", "chi khong hieu", "anh khong hieu", "khong hieu gi ca", "chua nghe ro",
        "i dont understand", "i do not understand", "i didnt understand", "dont understand",
        "i didnt get that", "i dont get it", "pardon", "sorry what",
    ]
)  # fmt: skip
"""What asks to hear the answer again."""
UNSURE_INTENT = 0.55
"""Confidence below which an intent yields to what the words ask about the open procedure."""
_ABOUT_PROCEDURES = frozenset(
    ["ask_procedure", "ask_aspect", "life_event", "check_documents", "choose", "find_counter"]
)


def _is_follow_up(
    said: str, understanding: Understanding, memory: Memory, release: Release
) -> bool:
    """ "how long", "bao nhiêu tiền một bản": an aspect asked in words that name nothing."""
    if understanding.intent in _ABOUT_PROCEDURES or not understanding.aspects:
        return False
    if (memory.pending or {}).get("likely") and competent_authority(said) is None:
        return True  # asked on, instead of choosing
    if release.canonical(memory.topic) is None or competent_authority(said) is not None:
        return False
    if any(e.get("entity") in {"place", "counter"} for e in understanding.entities):
        return False
    chance = dict(understanding.ranking)
    asks = chance.get("ask_aspect", 0.0) + chance.get("ask_procedure", 0.0)
    bare = not understanding.procedures and (asks >= 0.25 or len(tokens(said)) <= 3)
    return bare or understanding.confidence < UNSURE_INTENT


_MISTAKEN_FOR_TOPIC = frozenset({"ask_procedure", "ask_aspect", "life_event", "affirm", "choose"})


def needs_parse(text: str | None, payload: str | None, memory: Memory, release: Release) -> bool:
    """False for a button and a choice on offer: the classifier has no say in them."""
    if payload is not None and parse_payload(payload, release, memory) is not None:
        return False
    said = text if text is not None else payload or ""
    return _offered(said, memory, release) is None


def _offers(memory: Memory) -> Sequence[Mapping[str, str]]:
    pending = memory.pending or {}
    return pending.get("choices") or () if pending.get("kind") in {"choices", "chosen"} else ()


def _offered(said: str, memory: Memory, release: Release) -> Payload | None:
    """The choice on offer whose payload, title or number the text equals."""
    offers = _offers(memory)
    if not offers:
        return None
    folded = " ".join(tokens(said))
    for offer in offers:
        if said.strip() == offer["payload"] or folded == " ".join(tokens(offer["title"])):
            return parse_payload(offer["payload"], release, memory)
    index = ordinal(said)
    if index is not None and -1 <= index < len(offers):
        return parse_payload(offers[index]["payload"], release, memory)
    return None


_NUMBERS = {
    "mot": 0, "nhat": 0, "dau": 0, "dau tien": 0, "one": 0, "first": 0,
    "hai": 1, "nhi": 1, "two": 1, "second": 1,
    "ba": 2, "three": 2, "third": 2,
    "bon": 3, "tu": 3, "four": 3, "fourth": 3,
    "cuoi": -1, "cuoi cung": -1, "last": -1,
}  # fmt: skip
_WORDS = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_ORDINAL = re.compile(
    r"(?:(?:da|oke?|ok|thi|chon|lay|chi|anh|em|toi|bac|co|chau|i|choose|take|want|pick|muon|la)\s)*"
    r"(?P<lead>(?:(?:cai|so|muc|thu|loai|dong|truong hop|lua chon|phuong an|y"
    r"|the|number|option|no|choice)\s)*)"
    rf"(?:(?P<digit>[1-4])(?:st|nd|rd|th)?|(?P<word>{_WORDS}))"
    r"(?:\s(?:one|option|choice))?(?:\s(?:a|nhe|nha|nghen|di|em|do|ay|please))*"
)


def ordinal(said: str) -> int | None:
    """The place in a list that a short text names ("1", "số 2", "cái thứ ba"), from 0; -1 the last.

    A bare number word ("hai") is too easily something else: unlike a digit it needs a word such as
    "cái" or "thứ" before it.
    """
    match = _ORDINAL.fullmatch(" ".join(tokens(said)))
    if match is None:
        return None
    if match["digit"]:
        return int(match["digit"]) - 1
    if not match["lead"] and match["word"] not in {"first", "second", "third", "fourth", "last"}:
        return None
    return _NUMBERS[match["word"]]


_YES = frozenset(
    [
        "co", "co roi", "co a", "da co", "da co roi", "roi", "roi a", "co day", "co san",
        "co du", "du roi", "yes", "yeah", "yep", "i have", "i do", "i have it", "have it",
        "got it", "yes i do", "yes i have", "co chu", "co em", "da roi",
    ]
)  # fmt: skip
_NO = frozenset(
    [
        "chua", "chua co", "chua a", "khong", "khong co", "khong a", "khong co a", "k", "ko",
        "hong", "hong co", "chua lam", "da chua", "da khong", "mat roi", "no", "nope", "not yet",
        "no i dont", "i dont", "i dont have it", "i do not", "dont have", "thieu",
    ]
)  # fmt: skip
_UNSURE = frozenset(
    [
        "khong ro", "khong biet", "khong chac", "chua ro", "chua biet", "chua chac", "khong nho",
        "hong biet", "khong ro a", "khong biet nua", "not sure", "i am not sure", "im not sure",
        "dont know", "i dont know", "unsure", "maybe", "chac co", "hinh nhu co",
    ]
)  # fmt: skip
_FILLERS = frozenset(
    [
        "da", "vang", "u", "uh", "uhm", "a", "oi", "em", "anh", "chi", "bac", "co", "chau",
        "toi", "nhe", "nha", "thi", "la", "minh", "con",
    ]
)  # fmt: skip


def have_answer(said: str) -> str | None:
    """`yes`, `no` or `unsure` when a text only answers "do you have this paper?"."""
    words = tokens(said.replace("'", "").replace("’", ""))
    for candidate in (words, [w for w in words if w not in _FILLERS or w == "co"]):
        phrase = " ".join(candidate)
        for answer, phrases in (("unsure", _UNSURE), ("yes", _YES), ("no", _NO)):
            if phrase in phrases:
                return answer
    return None


def _answer_to_question(said: str, memory: Memory, understanding: Understanding) -> Payload | None:
    if (memory.pending or {}).get("kind") != "document":
        return None
    answer = have_answer(said)
    if answer is not None:
        return Payload("have", answer)
    if len(tokens(said)) <= 4 and understanding.intent in {"affirm", "deny"}:
        return Payload("have", "yes" if understanding.intent == "affirm" else "no")
    return None


_LEAVING = frozenset(
    [
        "talk_to_staff", "goodbye", "stop", "repeat", "slower", "louder", "change_language",
        "greet", "thank", "who_are_you", "take_ticket",
    ]
)  # fmt: skip
_EMPTY = frozenset(
    [
        "toi", "muon", "can", "cho", "hoi", "lam", "giay", "to", "thu", "tuc", "cai", "nay",
        "la", "gi", "duoc", "khong", "a", "em", "anh", "chi", "bac", "i", "want", "need", "the",
        "a", "to", "of", "for",
    ]
)  # fmt: skip


def _narrowed(
    said: str, memory: Memory, release: Release, understanding: Understanding
) -> Payload | None:
    """The choice on offer that a partial name or a description singles out."""
    offers = _offers(memory)
    if not offers or understanding.intent in _LEAVING:
        return None
    words = set(tokens(said)) - _EMPTY
    if words and len(words) <= 8:
        holding = [offer for offer in offers if _names(said, words, offer, release)]
        if len(holding) == 1:
            return parse_payload(holding[0]["payload"], release, memory)
    offered = {offer["payload"].partition(":")[2] for offer in offers}
    for candidate in understanding.procedures:
        code = release.canonical(candidate.code)
        if code in offered:
            return parse_payload(f"procedure:{code}", release, memory)
        if candidate.confidence >= 0.8:
            return None  # clearly something that was not on offer
    return None


def _names(said: str, words: set[str], offer: Mapping[str, str], release: Release) -> bool:
    """Whether `said` is a part of the choice's title, or one of the names people use for it."""
    if words <= set(tokens(offer["title"])):
        return True
    entry = release.procedure(offer["payload"].removeprefix("procedure:"))
    spoken = " ".join(tokens(said))
    return any(spoken == known_words(name) for name in (entry or {}).get("aliases") or ())


def is_only_filler(said: str) -> bool:
    """Nothing but interjections: does not change a conversation's language."""
    return all(
        word in _FILLERS or word in {"ok", "oke", "hi", "hello"} for word in fold(said).split()
    )
