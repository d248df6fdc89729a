"""What a message says to a question about a condition, or tells of the open procedure's conditions
without being asked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from dialogues.conditions import answered_case, named_cases
from dialogues.memory import Memory
from dialogues.papers import says_to_have
from dialogues.payloads import Payload
from dialogues.plain_words import for_another
from dialogues.release import Release
from dialogues.twins import twin
from dialogues.understanding import Understanding
from dialogues.wording import tokens

_SOFT = r"(?: (?:a|em|nhe|nha|nghen|roi|day|do|ma|chu|oi|anh|chi|bac|please))*"
_YES = re.compile(
    rf"(?:da |vang |u |uh |um |uhm |o |oh )*"
    rf"(?:co|phai|dung|dung vay|dung the|chinh xac|vang|u|uh|uhm|um|o|ok|oke|da|co chu|phai roi"
    rf"|(?:thi )?(?:co|dung|phai)|yes|yeah|yep|yup|right|correct|exactly|that s right|it is|i am"
    rf"|yes it (?:is|was)|yes i (?:am|do)|yes (?:we|they|he|she) (?:are|were|is|was|do))"
    rf"(?: (?:vay|the|roi|thoi))?{_SOFT}"
)
_NO = re.compile(
    rf"(?:da |o |a |u )*"
    rf"(?:khong|khong phai|khong co|khong he|khong dau|dau co|hong|hong phai|hong co|hem|ko"
    rf"|k|kg|chua"
    rf"|khong phai vay|khong dung|lam gi co|no|nope|nah|not really|no it (?:is|was|isnt"
    rf"|wasnt)(?: not)?"
    rf"|no i (?:am not|dont|do not)|no we (?:are not|arent)|none|none of (?:these|those|them)"
    rf"|khong (?:cai|truong hop) nao(?: ca| het)?|khong phai (?:cac )?(?:truong hop"
    rf"|cai) (?:nay|do|tren))"
    rf"(?: (?:dau|ca|het))?{_SOFT}"
)
_UNSURE = re.compile(
    rf"(?:da |o |a |u |em |toi |chi |anh |bac |chau |minh )*"
    rf"(?:(?:khong|chua|hong|ko|k) (?:ro|biet|chac|nho)(?: (?:nua|lam|ro))?|chac (?:vay|the|la co)"
    rf"|hinh nhu(?: la)? (?:co|khong)|not sure|im not sure|i am not sure|i dont know"
    rf"|dont know|no idea"
    rf"|maybe|perhaps|unsure){_SOFT}"
)
_ORDINARY = re.compile(
    rf"(?:truong hop )?(?:toi |em |chi |anh |bac |minh |con |be )?(?:(?:thi |la )?(?:binh thuong"
    rf"|thong thuong|nhu binh thuong)(?: thoi)?|khong (?:co )?(?:gi"
    rf"|truong hop nao) (?:dac biet|khac)(?: ca)?"
    rf"|(?:just )?(?:the )?(?:ordinary|normal|usual)(?: case)?|nothing (?:special|else)"
    rf"|none of that)"
    rf"{_SOFT}"
)
_RESUME = re.compile(
    rf"(?:thoi |gio |bay gio |vay |the |ok |roi )*(?:quay (?:lai|ve)|tiep|tiep tuc|tiep di"
    rf"|lam tiep|hoi tiep"
    rf"|noi tiep|di tiep|hoi lai|dang hoi do|(?:go|lets go) (?:on|back)|continue|carry on"
    rf"|back|resume"
    rf"|where were we)(?: (?:di|cau hoi|cau hoi do|chuyen (?:do|kia|luc nay)|viec (?:do|kia"
    rf"|luc nay)"
    rf"|cau (?:do|luc nay)|cai (?:do|kia|luc nay)|luc nay|hoi nay|do|kia|to that"
    rf"|to the question))*{_SOFT}"
)
_REQUEST = re.compile(
    r"\b(?:muon|xin(?! (?:\d|ho|giup|gium|dum|thay|hai|ba|bon|nam|nhieu|them))"
    r"|can (?:lam|xin|giay gi)|cap lai|dang ky|thu tuc|lam the nao|lam sao|nhu the nao"
    r"|la gi|o dau|the nao|khi nao|bao gio|may gio"
    r"|want|would like|how|where|when|what|which|apply)\b"
)

_WHO_MAY = re.compile(
    r"\b(?:duoc (?:khong|chu|k|ko|hong|ha)|co duoc|ai duoc|nguoi nao|can i|can he|can she|can they"
    r"|may i|allowed|possible)\b"
)

_ASKS = re.compile(
    r"\b(?:lam the nao|lam sao|nhu the nao|la gi|o dau|the nao|khi nao|bao gio|may gio|bao nhieu"
    r"|bao lau|giay gi|how|where|when|what|which)\b"
)
_CHECKS = re.compile(
    r"\b(?:thieu|con gi|can gi|can them|nua|kiem tra|xem giup|missing|what else|check|else)\b"
)
_FEW = 3
ANSWERED_IN = 5
"""Words above which a message that asks something is a question and no answer."""


def condition_told(
    said: str, memory: Memory, release: Release, understanding: Understanding
) -> Payload | None:
    """A button's worth: `condition:yes|no|unsure`, `condition:none` (nothing special),
    `condition:resume`, `case:ID`, or `condition:told` where the words themselves are to be read;
    `None` when the message is about something else."""
    entry = release.procedure(memory.topic)
    if entry is None:
        return None
    phrase = " ".join(tokens(said.replace("'", "").replace("’", "")))
    pending = memory.pending or {}
    counts_papers = says_to_have(said, entry) and _CHECKS.search(phrase) is not None
    if pending.get("kind") == "condition" and not counts_papers:
        if _asks_leave(said, phrase, understanding):
            return None  # answered; what it tells is read in passing, and the question stands
        if set(understanding.aspects) - {"eligibility"} and len(phrase.split()) > ANSWERED_IN:
            told = named_cases(entry, understanding.repaired or said).holds
            if told:
                return Payload("condition", "told")
            if "?" in said or _ASKS.search(phrase):
                return None
        answer = _answer(said, phrase, entry, pending.get("cases") or ())
        if answer is not None:
            return answer
    elif (
        memory.conditions.get("current")
        and pending.get("kind") in {None, "offer"}
        and _RESUME.fullmatch(phrase)
    ):
        return Payload("condition", "resume")
    elif pending.get("kind") == "document":
        return None
    if _tells_only(said, phrase, memory, release, understanding):
        return Payload("condition", "told")
    return None


def _asks_leave(said: str, phrase: str, understanding: Understanding) -> bool:
    """ "Tôi đi lấy thay bố được chứ?" asks who may, whatever it tells beside."""
    asks = "eligibility" in understanding.aspects or for_another(said)
    return asks and len(phrase.split()) > _FEW and _WHO_MAY.search(phrase) is not None


def _answer(
    said: str, phrase: str, entry: Mapping[str, object], ids: Sequence[str]
) -> Payload | None:
    for value, pattern in (
        ("unsure", _UNSURE), ("none", _ORDINARY), ("no", _NO), ("yes", _YES),
    ):  # fmt: skip
        if pattern.fullmatch(phrase):
            return Payload("condition", value)
    if len(phrase.split()) > 16 or _ASKS.search(phrase):
        return None
    cases = [case for case in entry["cases"] if str(case["id"]) in ids]  # type: ignore[attr-defined]
    case_id, holds = answered_case(cases, said)
    if case_id is not None and holds:
        named = named_cases(entry, said)
        if set(named.holds) - {case_id} or set(named.denied) - {case_id}:
            return Payload("condition", "told")  # more than was asked
        return Payload("case", case_id)
    if holds is False:
        return Payload("condition", "no")
    if len(cases) == 1 and len(phrase.split()) <= 8:
        # "không, bé sinh ở viện": the first word answers, the rest explains
        first = re.match(r"(?:da |a |o )?(khong|ko|no|dau co|chua|co|yes|dung|vang|phai)\b", phrase)
        if first and "," in said:
            negative = first[1] in {"khong", "ko", "no", "dau co", "chua"}
            return Payload("condition", "no" if negative else "yes")
    return None


_SO_WHAT = re.compile(
    r"\bthi (?:thu tuc |phai |can |em |minh |toi |tui )?(?:(?:lam )?sao"
    r"|(?:lam )?(?:the|nhu the) nao|ra sao|man rang|tinh sao|co khac (?:gi )?khong)(?: \w+){0,2}$"
    r"|^(?:and |but |so )?what (?:if|about if|happens if)\b|\b(?:what|how) then$"
)
"""What a circumstance changes is asked, nothing of its own."""


def _tells_only(
    said: str, phrase: str, memory: Memory, release: Release, understanding: Understanding
) -> bool:
    """Whether the message is a circumstance of the open procedure and asks nothing of its own."""
    if (memory.pending or {}).get("kind") == "choices":
        return False
    if set(understanding.aspects) - {"eligibility"} or _WHO_MAY.search(phrase):
        return False
    if understanding.aspects and "?" in said:
        return False
    if _REQUEST.search(_SO_WHAT.sub("", phrase)) or len(phrase.split()) > 20:
        return False
    entry = release.procedure(memory.topic) or {}
    if says_to_have(said, entry):
        return False
    if twin(entry, understanding.repaired or said, release) is not None:
        return True
    named = named_cases(entry, understanding.repaired or said)
    if not named.holds and not (named.denied and memory.conditions.get("current")):
        return False
    return not set(named.holds) <= set(memory.cases) or bool(named.denied)
