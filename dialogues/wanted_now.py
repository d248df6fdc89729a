"""What a message wants now, told from what it only tells of before.

"Chứng thực xong rồi, giờ sang tên đất" wants the transfer, "bị gạch tên, giờ muốn nhập lại" wants
to be registered again, "giấy báo tử ghi trật ngày mất" wants the mistake corrected: the name that
was said stands in what is over, or names only the paper.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from dialogues.doubts import about
from dialogues.release import Release
from dialogues.substance import content, names
from dialogues.understanding import Candidate, Understanding
from dialogues.wording import known_words, tokens

Parse = Callable[[str], Understanding]
SURE = 0.7
"""Confidence from which what is said after "now" names a procedure by itself."""
AGREED, HEARD = 0.02, 0.01
"""Confidence, after "now" and in the whole, from which both mean the same other procedure."""
_NOW = re.compile(
    r"(?:(?<=[,.;])|(?<=\brồi)|(?<=\broi)|(?<=\bxong))\s*"
    r"(?=(?:bây giờ|bây chừ|giờ|chừ|bay gio|gio|now)\s)",
    re.IGNORECASE,
)
_OVER = re.compile(r"\b(?:roi|xong|bi|da|duoc|already|was|were|has been|have been|done)\b")
_FIRST = re.compile(r"\b(?:truoc|dau tien|first)\b")
"""What comes first may well be what is over ("ly dị bên đó rồi, giờ cưới nữa thì làm gì trước")."""
_MISTAKE = re.compile(
    r"\b(?:(?:ghi|viet|in|go|danh|khai|lam|de) (?:bi )?(?:sai|trat|nham|lon|thieu (?:dau|chu))"
    r"|(?:bi )?(?:sai|trat|nham|lon) (?:\w+ )?(?:ten|ngay|nam|thang|ho|chu|dau|que|dan toc"
    r"|gioi tinh)"
    r"|cai chinh|dinh chinh|mis ?spel\w+|typo"
    r"|(?:wrong|incorrect)(?: \w+){0,2} (?:name|date|year|spelling|birthday)"
    r"|(?:name|date|year|birthday)(?: \w+){0,4} (?:is|was|are) (?:wrong|incorrect))\b"
)
_CORRECTING = re.compile(r"\b(?:cai chinh|dinh chinh|sua (?:sai|giay|so|ten)|correct)\b")
"""How what corrects a paper is called."""
_LIKELY = 0.02
"""Confidence from which a correction among the candidates is meant."""


def wanted_now(text: str, found: Understanding, parse: Parse, release: Release) -> Understanding:
    """The understanding, with the procedure that is wanted put before the one that is over or
    names only the paper; unchanged where nothing tells the two apart."""
    if found.intent not in {"ask_procedure", "find_counter"} or len(found.procedures) < 2:
        return found
    return _now(text, found, parse, release) or _corrected(text, found, release) or found


_ALL = r"(?:tất cả|hết|toàn bộ|đầy đủ|tat ca|het|toan bo|day du)"
_TO_DO = r"(?:giấy|thủ tục|việc|giay|thu tuc|viec)"
_EVERYTHING = re.compile(
    rf"\b(?:liệt kê|kể|đọc|liet ke|ke|doc)(?: \w+){{0,3}} {_ALL}(?: \w+){{0,2}} {_TO_DO}"
    r"(?: \w+){0,6}"
    r"|\b(?:tất cả|toàn bộ|tat ca|toan bo)(?: (?:các|những|cac|nhung))?"
    rf" {_TO_DO}(?: \w+){{0,6}}"
    r"|\b(?:which|what|list)(?: \w+){0,3} (?:registrations?|permits?|licen[cs]es?|procedures?"
    r"|formalities|steps|papers?|paperwork|documents?)\b[^.?!]*\b(?:all|every\w*|altogether)\b[^.?!]*"
    r"|\b(?:everything|all the \w+|all that) (?:i|we) (?:need|have|must)\b[^.?!]*",
    re.IGNORECASE,
)
TOLD = 0.9
"""Certainty that a situation is told from which all that it asks for is wanted, though its first
step was heard."""


def everything(
    said: str, found: Understanding, topic: str | None, release: Release
) -> Understanding | None:
    """ "Nhà em chuyển về đây, liệt kê giúp tất cả giấy tờ phải làm": the plan of what is told
    beside such an order. `found`: of the message without it, as its own words name nothing."""
    told = dict(found.ranking).get("life_event", 0.0)
    event = release.events.get(found.situation)
    ordered = _EVERYTHING.search(said)
    if topic is not None or event is None or ordered is None or not found.procedures:
        return None
    story = " ".join(tokens(said[: ordered.start()] + " " + said[ordered.end() :]))
    if found.intent == "life_event" or told < TOLD or _ONE_IS_WANTED.search(story):
        return None
    # "chuyển hẳn về phường này" is heard as the step with which it begins
    best = release.canonical(found.procedures[0].code)
    codes = [release.canonical(str(code)) for code in event["procedures"]]
    if best not in codes:
        return None
    steps = (Candidate(str(c), TOLD, str(event["id"])) for c in dict.fromkeys([best, *codes]))
    return replace(
        found,
        intent="life_event",
        confidence=told,
        procedures=tuple(steps)[:5],
        aspects=(),
        ambiguous=False,
    )


_ONE_IS_WANTED = re.compile(r"\b(?:muon|xin|dang ky|de lam|apply|register|get an?)\b")
"""One thing is asked for, and all of its papers."""


def _now(text: str, found: Understanding, parse: Parse, release: Release) -> Understanding | None:
    cut = next(iter(_NOW.finditer(text)), None)
    if cut is None:
        return None
    before, after = text[: cut.start()], text[cut.end() :]
    over = " ".join(tokens(before))
    first = _FIRST.search(" ".join(tokens(after)))
    if len(tokens(after)) < 3 or first or _OVER.search(over) is None:
        return None
    best = found.procedures[0]
    if not _said_rather_in(before, after, best):
        return None
    now = parse(after)
    if now.intent == "out_of_scope" or _again_as_named(after, best, release):
        return None
    whole = {release.canonical(c.code): c.confidence for c in found.procedures[1:]}
    for candidate in now.procedures:
        code = release.canonical(candidate.code)
        if code == release.canonical(best.code):
            return None
        if whole.get(code, 0.0) >= HEARD and candidate.confidence >= AGREED:
            if found.ambiguous and candidate.confidence < SURE:
                return None
            meant = about(found, str(code), found.intent)
            return replace(meant, aspects=tuple(dict.fromkeys((*found.aspects, *now.aspects))))
        if candidate.confidence >= SURE:
            return None
    return None


_AGAIN = re.compile(r"\b(?:dang ky lai|cap lai|cap doi|gia han|cham dut|thu hoi|re ?register\w*)\b")


def _again_as_named(after: str, best: Candidate, release: Release) -> bool:
    """ "Giờ … thì đăng ký lại cần gì": what is to be done is what the best is called by."""
    entry = release.procedure(best.code)
    name = known_words(str(entry["name"].get("vi") or "")) if entry else ""
    said = _AGAIN.search(" ".join(tokens(after)))
    return said is not None and f" {said[0]} " in f" {name} "


def _said_rather_in(before: str, after: str, best: Candidate) -> bool:
    """Whether what the best candidate is called by was said before "now" rather than after."""
    telling = content(best.matched or "")
    return len(telling & set(tokens(before))) > len(telling & set(tokens(after)))


def _corrected(text: str, found: Understanding, release: Release) -> Understanding | None:
    """ "Giấy báo tử ghi trật ngày mất": not the paper's own procedure, but what corrects it."""
    if _MISTAKE.search(" ".join(tokens(text))) is None:
        return None
    if _corrects(found.procedures[0].code, release):
        return None
    for candidate in found.procedures[1:]:
        if candidate.confidence >= _LIKELY and _corrects(candidate.code, release):
            return about(found, str(release.canonical(candidate.code)), found.intent)
    return None


def _corrects(code: str, release: Release) -> bool:
    return any(_CORRECTING.search(known_words(name)) for name in names(release.procedure(code)))
