"""What is on offer, and which of it a short text takes: by title, number, half a name or yes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from dialogues.memory import Memory
from dialogues.ordinals import ordinal, ordinal_within
from dialogues.payloads import Payload, parse_payload
from dialogues.release import Release
from dialogues.substance import content, names
from dialogues.understanding import Understanding
from dialogues.wording import known_tokens, known_words, tokens
from dialogues.yes_and_no import have_answer


def offers(memory: Memory) -> Sequence[Mapping[str, str]]:
    pending = memory.pending or {}
    return (
        pending.get("choices") or ()
        if pending.get("kind") in {"choices", "chosen", "condition"}
        else ()
    )


def offered(said: str, memory: Memory, release: Release) -> Payload | None:
    """The choice on offer whose payload, title or number the text equals."""
    on_offer = offers(memory)
    if not on_offer:
        return None
    folded = " ".join(tokens(said))
    for offer in on_offer:
        if said.strip() == offer["payload"] or folded == " ".join(tokens(offer["title"])):
            return parse_payload(offer["payload"], release, memory)
    kind = on_offer[0]["payload"].partition(":")[0]
    if kind in {"ticket", "lead"}:
        counter = _counter_number(said, release)
        if counter is not None:
            wanted = counter if kind == "ticket" else str(release.counters[counter]["place"])
            return parse_payload(f"{kind}:{wanted}", release, memory)
    planned = (memory.pending or {}).get("plan") or ()
    if planned and kind == "condition" and ordinal_within(said) is not None:
        return None  # "cái thứ hai" of what was asked about, no answer to yes or no
    index = ordinal(said)
    if index is not None and -1 <= index < len(on_offer):
        return parse_payload(on_offer[index]["payload"], release, memory)
    return None


_COUNTER = re.compile(
    r"(?:(?:da|toi|em|anh|chi|bac|chau|cho|lay|chon|den|ra|o|the|counter|number|quay|so)\s)*"
    r"(?P<number>\d{1,2})(?:\s(?:a|nhe|nha|di|em|please))*"
)


def _counter_number(said: str, release: Release) -> str | None:
    """The counter that a bare number means while counters are on offer, listed or not."""
    match = _COUNTER.fullmatch(" ".join(tokens(said)))
    number = None if match is None else str(int(match["number"]))
    return number if number in release.counters else None


def answer_to_question(said: str, memory: Memory, understanding: Understanding) -> Payload | None:
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
LIKELY = 0.3
"""Confidence from which a procedure on offer counts as described."""
CERTAIN, PLAINLY, SURELY = 0.6, 0.8, 0.9
_ELSEWHERE = frozenset({"find_place", "find_counter", "lead_me", "centre_info"})
_TELLING = frozenset(
    [
        "lai",
        "moi",
        "doi",
        "dau",
        "mat",
        "han",
        "ban",
        "so",
        "ky",
        "khac",
        "sau",
        "truoc",
        "mot",
        "hai",
    ]
)
"""Words that name nothing by themselves and still tell choices apart ("cái làm lại ấy")."""
_EMPTY = frozenset(
    [
        "toi",
        "muon",
        "can",
        "cho",
        "hoi",
        "lam",
        "giay",
        "to",
        "thu",
        "tuc",
        "cai",
        "nay",
        "ay",
        "do",
        "kia",
        "la",
        "gi",
        "duoc",
        "khong",
        "a",
        "em",
        "anh",
        "chi",
        "bac",
        "co",
        "chu",
        "chau",
        "con",
        "minh",
        "thi",
        "ma",
        "nhe",
        "nha",
        "di",
        "viec",
        "loai",
        "y",
        "da",
        "vang",
        "chac",
        "i",
        "want",
        "need",
        "the",
        "a",
        "to",
        "of",
        "for",
        "one",
        "that",
        "this",
        "it",
        "is",
        "please",
        "my",
    ]
)


def narrowed(
    said: str, memory: Memory, release: Release, understanding: Understanding
) -> Payload | None:
    """The choice on offer that a partial name or a description singles out."""
    on_offer = offers(memory)
    surely = understanding.confidence >= SURELY or understanding.intent not in {"repeat", "stop"}
    if not on_offer or (understanding.intent in _LEAVING and surely):
        return None
    index = ordinal_within(said)
    if index is not None:
        planned = [f"procedure:{code}" for code in (memory.pending or {}).get("plan") or ()]
        listed_payloads = planned or [
            str(offer["payload"])
            for offer in on_offer
            if not str(offer["payload"]).startswith("condition:")
        ]
        if -1 <= index < len(listed_payloads):
            return parse_payload(listed_payloads[index], release, memory)
    part = _part_of_one(said, on_offer, release, understanding)
    if part is not None:
        return parse_payload(part, release, memory)
    if _chooses_nothing(said, understanding) or _names_another(
        said, on_offer, release, understanding
    ):
        return None
    words = set(tokens(said)) - _EMPTY
    if words and len(words) <= 8:
        holding = [offer for offer in on_offer if _names(said, words, offer, release)]
        if len(holding) == 1:
            return parse_payload(holding[0]["payload"], release, memory)
    described = _described(on_offer, release, understanding)
    best = understanding.procedures[0] if understanding.procedures else None
    if described is not None and best is not None and best.confidence >= PLAINLY:
        return parse_payload(described, release, memory)
    told = _told_apart(words, on_offer, release, understanding)
    if told is not None:
        return parse_payload(told, release, memory)
    return None if described is None else parse_payload(described, release, memory)


def instead_of_chosen(
    said: str, memory: Memory, release: Release, understanding: Understanding
) -> Payload | None:
    """Another of the choices than the one that was taken before the open question was asked."""
    others = (memory.pending or {}).get("instead") or ()
    if not others:
        return None
    before = replace(memory, pending={"kind": "chosen", "choices": others})
    return narrowed(said, before, release, replace(understanding, intent="choose"))


def _chooses_nothing(said: str, understanding: Understanding) -> bool:
    """Asked on, in words that choose nothing, or about the way."""
    elsewhere = understanding.intent in _ELSEWHERE and understanding.confidence >= 0.6
    asks_on = understanding.aspects and not content(understanding.repaired or said)
    return elsewhere or bool(asks_on)


def _described(
    on_offer: Sequence[Mapping[str, str]], release: Release, understanding: Understanding
) -> str | None:
    """The procedure on offer that is likely meant, unless one that is not is clearly meant."""
    if understanding.intent == "life_event":
        return None  # what belongs to a situation was not named
    listed = {offer["payload"].partition(":")[2] for offer in on_offer}
    best = understanding.procedures[0].confidence if understanding.procedures else 0.0
    for candidate in understanding.procedures:
        code = release.canonical(candidate.code)
        if code in listed and candidate.confidence >= max(LIKELY, best / 2):
            return f"procedure:{code}"
        if candidate.confidence >= CERTAIN:
            return None
    return None


def _names_another(
    said: str,
    on_offer: Sequence[Mapping[str, str]],
    release: Release,
    understanding: Understanding,
) -> bool:
    """Whether a procedure that is not on offer is said by its whole name: "đăng ký kết hôn" is no
    half of "đăng ký lại kết hôn"."""
    listed = {offer["payload"].partition(":")[2] for offer in on_offer}
    best = understanding.procedures[0] if understanding.procedures else None
    entry = release.procedure(best.code) if best and best.confidence >= CERTAIN else None
    if entry is None or str(entry["code"]) in listed:
        return False
    heard = f" {' '.join(tokens(said))} "
    spoken = [known_words(name) for name in names(entry)]
    whole = [name for name in spoken if len(name.split()) >= 3 and f" {name} " in heard]
    return bool(whole)


_WANTED = re.compile(r"\b(?:muon|xin|dang ky|lam|nop|want|need|apply|register)\b")


def _part_of_one(
    said: str,
    on_offer: Sequence[Mapping[str, str]],
    release: Release,
    understanding: Understanding,
) -> str | None:
    """ "Mẹ tôi lĩnh trợ cấp hưu trí xã hội": which of the funeral allowances it is, where the name
    of what is told stands in the title of one alone."""
    best = understanding.procedures[0] if understanding.procedures else None
    entry = release.procedure(best.code) if best and best.confidence >= CERTAIN else None
    folded = " ".join(tokens(said))
    if entry is None or understanding.aspects or _WANTED.search(folded):
        return None
    whole = [
        name
        for name in (known_words(name) for name in names(entry))
        if len(name.split()) >= 3 and f" {name} " in f" {folded} "
    ]
    holding = [
        offer["payload"]
        for offer in on_offer
        if offer["payload"].startswith("procedure:")
        and any(f" {name} " in f" {' '.join(tokens(offer['title']))} " for name in whole)
    ]
    own = f"procedure:{entry['code']}"
    return holding[0] if len(holding) == 1 and holding[0] != own else None


def _told_apart(
    words: set[str],
    on_offer: Sequence[Mapping[str, str]],
    release: Release,
    understanding: Understanding,
) -> str | None:
    """The one procedure on offer whose names hold words that no other on offer has.

    A short answer needs one such word ("cựu chiến binh ấy"), a longer one two. Another procedure
    that was named in full is not among the choices.
    """
    wordings: dict[str, set[str]] = {}
    called: dict[str, set[str]] = {}
    for offer in on_offer:
        kind, _, code = offer["payload"].partition(":")
        entry = release.procedure(code) if kind == "procedure" else None
        if entry is not None:
            telling = (*names(entry), entry.get("tells_apart"), entry.get("tells_apart_en"))
            called[offer["payload"]] = {w for name in names(entry) for w in known_tokens(name)}
            wordings[offer["payload"]] = {w for text in telling if text for w in known_tokens(text)}
    words = {word for word in words if word in _TELLING or content(word)}
    telling_words: dict[str, set[str]] = {}
    for payload, own in wordings.items():
        others = set().union(*(w for p, w in wordings.items() if p != payload))
        telling_words[payload] = words & (own - others)
    hit = [payload for payload, found in telling_words.items() if found]
    if len(hit) != 1 or (len(words) > 4 and len(telling_words[hit[0]]) < 2):
        return None
    if 2 * len(words & wordings[hit[0]]) < len(words):
        return None  # most of it speaks of something else
    best = understanding.procedures[0] if understanding.procedures else None
    if best is not None and f"procedure:{release.canonical(best.code)}" not in wordings:
        named = set(known_tokens(best.matched or "")) - _EMPTY
        more = len(words) > 2 and best.confidence >= PLAINLY and not named <= called[hit[0]]
        if more or (best.confidence >= SURELY and not (named and named <= called[hit[0]])):
            return None
    return hit[0]


def _names(said: str, words: set[str], offer: Mapping[str, str], release: Release) -> bool:
    """Whether `said` is a part of the choice's title, or one of the names people use for it."""
    if words <= set(tokens(offer["title"])):
        return True
    entry = release.procedure(offer["payload"].removeprefix("procedure:"))
    spoken = " ".join(tokens(said))
    return any(spoken == known_words(name) for name in (entry or {}).get("aliases") or ())
