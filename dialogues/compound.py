"""Two requests in one message: parted only where each stands by itself.

"Đăng ký kết hôn cần giấy gì, với lại nhà vệ sinh ở đâu" asks twice; a story followed by a question,
or two aspects of one procedure, ask once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from dialogues.conditions import named_cases
from dialogues.framing import clauses
from dialogues.release import Release
from dialogues.substance import content, familiarity, said_of
from dialogues.understanding import Understanding
from dialogues.wording import tokens

Parse = Callable[[str], Understanding]
SURE = 0.45
SURE_DESK = 0.6
_AT_THE_DESK = frozenset({"find_place", "take_ticket", "talk_to_staff", "centre_info", "lead_me"})
_COURTESY = frozenset({"greet", "thank", "goodbye", "affirm", "deny", "who_are_you", "feedback"})
_ASKING = re.compile(
    r"\b(?:muon|can|xin|cho|hoi|the nao|lam sao|sao|gi|nao|dau|may|bao nhieu|bao lau|duoc khong"
    r"|want|need|how|what|where|can|could|like to|tell me)\b"
)
_TOLD = re.compile(
    r"\b(?:da|vua|moi|xong|truoc day|hom qua|hoi|bi|nam ngoai|already|was|were|just|have been|got"
    r"|lost)\b"
)
_OVER = re.compile(r"\b(?:xong|xong roi|done|finished)$")
_SHORTEST = 6


@dataclass(frozen=True, slots=True)
class Request:
    """One thing asked: the words and what was understood of them."""

    said: str
    understanding: Understanding


def requests(
    text: str,
    whole: Understanding,
    parse: Parse,
    release: Release,
    topic: str | None = None,
) -> list[Request]:
    """What a message asks, in its order; empty when it is one question as it stands. `topic`: the
    open procedure, of which may be asked what comes before a name."""
    if len(tokens(text)) < _SHORTEST:
        return []
    parts = clauses(text)
    if len(parts) < 2:
        return []
    found: list[Request] = []
    bare: list[Request] = []
    for part in parts:
        request = Request(part, parse(part))
        if _is_bare_name(request, release):
            bare.append(request)
            found.append(request)
        elif _asks(request, release):
            found.append(request)
    found, told = _with_circumstances(found, release)
    if topic is None and _asked_before_its_name(found, whole, release):
        aspects = (*whole.aspects, *(a for r in found for a in r.understanding.aspects))
        together = replace(whole, aspects=tuple(dict.fromkeys(aspects)))
        return [Request(text, together)]
    found = _joined(found, release)
    if topic is None and _told_beside(found, whole, release):
        return [Request(text, whole)]
    if told and len(found) == 1:
        return [Request(text, replace(found[0].understanding, repaired=whole.repaired))]
    if len(found) == 1 and whole.intent in _COURTESY and found[0].said != text:
        return found
    if len(found) == 1 and found[0].said == parts[-1] and _goes_there(found[0], whole):
        return [Request(text.replace(parts[-1], "").strip(), whole), found[0]]
    if len(found) < 2 or _one_procedure(whole, found, release):
        return []
    return [_with_aspects(request, found, bare) for request in found]


def _asked_before_its_name(
    found: Sequence[Request], whole: Understanding, release: Release
) -> bool:
    """ "How long does it take and how much is it to marry": what is asked first is asked of what is
    named after, and nothing else is named."""
    if len(found) < 2 or not whole.procedures or whole.ambiguous or _code(found[0], release):
        return False
    first, later = found[0].understanding, {_code(request, release) for request in found[1:]}
    at_desk = any(request.understanding.intent in _AT_THE_DESK for request in found)
    best = whole.procedures[0]
    asks_alone = bool(first.aspects) and not first.out_of_scope
    named = later - {None} <= {release.canonical(best.code)}
    return asks_alone and best.confidence >= SURE and not at_desk and named


SURELY_ONE, HARDLY_ANOTHER = 0.95, 0.85
"""Confidence of the whole from which a part that names another procedure with less than the second
only tells how it came about."""


def _told_beside(found: Sequence[Request], whole: Understanding, release: Release) -> bool:
    """ "Mẹ tôi 80 tuổi không đi lại được, con làm thay có được không": the whole is surely one
    procedure, which one part names, and no other part surely names another."""
    if len(found) != 2 or whole.intent != "ask_procedure" or whole.ambiguous:
        return False
    best = whole.procedures[0] if whole.procedures else None
    code = None if best is None else release.canonical(best.code)
    others = [request for request in found if _code(request, release) != code]
    if best is None or best.confidence < SURELY_ONE or len(others) != 1:
        return False
    other = others[0].understanding
    if other.intent in _AT_THE_DESK or _code(others[0], release) is None:
        return False
    return other.procedures[0].confidence < HARDLY_ANOTHER


def _goes_there(last: Request, whole: Understanding) -> bool:
    """ "Tôi làm giám hộ. Dẫn tôi ra quầy đó": a procedure is named, then its counter wanted."""
    named = whole.intent == "ask_procedure" and bool(whole.procedures)
    return (
        named
        and last.understanding.intent in {"lead_me", "take_ticket"}
        and whole.procedures[0].confidence >= SURE
    )


def _asks(request: Request, release: Release) -> bool:
    understanding = request.understanding
    folded = " ".join(tokens(request.said))
    if understanding.intent in _AT_THE_DESK:
        return understanding.confidence >= SURE_DESK
    if understanding.aspects and not understanding.procedures:
        return True
    if understanding.aspects and not content(understanding.repaired or request.said):
        return True
    if understanding.intent not in {"ask_procedure", "ask_aspect", "life_event"}:
        return False
    if understanding.intent == "life_event" or not _named(request, release):
        return False
    if understanding.aspects:
        return True
    return bool(_ASKING.search(folded)) and not _TOLD.search(folded)


def _named(request: Request, release: Release) -> bool:
    procedures = request.understanding.procedures
    if not procedures or procedures[0].confidence < SURE:
        return False
    text = request.understanding.repaired or request.said
    return said_of(procedures[0].matched, text) >= 0.5


def _is_bare_name(request: Request, release: Release) -> bool:
    """ "Đăng ký khai sinh" of "đăng ký khai sinh và đăng ký thường trú cần giấy tờ gì"."""
    over = _OVER.search(" ".join(tokens(request.said)))
    if over or not _named(request, release) or request.understanding.aspects:
        return False
    entry = release.procedure(request.understanding.procedures[0].code)
    return familiarity(request.said, entry) >= 0.99


def _code(request: Request, release: Release) -> str | None:
    procedures = request.understanding.procedures
    named = request.understanding.intent in {"ask_procedure", "ask_aspect"} and procedures
    return release.canonical(procedures[0].code) if named and _named(request, release) else None


def _joined(found: Sequence[Request], release: Release) -> list[Request]:
    """Aspects asked without a name belong to the request before; so does the same procedure."""
    joined: list[Request] = []
    for request in found:
        code = _code(request, release)
        at_desk = request.understanding.intent in _AT_THE_DESK
        before = joined[-1] if joined else None
        belongs = before is not None and not at_desk and code in {None, _code(before, release)}
        if before is None or not belongs:
            joined.append(request)
            continue
        if before.understanding.intent in _AT_THE_DESK:
            joined.append(request)
            continue
        aspects = (*before.understanding.aspects, *request.understanding.aspects)
        understanding = replace(before.understanding, aspects=tuple(dict.fromkeys(aspects)))
        joined[-1] = Request(f"{before.said}, {request.said}", understanding)
    return joined


def _with_circumstances(found: Sequence[Request], release: Release) -> tuple[list[Request], bool]:
    """ "Khai sinh cho con, con sinh ở nhà": what only tells a condition of the procedure before is
    no request of its own. Also whether there was any."""
    kept: list[Request] = []
    for request in found:
        entry = release.procedure(_code(kept[-1], release)) if kept else None
        tells = entry is not None and not request.understanding.aspects
        if tells and named_cases(entry or {}, request.understanding.repaired or request.said).holds:
            kept[-1] = replace(kept[-1], said=f"{kept[-1].said}, {request.said}")
        else:
            kept.append(request)
    return kept, len(kept) < len(found)


def _one_procedure(whole: Understanding, found: Sequence[Request], release: Release) -> bool:
    """The parts name together what the whole names as one ("khai sinh, thường trú và bảo hiểm")."""
    codes = {code for request in found if (code := _code(request, release))}
    if len(codes) < 2 or not whole.procedures or whole.ambiguous:
        return False
    asked = {request.understanding.aspects for request in found}
    if len(asked) > 1 and all(asked):
        return False  # something else is asked of each
    best = whole.procedures[0]
    return best.confidence >= SURE and release.canonical(best.code) not in codes


def _with_aspects(request: Request, found: Sequence[Request], bare: Sequence[Request]) -> Request:
    """A bare name is asked about what the next one is."""
    if request not in bare:
        return request
    later = found[found.index(request) + 1 :]
    aspects = next((r.understanding.aspects for r in later if r.understanding.aspects), ())
    return Request(request.said, replace(request.understanding, aspects=aspects))
