"""What becomes of the open procedure's object under another circumstance.

"What if it is lost", "ý tôi là gia hạn thôi", "nếu cháu quốc tịch Mỹ thì sao": the message names
only what is different, the open procedure says of what. Both together are understood once more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from dialogues.apart import paper_of_another
from dialogues.authorities import competent_authority
from dialogues.conditions import named_cases
from dialogues.framing import Framing
from dialogues.leaning import OUTSIDE, SITUATION, UNSURE_INTENT
from dialogues.plain_words import change, opens_another
from dialogues.release import Entry, Release
from dialogues.substance import content, own_name, said_of, vocabulary
from dialogues.understanding import Candidate, Understanding
from dialogues.wording import fold, known_tokens, known_words, tokens


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
THING = 0.15
"""Probability from which what is called so is offered."""
WHOLE = 0.99
"""Share of a name from which it was said."""
FAINT = 0.3
"""Probability below which nothing is named."""
_WAYS = 3
_SHORT = 4
_OPERATION = re.compile(
    r"(?:thu tuc |viec )*(?:(?:cap lai|cap doi|cap moi|cap|dang ky lai|dang ky|giai quyet|thuc hien"
    r"|lam lai|lam|xin lai|xin|khai bao|thong bao|chung thuc|cong nhan|doi|dieu chinh|thay doi"
    r"|gia han|xoa|huy|cham dut|thanh lap|ban sao|hoa giai|mo|cong chung|trich luc|sao luc|mat"
    r"|sua|lay|di|tam ngung|tam nghi|tam dung|tam dong cua|tiep tuc)\s)+"
)
_OPERATION_EN = re.compile(
    r"(?:(?:new|re|register|registration|of|issue|reissue|exchange|amend|renew|replace|lost|certify"
    r"|apply|for|first|a|an|the|cancel|close|extend|get|make)\s)+"
)
_CUT = re.compile(r"[(;,:]|\s(?:đối với|theo|cho người|trong các|do cơ quan)\s")
_SUPPOSED = re.compile(
    r"\b(?:neu|lo (?:ma |nhu |bi |lam )?(?=\w)|nho (?:ma |bi )|gia su|gia nhu|gia du|chang may"
    r"|thu tuc nao|thu tuc gi|loai nao|truong hop|what if|and if|but if"
    r"|if (?:i|it|he|she|we|they|my|the)|suppose|supposing|in case"
    r"|chi (?:can|muon|xin)|(?:only|just) (?:need|want))\b"
)
_OTHERWISE = re.compile(
    r"\b(?:thi sao|thi the nao|thi lam sao|thi lam the nao|what then|what about)\b"
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
    names = topic is not None and opens_another(said)
    if topic is not None and names and called_within(said, release, str(topic["code"])) is not None:
        return found
    if topic is not None and not found.procedures:
        beside = _beside(said, found, topic, ask)
        if beside is not None:
            found = beside
    if topic is None or not _worth_asking(said, frame, found, topic):
        return found
    if paper_of_another(said, found, topic, release):
        return found
    chances: dict[str, list[float]] = {}
    ways = objects(topic, found.language or "vi")
    for way in ways:
        for candidate in ask.parse(f"{said.rstrip(' ?.!')} {way}").procedures:
            code = release.canonical(candidate.code)
            if code is not None:
                chances.setdefault(code, []).append(candidate.confidence)
    if frame.instead:
        chances.pop(str(topic["code"]), None)  # what was answered is what is not meant
    # one way of calling the object may be another procedure's own name: the two best count
    sums = {code: sum(sorted(found)[-2:]) / min(2, len(ways)) for code, found in chances.items()}
    best = max(sums, key=lambda code: sums[code], default=None)
    if best is None or best == topic["code"] or sums[best] < MEANT:
        return found
    if frame.instead and not _nearer(best, found, topic, release):
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


def _beside(said: str, found: Understanding, topic: Entry, ask: Ask) -> Understanding | None:
    """ "Còn sổ đỏ thì sao", "chữ ký thì cũng giá vậy hả": the thing that is named beside the open
    procedure; without "còn" only one of its kin ("hộ nghèo thì có được giảm không" is a case)."""
    if opens_another(said):
        return _thing_named(said, found, topic, ask)
    folded = fold(said)
    match = _ALSO.match(folded) if len(folded) == len(said) else None
    if match is None:
        return None
    beside = _thing_named(said[: match.end("thing")], found, topic, ask)
    first = ask.release.procedure(beside.procedures[0].code) if beside.procedures else None
    return beside if first is not None and alike(first, topic) >= KINDRED else None


def _nearer(code: str, found: Understanding, topic: Entry, release: Release) -> bool:
    """Whether a procedure is called more like the open one than the one that was named: who says
    "A chứ không phải B" of a procedure names the thing in it that is different."""
    first = found.procedures[0] if found.procedures else None
    named = release.procedure(first.code) if first is not None else None
    if named is None or str(named["code"]) == code:
        return True
    return alike(release.procedures[code], topic) > alike(named, topic)


def alike(one: Entry, other: Entry) -> float:
    """The share of the words of two official names that both have."""
    first, second = own_name(one), own_name(other)
    return len(first & second) / max(1, len(first | second))


KINDRED = 0.15
"""Share of words of two official names from which the one is named as beside the other."""
_ALSO = re.compile(
    r"(?:the |vay |a |o |ma )*(?P<thing>(?:\w+ ){0,3}\w+) thi (?:cung|co|bao|may|mat|gia|phi|sao)\b"
)
_AND_THAT = re.compile(
    r"^\W*(?:(?:thế|vậy|rồi|à|ơ|mà|the|vay|roi)\s+)*(?:còn|con|what about|how about|and for)\s+"
    r"|\s+(?:thì sao|thi sao|thì thế nào|thì làm sao|thi lam sao|thi the nao)\b.*$|\?+\s*$",
    re.IGNORECASE,
)


def _thing_named(said: str, found: Understanding, topic: Entry, ask: Ask) -> Understanding:
    """ "Thế còn sổ đỏ thì sao": what is called so, unless it is a paper of the open procedure."""
    thing = _AND_THAT.sub("", said).strip()
    words = set(tokens(thing))
    papers = (
        str(paper.get(language) or "")
        for paper in topic.get("documents") or ()
        for language in ("vi", "en")
    )
    if not words or any(words <= set(known_tokens(title)) for title in papers):
        return found
    alone = ask.parse(thing)
    best = alone.procedures[0] if alone.procedures else None
    if best is None or best.confidence < THING or alone.intent != "ask_procedure":
        return found
    return replace(
        found,
        intent="ask_procedure",
        procedures=alone.procedures,
        ambiguous=alone.ambiguous,
        aspects=found.aspects,
    )


_OF_TIME = frozenset(["thang", "ngay", "nam", "hom", "tuan", "luc", "khi", "dau", "nao"])


def _is_name(phrase: str, following: Sequence[str]) -> bool:
    """Names of words of asking alone ("khai tử") read the same as "khai từ tháng trước"."""
    return bool(content(phrase)) or not following or following[0] not in _OF_TIME


def called_within(said: str, release: Release, topic: str | None) -> tuple[str, str] | None:
    """The one other procedure that is called by words of the text, the longest first, with those
    words."""
    words = tokens(said)
    for length in range(min(len(words), 8), 1, -1):
        for start in range(len(words) - length + 1):
            phrase = " ".join(words[start : start + length])
            codes = {release.canonical(code) for code in release.called.get(phrase, ())}
            if len(codes) != 1 or topic in codes:
                continue
            if _is_name(phrase, words[start + length :]):
                return str(codes.pop()), phrase
    return None


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
    # "ý tôi là xóa cơ" says too little for any intent to be sure
    guessed = frame.corrects and found.confidence < UNSURE_INTENT and bool(change(said))
    about = found.intent in _ABOUT or guessed
    if not about or found.foreign or competent_authority(said) is not None:
        return False
    situation = found.intent == "life_event"
    if situation and found.confidence >= SITUATION:
        return False
    text = found.repaired or said
    words = tokens(text)
    named = not situation and not frame.instead and _names_one(text, found, topic)
    if len(words) < 2 or named:
        return False
    if not (frame.corrects or frame.instead) and named_cases(topic, text).holds:
        return False  # a circumstance of the open procedure itself
    folded = " ".join(words)
    changed = not change(text) <= own_name(topic)
    taken_back = frame.corrects or frame.instead
    worded = taken_back or changed or _SUPPOSED.search(folded) or _OTHERWISE.search(folded)
    return bool(worded) or _would_be_refused(found)


def _names_one(text: str, found: Understanding, topic: Entry) -> bool:
    """Another procedure is said in so many words, not only by those of the open one."""
    best = found.procedures[0] if found.procedures else None
    if best is None or content(best.matched or "") <= own_name(topic):
        return False
    spoken = said_of(best.matched, text)
    return best.confidence >= (NAMED if spoken < WHOLE else FAINT) and spoken >= 0.5


def _would_be_refused(found: Understanding) -> bool:
    """Nothing is named, though it does not sound like a matter of somebody else."""
    best = found.procedures[0].confidence if found.procedures else 0.0
    refused = found.intent == "out_of_scope" and found.outside < OUTSIDE
    return (refused or found.intent == "ask_procedure") and best < FAINT and not found.aspects


def _tells_apart(said: str, topic: Entry, other: Entry) -> bool:
    """Something is said by which only the other is called."""
    return bool(change(said) or set(tokens(said)) & (_words(other) - _words(topic)))


def _words(entry: Entry) -> set[str]:
    return vocabulary(entry) | {w for name in entry["name"].values() if name for w in tokens(name)}
