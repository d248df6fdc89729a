"""What becomes of the open procedure's object under another circumstance.

"What if it is lost", "ý tôi là gia hạn thôi", "nếu cháu quốc tịch Mỹ thì sao": the message names
only what is different, the open procedure says of what. Both together are understood once more.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from dialogues.authorities import competent_authority
from dialogues.conditions import named_cases
from dialogues.framing import Framing
from dialogues.leaning import OUTSIDE
from dialogues.release import Entry, Release
from dialogues.substance import own_name, vocabulary
from dialogues.understanding import Candidate, Understanding
from dialogues.wording import fold, known_words, tokens


@dataclass(frozen=True, slots=True)
class Ask:
    """What understands a text by itself, and the catalogue behind it."""

    parse: Callable[[str], Understanding]
    release: Release


MEANT = 0.45
"""Mean probability, over the ways in which the object is called, from which another procedure is
meant."""
NAMED = 0.6
"""Probability from which a message names a procedure by itself."""
SITUATION = 0.9
"""Confidence from which a situation stands by itself."""
FAINT = 0.3
"""Probability below which nothing is named."""
_WAYS = 3
_SHORT = 4
_OPERATION = re.compile(
    r"(?:thu tuc |viec )*(?:(?:cap lai|cap doi|cap moi|cap|dang ky lai|dang ky|giai quyet|thuc hien"
    r"|lam lai|lam|xin lai|xin|khai bao|thong bao|chung thuc|cong nhan|doi|dieu chinh|thay doi"
    r"|gia han|xoa|huy|cham dut|thanh lap|ban sao|hoa giai|mo|cong chung|trich luc|sao luc|mat"
    r"|sua|lay|di)\s)+"
)
_OPERATION_EN = re.compile(
    r"(?:(?:new|re|register|registration|of|issue|reissue|exchange|amend|renew|replace|lost|certify"
    r"|apply|for|first|a|an|the|cancel|close|extend|get|make)\s)+"
)
_CUT = re.compile(r"[(;,:]|\s(?:đối với|theo|cho người|trong các|do cơ quan)\s")
_SUPPOSED = re.compile(
    r"\b(?:neu|lo (?:ma |nhu |bi |lam )?(?=\w)|nho (?:ma |bi )|gia su|gia nhu|gia du|chang may"
    r"|thu tuc nao|thu tuc gi|loai nao|truong hop|what if|and if|but if"
    r"|if (?:i|it|he|she|we|they|my|the)|suppose|supposing|in case)\b"
)
_OTHERWISE = re.compile(
    r"\b(?:thi sao|thi the nao|thi lam sao|thi lam the nao|what then|what about)\b"
)
_CHANGE = re.compile(
    r"\b(?:mat(?! (?:bao|may|phi|tien|le|nhieu|lau|khoang|thoi|cong|chung|gi|dong|them|mot|hai|ba"
    r"|\d))|that lac|danh roi|rach|bi (?:hong|hu)|hu hong|nat|gia han|het han|qua han|dieu chinh"
    r"|thay doi|doi ten"
    r"|doi thiet ke|huy|xoa|cham dut|nghi (?:luon|han|ban)|tam ngung|cap lai|lam lai|lost|lose|torn"
    r"|damaged|renew|extend|extension|amend|change|cancel|close down|replace|expired?)\b"
)
_ABOUT = frozenset(
    ["ask_procedure", "ask_aspect", "life_event", "deny", "affirm", "choose", "out_of_scope",
     "nlu_fallback", "check_documents"]
)  # fmt: skip


def neighbour(
    said: str, frame: Framing, found: Understanding, topic: Entry | None, ask: Ask
) -> Understanding:
    """`found`, or the understanding of the procedure beside the open one that `said` means."""
    release = ask.release
    if topic is None or not _worth_asking(said, frame, found, topic):
        return found
    chances: dict[str, list[float]] = {}
    ways = objects(topic, found.language or "vi")
    for way in ways:
        for candidate in ask.parse(f"{said.rstrip(' ?.!')} {way}").procedures:
            code = release.canonical(candidate.code)
            if code is not None:
                chances.setdefault(code, []).append(candidate.confidence)
    # one way of calling the object may be another procedure's own name: the two best count
    sums = {code: sum(sorted(found)[-2:]) / min(2, len(ways)) for code, found in chances.items()}
    best = max(sums, key=lambda code: sums[code], default=None)
    if best is None or best == topic["code"] or sums[best] < MEANT:
        return found
    if not _tells_apart(said, topic, release.procedures[best]):
        return found
    others = sorted((c for c in sums if c not in {best, topic["code"]}), key=lambda c: -sums[c])
    candidates = (Candidate(best, sums[best], None), *(Candidate(c, sums[c]) for c in others))
    return replace(
        found,
        intent="ask_procedure",
        confidence=sums[best],
        procedures=candidates[:5],
        ambiguous=False,
        out_of_scope=False,
        foreign=False,
        neighbour=True,
    )


def objects(entry: Entry, language: str) -> tuple[str, ...]:
    """What a procedure is about, without what is done to it: its name in the language spoken and
    its first short everyday names."""
    names = [entry["name"].get(language) or "", entry["name"].get("vi") or ""]
    names += entry.get("aliases") or ()
    found: dict[str, str] = {}
    for name in names:
        plain = _CUT.split(str(name))[0].strip()
        folded = fold(plain)
        match = _OPERATION.match(folded) or _OPERATION_EN.match(folded)
        thing = plain[match.end() :] if match and len(folded) == len(plain) else plain
        long = len(thing.split()) > _SHORT and name not in entry["name"].values()
        if thing and not long and len(found) < _WAYS:
            found.setdefault(known_words(thing), thing)
    return tuple(found.values())


def _worth_asking(said: str, frame: Framing, found: Understanding, topic: Entry) -> bool:
    if found.intent not in _ABOUT or found.foreign or competent_authority(said) is not None:
        return False
    if not frame.corrects and named_cases(topic, found.repaired or said).holds:
        return False  # a circumstance of the open procedure itself
    words = tokens(found.repaired or said)
    best = found.procedures[0] if found.procedures else None
    if len(words) < 2 or (
        best is not None and best.confidence >= NAMED and found.intent != "life_event"
    ):
        return False
    folded = " ".join(words)
    changed = _CHANGE.search(folded)
    if changed is not None and set(changed[0].split()) <= own_name(topic):
        changed = None
    worded = frame.corrects or changed or _SUPPOSED.search(folded) or _OTHERWISE.search(folded)
    return bool(worded) or _would_be_refused(found)


def _would_be_refused(found: Understanding) -> bool:
    """Nothing is named, though it does not sound like a matter of somebody else."""
    best = found.procedures[0].confidence if found.procedures else 0.0
    refused = found.intent == "out_of_scope" and found.outside < OUTSIDE
    return (refused or found.intent == "ask_procedure") and best < FAINT and not found.aspects


def _tells_apart(said: str, topic: Entry, other: Entry) -> bool:
    """Something is said by which only the other is called."""
    return bool(set(tokens(said)) & (_words(other) - _words(topic))) or bool(
        _CHANGE.search(" ".join(tokens(said)))
    )


def _words(entry: Entry) -> set[str]:
    return vocabulary(entry) | {w for name in entry["name"].values() if name for w in tokens(name)}
