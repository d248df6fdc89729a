"""Whether a message leans on the open procedure, or stands by itself."""

from __future__ import annotations

import re

from dialogues.apart import paper_of_another, told_before
from dialogues.authorities import foreign_matter
from dialogues.conditions import named_cases
from dialogues.framing import continues
from dialogues.memory import Memory
from dialogues.plain_words import asked_plainly, opens_another, opens_matter
from dialogues.release import Entry, Release
from dialogues.substance import content, names, own_name, said_of, vocabulary
from dialogues.understanding import Candidate, Understanding
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
HEARD_AGAIN = 0.45
"""Confidence from which a procedure that was spoken of before counts as named again."""
FAINT, CLEAR = 0.3, 0.95
"""Confidence below which a few words name nothing beside what is open; the one that a procedure
needs of which no name was said, only what people in such a situation say."""
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
    if best is None or best.confidence < SURE or said_of(best.matched, text) < 0.99:
        return False
    # "đứng tên sổ đỏ mới" has one telling word: that alone names nothing
    name, said = set(tokens(best.matched or "")), set(tokens(text))
    return 2 * len(name & said) >= len(name)


def leans(said: str, text: str, found: Understanding, memory: Memory, release: Release) -> bool:
    """Whether the message asks about the open procedure without naming another one."""
    likely = bool((memory.pending or {}).get("likely"))
    topic = release.procedure(memory.topic)
    if (topic is None and not likely) or found.foreign or _matter_of_others(said, found, topic):
        return False
    if topic is not None and found.intent == "out_of_scope" and _asks_at_last(said, found):
        return True
    if any(e.get("entity") in {"place", "counter"} for e in found.entities):
        return False
    if found.intent not in ABOUT_PROCEDURES:
        return _overruled(said, text, found, topic, likely)
    if found.intent in {"find_counter", "check_documents"}:
        return found.intent == "find_counter" and _counter_in_passing(text, found)
    asked = found.aspects or asked_plainly(text)
    if spoken_of_before(text, found, memory, release):
        return False
    told = topic is not None and (_tells_a_case(text, found, topic) or told_before(said, topic))
    if asked and told:
        return True
    best = found.procedures[0] if found.procedures else None
    # what is named goes before what was only offered
    clear = topic is None and best is not None and best.confidence >= CLEAR and not found.ambiguous
    outright = named_outright(text, found) and not _is_topic(found, memory, release)
    if clear or outright or paper_of_another(said, found, topic, release):
        return False
    if not content(text):
        unnamed = topic is not None and (best is None or best.confidence < FAINT)
        return bool(asked) or unnamed or found.intent == "ask_aspect"
    if found.intent == "choose" or topic is None:
        return False
    if best is None:
        return bool(found.aspects) and found.intent == "ask_aspect"
    if _is_topic(found, memory, release):
        return bool(found.aspects) and not found.ambiguous
    return _named_faintly(said, text, found, topic, release)


def spoken_of_before(
    text: str, found: Understanding, memory: Memory, release: Release
) -> str | None:
    """The code of a procedure of before that is named again, by half of a name at least."""
    best = found.procedures[0] if found.procedures else None
    code = None if best is None else release.canonical(best.code)
    before = {release.canonical(str(left["code"])) for left in memory.history}
    if best is None or code not in before or code == release.canonical(memory.topic):
        return None
    named = best.confidence >= HEARD_AGAIN and said_of(best.matched, text) >= 0.5
    return code if named else None


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


def _called(best: Candidate, text: str, release: Release) -> bool:
    """Whether the half of a name, official or everyday, was said."""
    return any(said_of(name, text) >= 0.5 for name in names(release.procedure(best.code)))


def _named_faintly(
    said: str, text: str, found: Understanding, topic: Entry, release: Release
) -> bool:
    """Another procedure was heard, of which too little was said beside the open one."""
    best, words = found.procedures[0], content(text)
    spoken = said_of(best.matched, text)
    if words <= own_name(topic):
        return found.ambiguous or best.confidence < SURE or spoken < 0.5
    asked = found.aspects or asked_plainly(text)
    if asked and best.confidence < SURELY and _goes_on_asking(said, found):
        return True
    if asked and best.confidence < CLEAR and _OF_WHAT_IS_OPEN.search(_folded(said)):
        last = text if "," not in said else said.rpartition(",")[2]
        if not (opens_another(said) or opens_matter(said) or _called(best, last, release)):
            return True
    if not asked and _LACKS.fullmatch(_folded(said)) and "?" not in said:
        return True
    pointed = asked and found.ambiguous and _POINTED_AT.search(_folded(said)) is not None
    if pointed and best.confidence < SURE and found.language == "vi":
        return True
    if not (opens_another(said) or opens_matter(said)) and best.confidence < SURELY:
        faint = best.confidence < FAINT and len(tokens(said)) <= _SHORT
        if faint or (asked and found.ambiguous and _IS_IT_SO.search(_folded(said))):
            return True
    short = len(words) <= _FEW or best.confidence < SURE
    short = short or (spoken < _HARDLY and best.confidence < SURELY)
    return bool(found.aspects) and spoken < 0.5 and short


def _tells_a_case(text: str, found: Understanding, topic: Entry) -> bool:
    """ "Trường hợp cha mẹ chưa đăng ký kết hôn": a case of what is open, not the marriage."""
    best = found.procedures[0].confidence if found.procedures else 0.0
    return best < SURELY and bool(named_cases(topic, text).holds)


_SHORT = 6
_IS_IT_SO = re.compile(r"\bthi (?:co )?(?:\w+ ){0,3}(?:duoc|dc) (?:khong|ko|k|hong|chu|chua)\b")


_OF_WHAT_IS_OPEN = re.compile(
    r"\bthi (?:co )?(?:lam|nop|xin|khai|dang ky|di|ra|lay|nhan)(?: luon)? (?:o (?:dau|mo|cho nao)"
    r"|tai dau|cho nao|may (?:ngay|bua|hom)|bao (?:lau|nhieu|gio)|duoc (?:khong|hong|ko|k|chu))\b"
)
"""A deed without its object, asked about: the object is what is open."""


_LACKS = re.compile(
    r"(?:(?:da|a|ma|tai|vi|toi|tui|em|anh|chi|bac|chau|minh|tui em|chung|hai|dua|vo chong|vo|chong"
    r"|con|be|ba|me|bo|ma|ong|no|ho|nha|gia dinh|van|deu|thi|bay gio|gio|hien) )*"
    r"(?:chua|khong)(?: (?:tung|he|co|kip|lam|di|duoc))* (?:dang ky|ket hon|nhap|co|lam|xin|cap|ly)"
    r"(?: (?!duoc|thi|sao|gi|nao|a$)\w+){0,4}(?: (?:a|em|a em|luon|dau))?"
)
"""Something that was not done yet is a circumstance of what is open ("tụi em chưa đăng ký kết
hôn")."""
_POINTED_AT = re.compile(r"\b(?!(?:cho|noi|hom|luc|ngay|khi) )\w+ (?:do|ay|do a|ay a)\b")


def _folded(said: str) -> str:
    return " ".join(tokens(said))


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


def _asks_at_last(said: str, found: Understanding) -> bool:
    """ "Số tài khoản của bà là …, mấy ngày thì có tiền": what is told before is not asked."""
    told, comma, last = said.rpartition(",")
    asks = bool(found.aspects) and len(tokens(last)) >= 2 and bool(asked_plainly(last))
    return bool(comma) and bool(told) and asks and found.outside < OUTSIDE and not content(last)


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
        strange = found.confidence >= CLEAR and len(words - vocabulary(topic)) >= _FEW
        ours = found.outside < SURELY_OUTSIDE and _ASIDE.search(folded) is None and not strange
        return ours and (few or known or unnamed)
    if found.intent in _TALK:
        if found.intent not in ERRANDS and found.confidence >= CLEAR and not asked_plainly(said):
            return False  # surely a courtesy or a question about the machine
        return bool(found.aspects) and _FILED.search(folded) is None
    if _mistaken_errand(folded, found):
        return True
    chance = dict(found.ranking)
    asks = chance.get("ask_aspect", 0.0) + chance.get("ask_procedure", 0.0)
    bare = not found.procedures and (asks >= 0.25 or len(tokens(said)) <= 3)
    return bare or found.confidence < UNSURE_INTENT
