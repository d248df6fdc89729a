"""Situations and errands that were heard with doubt beside an open procedure."""

from __future__ import annotations

import re
from dataclasses import replace

from dialogues.leaning import ERRANDS, SITUATION, SURE
from dialogues.memory import Memory
from dialogues.papers import says_to_have
from dialogues.plain_words import asked_plainly, counts_papers
from dialogues.release import Entry, Release
from dialogues.substance import content, names, said_of, telling, vocabulary
from dialogues.understanding import Candidate, Understanding
from dialogues.wording import known_words, tokens

DOUBTFUL_EVENT = 0.6
"""Confidence below which a situation does not displace the open procedure."""
DOUBTFUL_ERRAND, DOUBTFUL_LIST = 0.5, 0.95
"""Confidence below which an errand yields to what is asked; the second for the list of papers."""
_INSTEAD = frozenset({"out_of_scope", "talk_to_staff", "find_place", "centre_info", "take_ticket"})


def about(found: Understanding, code: str, intent: str) -> Understanding:
    others = tuple(c for c in found.procedures if c.code != code)
    return replace(
        found,
        intent=intent,
        confidence=max(found.confidence, 0.9),
        procedures=(Candidate(code, 0.95, None), *others)[:5],
        ambiguous=False,
        out_of_scope=False,
    )


def doubtful_event(
    said: str, text: str, found: Understanding, memory: Memory, release: Release
) -> Understanding:
    """A situation heard with doubt, beside an open procedure, is no new situation."""
    added = _added(text, found, memory, release)
    if added is not None:
        return added
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


_SO_WHAT = re.compile(r"\bthi (?:sao|the nao|lam sao|lam the nao|nhu the nao)\b|\bwhat then\b")


def _added(
    text: str, found: Understanding, memory: Memory, release: Release
) -> Understanding | None:
    """ "Muốn bán thêm thuốc lá nữa thì sao": beside an open procedure that is the one procedure of
    the situation which the words name."""
    doubtful = found.intent == "life_event" and found.confidence < SITUATION
    topic = release.procedure(memory.topic)
    if not doubtful or topic is None or not _SO_WHAT.search(" ".join(tokens(text))):
        return None
    first = release.procedure(found.procedures[0].code) if found.procedures else None
    if first is None or not content(text) & (vocabulary(first) - vocabulary(topic)):
        return None
    return about(found, str(first["code"]), "ask_procedure")


_ALL = re.compile(
    r"\b(?:lam|lo|man|di|can|phai)(?: \w+){0,2} (?:nhung|cac)(?: \w+){0,2} (?:gi|chi|nao)\b"
    r"|\bphai (?:lam|lo|man) (?:nhung )?(?:gi|chi)\b"
    r"|\b(?:lam|lo|man) (?:thu tuc |viec |giay to )?(?:gi|chi) (?:truoc|dau tien)\b"
    r"|\b(?:thu tuc|viec|giay to) (?:gi|chi|nao) (?:het|truoc|ca)\b"
    r"|\bwhat (?:all )?(?:do|should|must|would) (?:we|i) (?:have to|need to|must)? ?"
    r"(?:do|take care of|sort out|arrange)\b"
)
_WHAT_NOW = re.compile(
    r"\b(?:gio|bay gio|chu) (?:\w+ )?(?:phai |can )?"
    r"(?:lam sao|lam the nao|tinh sao|man rang|lam gi)\b"
    r"|\bwhat now\b|\bwhat (?:do|should) (?:i|we) do(?: now)?$"
)
"""Whoever is at a loss asks no aspect ("phải làm sao" is no question of who must)."""
_AT_A_LOSS = re.compile(
    r"\b(?:phai|can) (?:lam sao|lam the nao|tinh sao|man rang|lam gi)\b"
    r"|\b(?:gio|bay gio|chu) (?:lam sao|lam the nao|tinh sao|man rang)\b"
)
"""The same of a situation that is understood as one."""
_WANTED = re.compile(
    r"\b(?:lam|xin|dang ky|khai|nop|cap|doi|sao|chung thuc|cong chung|mien|huong|tro cap|ho tro"
    r"|register|apply|certificate|permit|licen[cs]e|copy|allowance|benefit)\b"
)
TOLD, TOLD_WHOLE, TOLD_SURELY = 0.9, 0.6, 0.97
"""Certainty of the intent from which a situation is told, though one procedure stands out in it;
the second where all that it asks for is wanted; with the third whatever stands out."""
_FIRST = 3
"""Steps of an event with which it may be named."""


def what_now(said: str) -> bool:
    """ "Giờ phải làm sao": nothing is named, whoever says it is at a loss."""
    return len(tokens(said)) <= _SHORT and bool(_WHAT_NOW.search(" ".join(tokens(said))))


_SHORT = 7


def whole_event(text: str, found: Understanding, release: Release) -> Understanding:
    """ "Tôi sắp mở tiệm bánh, phải lo những thủ tục nào", "ông nội tôi mất rồi": all that the
    situation asks for, though one procedure of it is understood."""
    if found.intent == "life_event" and _AT_A_LOSS.search(" ".join(tokens(text))):
        return replace(found, aspects=tuple(a for a in found.aspects if a != "eligibility"))
    told = dict(found.ranking).get("life_event", 0.0)
    event = release.events.get(found.situation)
    if found.intent != "ask_procedure" or event is None or not found.procedures:
        return found
    best = release.canonical(found.procedures[0].code)
    folded = " ".join(tokens(text))
    asks_for_all = bool(_ALL.search(folded))
    if told < (TOLD_WHOLE if asks_for_all else TOLD):
        return found
    if not asks_for_all:
        asked = () if _WHAT_NOW.search(folded) else found.aspects
        named = asked or _is_called(release.procedure(best), _WHAT_NOW.sub("", folded))
        if named or found.ambiguous:
            return found
    surely = asks_for_all and told >= TOLD_SURELY
    first = [release.canonical(code) for code in event["procedures"][:_FIRST]]
    if best not in first and not surely:
        return found
    steps = tuple(Candidate(str(c), 0.9, str(event["id"])) for c in event["procedures"][:5])
    aspects = () if _WHAT_NOW.search(folded) else found.aspects
    return replace(
        found,
        intent="life_event",
        confidence=TOLD,
        procedures=steps,
        aspects=aspects,
        ambiguous=False,
    )


def _is_called(entry: Entry | None, folded: str) -> bool:
    """Whether a name of the entry is said, official or everyday, or a word for wanting it done."""
    said = f" {folded} "
    return bool(_WANTED.search(folded)) or any(
        f" {known_words(name)} " in said or telling(name) <= set(folded.split())
        for name in names(entry)
    )


_FILED = re.compile(
    r"\b(?:nop|gui)(?: \w+){0,4} (?:tu |hom |duoc )?(?:thang|tuan|hom|bua|ngay|lau|nam)\b"
    r"|\b(?:nop|gui)(?: \w+){0,3} (?:thu (?:hai|ba|tu|nam|sau|bay|[2-7])|chu nhat)\b"
    r"|\bnop (?:\w+ ){0,4}(?:roi|xong)\b"
    r"|\b(?:submitted|filed|handed in|applied)\b"
)
_WAITING = re.compile(
    r"\b(?:sao|ma|van|mai|chu)(?: \w+){0,2} (?:chua|khong|ko|hong|chang) (?:\w+ )?"
    r"(?:thay|co|nhan|xong|ra|bao|goi|tra|nghe|duoc|biet)\b"
    r"|\b(?:co|ra|xong|duoc|thay)(?: \w+)? (?:(?:ket qua|giay|tin|quyet dinh)(?: \w+)? )?"
    r"(?:chua|ch)(?: \w+){0,2}$|\bxong (?:chua|ch)\b|\b(?:toi|den) (?:dau|khau nao)(?: roi)?\b"
    r"|\bchua (?:thay|nghe)(?: \w+){0,2} (?:bao|goi|tra|tin|gi|tra loi|ket qua|hoi am|nhan)\b"
    r"|\b(?:doi|cho|xem)(?: \w+){0,3} (?:ho so|ket qua)(?: \w+){0,4} (?:nop|gui)\b"
    r"|\b(?:no (?:news|answer|reply|result|word)|heard nothing|not heard|havent heard|haven t heard"
    r"|still (?:waiting|nothing|no)|any news|is it (?:ready|done))\b"
)
_ONCE_MORE = re.compile(
    r"\b(?:gio|nay|chu|muon|xin)(?: \w+){0,2} (?:gui|nop|lam|khai|viet) lai\b"
    r"|\b(?:submit|send|file|apply)(?: \w+){0,2} again\b"
)
_SUPPOSES = re.compile(r"\b(?:thi|mai|mot|tuan sau|if|tomorrow)\b")
""" "Nộp hôm nay thì mai có chưa" asks how long it takes."""
_YIELDS_TO_DOSSIER = frozenset({"ask_procedure", "ask_aspect", "find_counter", "out_of_scope"})


def waits_for_result(said: str, found: Understanding) -> Understanding:
    """ "Giấy phép xây nhà nộp nửa tháng rồi sao chưa thấy báo": the dossier is asked after, not the
    procedure."""
    folded = " ".join(tokens(said.replace("'", "").replace("’", "")))
    waits = _FILED.search(folded) and _WAITING.search(folded) and not _SUPPOSES.search(folded)
    named = found.procedures and found.procedures[0].confidence >= TOLD
    if named and found.aspects and _ONCE_MORE.search(folded):
        return found  # it is to be handed in once more
    if found.intent not in _YIELDS_TO_DOSSIER or not waits:
        return found
    return replace(
        found,
        intent="dossier_status",
        confidence=TOLD,
        procedures=(),
        aspects=(),
        ambiguous=False,
        out_of_scope=False,
    )


_WHERE = re.compile(r"\b(?:o dau|o mo|cho nao|cho mo|dau vay|dau a|where)\b")
_SHOW_ME = re.compile(
    r"\b(?:chi|huong dan|cho (?:toi|em|anh|chi|bac|minh|tui) (?:di|ra|toi|den|ghe)|ghe|ra|di|show"
    r"|point)\b"
)
_NO_ERRAND = frozenset({"feedback", "out_of_scope", "affirm", "nlu_fallback", "repeat", "stop"})
OUTSIDE_PLACE = 0.25
"""Probability that the way to a place is asked, from which a place that is named is meant."""


def way_to_place(said: str, found: Understanding) -> Understanding:
    """ "Chỗ gửi xe ở đâu hả chú": a place of the centre, though the rest is nobody's matter."""
    chance = dict(found.ranking).get("find_place", 0.0)
    place = found.entity("place")
    folded = " ".join(tokens(said))
    shown = _SHOW_ME.search(folded) is not None
    if place is not None and shown and found.intent in _NO_ERRAND and not found.procedures:
        return replace(found, intent="find_place", confidence=SURE, out_of_scope=False)
    asked = _WHERE.search(folded) is not None
    if found.intent != "out_of_scope" or place is None or not asked or chance < OUTSIDE_PLACE:
        return found
    return replace(found, intent="find_place", confidence=SURE, procedures=(), out_of_scope=False)


def doubtful_errand(
    said: str, text: str, found: Understanding, memory: Memory, release: Release
) -> Understanding:
    """An errand at the desk, heard with doubt, yields to a procedure or an aspect said plainly."""
    if not found.aspects and not content(text):
        found = replace(found, aspects=asked_plainly(text))
    lists = found.intent == "check_documents"
    questioned = lists and bool(found.aspects) and not counts_papers(said)
    doubtful = DOUBTFUL_LIST if questioned else DOUBTFUL_ERRAND
    if found.intent not in ERRANDS or found.confidence >= doubtful:
        return found
    best = found.procedures[0] if found.procedures else None
    if best is not None and best.confidence >= SURE and said_of(best.matched, text) >= 0.5:
        return replace(found, intent="ask_procedure", confidence=best.confidence)
    topic = release.procedure(memory.topic)
    asks = found.aspects and topic is not None and not says_to_have(said, topic)
    return replace(found, intent="ask_aspect", procedures=()) if asks else found
