"""Cries for help, heard before anything else: by words alone, with no classifier.

A cry is told from a question about papers ("nhà cháy mất hết sổ đỏ", "giấy phép phòng cháy") in
three steps. What can mean nothing else counts wherever it stands ("cứu với", "call an ambulance").
What tells of something going on ("có người ngất") counts unless the desk is asked for something or
it is over. A bare word of alarm ("cháy", "fire") counts when it stands almost alone.
Without accents only what is unambiguous. The words are in `emergency_words`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from safeguards.emergency_words import (
    ALARMS,
    ASKING,
    CALLS,
    DESK,
    GOING_ON,
    HELP,
    LONE,
    NO_CRY,
    OVER,
    Emergency,
    Language,
)
from safeguards.wording import bare, plain

_LONGEST_CALL = 60
_LONGEST_ACCOUNT = 25
_LONGEST_ALARM = 5
_LONGEST_LONE = 2
"""Words. A cry is short; a longer text tells a story."""

_Words = tuple[tuple[Language, Emergency, re.Pattern[str]], ...]


Near = Literal["staff", "closed", "unknown"]
"""Who is near: staff in the open centre, perhaps nobody in the closed one, nobody knows."""


@dataclass(frozen=True, slots=True)
class Cry:
    """Who must come, and in which language the cry was."""

    kind: Emergency
    language: Language


def _compiled(words: dict[Language, dict[Emergency, str]]) -> _Words:
    return tuple(
        (language, kind, re.compile(rf"\b(?:{pattern})\b"))
        for language, kinds in words.items()
        for kind, pattern in kinds.items()
    )


_CALLS, _GOING_ON, _ALARMS, _LONE = map(_compiled, (CALLS, GOING_ON, ALARMS, LONE))
_HELP: tuple[tuple[Language, re.Pattern[str]], ...] = tuple(
    (language, re.compile(rf"\b(?:{pattern})\b")) for language, pattern in HELP.items()
)
_NO_CRY, _DESK, _OVER, _ASKING = (
    re.compile(rf"\b(?:{pattern})\b") for pattern in (NO_CRY, DESK, OVER, ASKING)
)


def heard(text: str) -> Cry | None:
    """The cry for help that a text is; None for anything else."""
    written = plain(text)
    words = written.count(" ") + 1
    if not written or words > _LONGEST_CALL:
        return None
    help_in = next((language for language, words in _HELP if words.search(written)), None)
    if help_in is None and _NO_CRY.search(written):
        return None
    called = _first(_CALLS, written)
    if called is not None:
        return called
    folded = bare(written)
    about_papers = _DESK.search(folded) is not None
    told = _first(_GOING_ON, written)
    alarm = told or _first(_ALARMS, written)
    if help_in is not None and (alarm is not None or not about_papers):
        return alarm or Cry("police", help_in)
    if about_papers or _OVER.search(folded):
        return None
    if told is not None:
        return told if words <= _LONGEST_ACCOUNT else None
    if words <= _LONGEST_LONE:
        alarm = alarm or _first(_LONE, written)
    return None if words > _LONGEST_ALARM or _ASKING.search(folded) else alarm


def _first(patterns: _Words, written: str) -> Cry | None:
    return next(
        (Cry(kind, language) for language, kind, words in patterns if words.search(written)), None
    )


_ADVICE: dict[Emergency, dict[Language, str]] = {
    "fire": {
        "vi": "Cháy: gọi ngay 114, và rời khỏi chỗ nguy hiểm.",
        "en": "Fire: call 114 now, and leave the danger area.",
    },
    "medical": {"vi": "Cấp cứu: gọi ngay 115.", "en": "Ambulance: call 115 now."},
    "police": {
        "vi": "Nguy hiểm: gọi ngay công an 113.",
        "en": "Danger: call the police on 113 now.",
    },
}
_NUMBERS: dict[Language, str] = {
    "vi": "Cứu hỏa 114, cấp cứu 115, công an 113, cứu nạn 112.",
    "en": "Fire 114, ambulance 115, police 113, rescue 112.",
}
_NEAR: dict[Near, dict[Language, str]] = {
    "staff": {
        "vi": "Gọi to và báo ngay cán bộ ở quầy gần nhất.",
        "en": "Shout for help and tell the staff at the nearest counter at once.",
    },
    "closed": {
        "vi": "Trung tâm đang đóng cửa, ở đây có thể không có cán bộ: anh/chị tự gọi ngay và gọi "
        "người ở gần giúp.",
        "en": "The centre is closed and there may be no staff here: call yourself now, and shout "
        "for anyone nearby.",
    },
    "unknown": {
        "vi": "Anh/chị gọi ngay và gọi người ở gần giúp, đừng chờ trả lời ở đây.",
        "en": "Call now and ask anyone near you for help; do not wait for an answer here.",
    },
}


def advice(cry: Cry, near: Near = "unknown") -> str:
    """What is said at once: the number that is needed first, then all of them, then who can come.
    Nobody is promised: the machine itself calls no one."""
    numbers = f"{_ADVICE[cry.kind][cry.language]} {_NUMBERS[cry.language]}"
    return f"{numbers} {_NEAR[near][cry.language]}"


def near(context: Mapping[str, Any]) -> Near:
    """Who can come to whoever cries, from the live context of a turn: only a kiosk stands in the
    centre, all other channels are heard from anywhere."""
    if context.get("channel") != "kiosk":
        return "unknown"
    open_now = (context.get("centre") or {}).get("open_now")
    return "unknown" if open_now is None else "staff" if open_now else "closed"
