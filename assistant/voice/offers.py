"""What may be answered to the question that is open, and how people word it.

"Có", "chưa", "đúng rồi em", "cái thứ hai" are too short for a recogniser to be sure of: it is told
which answers the reply now on offer expects, and says which of them was given (`speech.answers`).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.voice.confirmation import agrees
from speech.lattice_language import words_of

YES, NO, UNSURE = "yes", "no", "unsure"

_SAID: Mapping[str, tuple[str, ...]] = {
    YES: (
        "(dạ|vâng|) đúng (rồi|vậy|thế|) (em|ạ|em ạ|)",
        "(dạ|vâng|) phải (rồi|) (em|ạ|)",
        "(chuẩn|chính xác) rồi (em|ạ|)",
        "chính xác",
        "(dạ|) vâng (ạ|em|)",
        "(dạ|vâng|tôi|bác|) (có|có rồi|đã có rồi|có đủ rồi|có sẵn rồi) (em|ạ|em ạ|)",
        "có (chứ|đây|đủ)",
        "(dạ|) rồi (em|ạ|)",
        "(dạ|) (được|đồng ý) (em|ạ|)",
        "được rồi (em|ạ|)",
    ),
    NO: (
        "(dạ|) không (em|ạ|)",
        "(dạ|) không (phải|đúng|có|cần) (em|ạ|đâu|em ạ|)",
        "(dạ|) không phải (vậy|thế|cái đó|em ơi)",
        "hổng (có|phải|cần) (em|ạ|)",
        "(dạ|tôi|bác|) (chưa|chưa có|không có) (em|ạ|đâu|em ạ|)",
        "chưa làm",
        "(dạ|) sai rồi (em|ạ|)",
        "thôi (không cần|khỏi|) (em|)",
    ),
    UNSURE: (
        "(dạ|tôi|bác|) (không rõ|không biết|không nhớ|chưa rõ|chưa biết|không chắc) (em|ạ|lắm|)",
    ),
}
_NO_CASE = ("không phải trường hợp nào", "không phải mấy cái này", "không cái nào (đúng|cả|hết)")
_CHOSEN = "(dạ|tôi chọn|lấy|cho tôi|)"
_THING = "(cái|mục|việc|loại|)"
_PLACES = (("nhất", "một"), ("hai", "hai"), ("ba", "ba"), ("tư", "bốn"), ("năm", "năm"))
_LAST = f"{_CHOSEN} (cái|mục|việc) (cuối|cuối cùng|sau cùng) (em|ạ|)"
_FIRST = f"{_CHOSEN} (cái|mục|việc) đầu (tiên|) (em|ạ|)"
MOST_OF_A_TITLE = 6
"""Words of a title that anybody says of it."""
_ENDS = re.compile(r"[.!?…]\s+")
_ASKS = re.compile(r"(?:không|chưa|chứ) ạ\?$")


@dataclass(frozen=True, slots=True)
class Offer:
    """The answers that a reply expects."""

    patterns: Mapping[str, tuple[str, ...]]
    """How each is worded (`speech.patterns`), by its name."""
    payloads: Mapping[str, str]
    """The button that each stands for."""
    prompt: str
    """The question, to be asked once more."""
    parts: tuple[dict[str, Any], ...]
    """The choices, to be shown once more."""


def offer_of(parts: Sequence[Mapping[str, Any]]) -> Offer | None:
    """What the parts of a Vietnamese reply ask for; None when they ask nothing."""
    prompt = _question(parts)
    choices = [part for part in parts if part.get("type") == "choices"]
    if not choices:
        if not _ASKS.search(prompt):
            return None
        return Offer(
            {name: _SAID[name] for name in (YES, NO)}, {YES: "affirm", NO: "deny"}, prompt, ()
        )
    offered = [
        (str(choice.get("title") or ""), str(choice.get("payload") or ""))
        for choice in choices[-1].get("choices") or ()
        if choice.get("title") and choice.get("payload")
    ]
    patterns: dict[str, tuple[str, ...]] = {}
    payloads: dict[str, str] = {}
    named: list[tuple[str, str]] = []
    for title, payload in offered:
        name = _answer(title, payload)
        if name is None:
            named.append((title, payload))
        elif name not in payloads:
            patterns[name], payloads[name] = _SAID[name], payload
    if named and NO in patterns:
        patterns[NO] += _NO_CASE
    starts = _starts([words_of(title) for title, _ in named])
    for at, (_, payload) in enumerate(named[: len(_PLACES)]):
        name = str(at + 1)
        patterns[name] = (*_places(at, len(named)), *starts[at])
        payloads[name] = payload
    return Offer(patterns, payloads, prompt, (dict(choices[-1]),)) if payloads else None


def _answer(title: str, payload: str) -> str | None:
    """Whether a choice is a yes, a no, a "not sure"; None for one with a name of its own."""
    kind, _, value = payload.partition(":")
    if kind in ("have", "condition") and value in _SAID:
        return value
    if kind in ("affirm", "deny"):
        return YES if kind == "affirm" else NO
    said = agrees(title)
    return None if said is None else YES if said else NO


def _places(at: int, count: int) -> list[str]:
    """ "cái thứ hai", "số hai": a number alone is too easily something else."""
    if count < 2:
        return []
    ordinal, number = _PLACES[at]
    found = [
        f"{_CHOSEN} {_THING} thứ {ordinal} (em|ạ|)",
        f"{_CHOSEN} {_THING} số {number} (em|ạ|)",
    ]
    if at == 0:
        found.append(_FIRST)
    if at == count - 1:
        found.append(_LAST)
    return found


def _starts(titles: Sequence[Sequence[str]]) -> list[list[str]]:
    """The beginnings of each title that tell it from the others, and what follows where all begin
    alike ("chữ ký" of "chứng thực chữ ký …")."""
    common = 0
    while len(titles) > 1 and all(len(title) > common for title in titles):
        if len({title[common] for title in titles}) > 1:
            break
        common += 1
    found = []
    for at, title in enumerate(titles):
        others = [" ".join(other) for number, other in enumerate(titles) if number != at]
        texts = []
        for start in {0, common}:
            for end in range(start + 2, min(len(title), start + common + MOST_OF_A_TITLE) + 1):
                text = " ".join(title[start:end])
                if not any(f" {text} " in f" {other} " for other in others):
                    texts.append(text)
        found.append(texts)
    return found


def _question(parts: Sequence[Mapping[str, Any]]) -> str:
    """The last question of what is shown."""
    texts = [str(part.get("text") or "") for part in parts if part.get("type") == "text"]
    sentences = [one.strip() for text in texts for one in re.split(r"(?<=[.!?…])\s+", text)]
    return next((one for one in reversed(sentences) if one.endswith("?")), "")
