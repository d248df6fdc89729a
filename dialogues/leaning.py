"""Whether a message leans on the open procedure, or stands by itself."""

from __future__ import annotations

import re

from dialogues.authorities import foreign_matter
from dialogues.conditions import named_cases
from dialogues.framing import continues
from dialogues.memory import Memory
from dialogues.plain_words import asked_plainly, opens_another
from dialogues.release import Entry, Release
from dialogues.substance import content, own_name, said_of, vocabulary
from dialogues.understanding import Understanding
from dialogues.wording import tokens

SURE = 0.6
"""Confidence from which a procedure counts as named beside an open one."""
SITUATION = 0.9
"""Confidence from which a situation stands by itself beside an open procedure."""
SURELY, _HARDLY = 0.8, 0.34
"""Confidence that a name needs of which less than a third was said."""
UNSURE_INTENT = 0.55
"""Confidence below which an intent yields to what the words ask about the open procedure."""
NOT_OUTSIDE, OUTSIDE, SURELY_OUTSIDE = 0.3, 0.6, 0.97
"""Probability of the trained class "out of scope" from which a matter is nobody's here, whatever
it seems to ask; a follow-up is refused only because nothing is named in it."""
ABOUT_PROCEDURES = frozenset(
    ["ask_procedure", "ask_aspect", "life_event", "check_documents", "choose", "find_counter"]
)
ERRANDS = frozenset({"check_documents", "dossier_status"})
_TALK = frozenset(["greet", "thank", "who_are_you", "feedback", "dossier_status", "affirm", "deny"])
_REMARK = 12
"""Words that a remark may have, about what is open, that asks no aspect and names nothing."""
_FEW = 2
"""Words that a question may have beside words of asking and still lean on the open procedure."""
_FILED = re.compile(
    r"\b(?:(?:da|vua|moi|co) nop|nop (?:hom|tuan|thang|roi|lau|tu)|bien nhan|giay hen|phieu hen"
    r"|ma ho so|tra cuu|ho so (?:cua )?(?:toi|tui|em|chi|anh|bac|minh|chau|co)"
    r"|submitted|filed|handed in|applied|receipt|my (?:application|dossier|file|case))\b"
)
_OVER = "da|tung|vua|moi|sau|sau khi|ban an|quyet dinh|after|already|previous"
_ASIDE = re.compile(r"\b(?:ngoai le|hoi vui|hoi choi|off topic|unrelated|just curious)\b")


def named_outright(text: str, found: Understanding) -> bool:
    """A procedure whose everyday name is said, be it in words of asking alone ("sao y")."""
    best = found.procedures[0] if found.procedures else None
    return best is not None and best.confidence >= SURE and said_of(best.matched, text) >= 0.99


def leans(said: str, text: str, found: Understanding, memory: Memory, release: Release) -> bool:
    """Whether the message asks about the open procedure without naming another one."""
    likely = bool((memory.pending or {}).get("likely"))
    topic = release.procedure(memory.topic)
    if (topic is None and not likely) or found.foreign or _matter_of_others(said, found, topic):
        return False
    if any(e.get("entity") in {"place", "counter"} for e in found.entities):
        return False
    if found.intent not in ABOUT_PROCEDURES:
        return _overruled(said, text, found, topic, likely)
    if found.intent == "find_counter":
        return _counter_in_passing(text, found)
    if found.intent == "check_documents":
        return False
    asked = found.aspects or asked_plainly(text)
    if topic is not None and asked and _tells_a_case(text, found, topic):
        return True
    if topic is not None and named_outright(text, found) and not _is_topic(found, memory, release):
        return False
    if not content(text):
        return bool(asked) or found.intent == "ask_aspect"
    best = found.procedures[0] if found.procedures else None
    if found.intent == "choose" or topic is None:
        return False
    if best is None:
        return bool(found.aspects) and found.intent == "ask_aspect"
    if _is_topic(found, memory, release):
        return bool(found.aspects) and not found.ambiguous
    return _named_faintly(said, text, found, topic)


def _matter_of_others(said: str, found: Understanding, topic: Entry | None) -> bool:
    """Another authority's errand is named, and not as something that is over: "ly hôn rồi thì kèm
    bản án không" asks about what is open."""
    matter = foreign_matter(said)
    if matter is None:
        return False
    over = rf"\b(?:{_OVER}) {matter}\b|\b{matter} (?:roi|xong)\b"
    past = re.search(over, " ".join(tokens(said))) is not None
    return not (past and found.aspects and topic is not None)


def _counter_in_passing(text: str, found: Understanding) -> bool:
    """The way was not asked for, though it sounds so."""
    words = content(text)
    if found.confidence < SURE and found.aspects and "place" not in found.aspects:
        return not found.procedures or not words
    return not words and asked_plainly(text) == ("documents",)


def _named_faintly(said: str, text: str, found: Understanding, topic: Entry) -> bool:
    """Another procedure was heard, of which too little was said beside the open one."""
    best, words = found.procedures[0], content(text)
    spoken = said_of(best.matched, text)
    if words <= own_name(topic):
        return found.ambiguous or best.confidence < SURE or spoken < 0.5
    asked = found.aspects or asked_plainly(text)
    if asked and best.confidence < SURELY and _goes_on_asking(said, found):
        return True
    short = len(words) <= _FEW or best.confidence < SURE
    short = short or (spoken < _HARDLY and best.confidence < SURELY)
    return bool(found.aspects) and spoken < 0.5 and short


def _tells_a_case(text: str, found: Understanding, topic: Entry) -> bool:
    """ "Trường hợp cha mẹ chưa đăng ký kết hôn": a case of what is open, not the marriage."""
    best = found.procedures[0].confidence if found.procedures else 0.0
    return best < SURELY and bool(named_cases(topic, text).holds)


def _goes_on_asking(said: str, found: Understanding) -> bool:
    """ "Vậy nộp ở khu phố hay lên phường": a follow-up by its opening or to the classifier."""
    if opens_another(said):
        return False
    return dict(found.ranking).get("ask_aspect", 0.0) >= 0.5 or continues(said)


def _is_topic(found: Understanding, memory: Memory, release: Release) -> bool:
    return release.canonical(found.procedures[0].code) == memory.topic


_HOW_LONG = re.compile(
    r"\b(?:how many days|how long|(?:take|wait) long|bao lau|may (?:ngay|hom|bua)"
    r"|(?:cho|doi|mat|co) lau (?:khong|hong|ko|k|lam))\b"
)
_NUMBER = re.compile(r"\b(?:so|phieu|stt|ticket|number|queue)\b")


def _mistaken_errand(folded: str, found: Understanding) -> bool:
    """ "Chiều nay lấy luôn được không" takes no ticket, "how many days" asks for no hours, "is
    there a charge" for no room."""
    if not found.aspects:
        return False
    if found.intent == "take_ticket":
        return found.confidence < SURELY and _NUMBER.search(folded) is None
    if found.intent == "find_place":
        return "place" not in found.aspects
    return found.intent == "centre_info" and _HOW_LONG.search(folded) is not None


def _overruled(
    said: str, text: str, found: Understanding, topic: Entry | None, likely: bool
) -> bool:
    """An intent that speaks of no procedure yields to an aspect in words that name nothing.

    `likely`: procedures are on offer of which the first is likely meant.
    """
    words = content(text)
    known = words <= vocabulary(topic)
    unnamed = found.intent == "out_of_scope" and found.outside < OUTSIDE
    asked = found.aspects or (asked_plainly(said) if known or unnamed else ())
    if not asked:
        # refused only because nothing is named: a remark about what is open
        remark = 1 < len(tokens(said)) <= _REMARK and (not words or bool(words & vocabulary(topic)))
        return unnamed and topic is not None and found.outside < NOT_OUTSIDE and remark
    if likely or topic is None:
        return likely
    folded = " ".join(tokens(said))
    if not words and found.intent in ERRANDS:
        return True
    if found.intent == "out_of_scope":
        few = len(words) <= _FEW and len(tokens(said)) <= 12
        ours = found.outside < SURELY_OUTSIDE and _ASIDE.search(folded) is None
        return ours and (few or known or unnamed)
    if found.intent in _TALK:
        return bool(found.aspects) and _FILED.search(folded) is None
    if _mistaken_errand(folded, found):
        return True
    chance = dict(found.ranking)
    asks = chance.get("ask_aspect", 0.0) + chance.get("ask_procedure", 0.0)
    bare = not found.procedures and (asks >= 0.25 or len(tokens(said)) <= 3)
    return bare or found.confidence < UNSURE_INTENT
