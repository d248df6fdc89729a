"""What is said at a desk apart from procedures, and what asks for the same: phrases that ask for
the same are no rivals when a recogniser doubts which of them it heard."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from speech.patterns import written_out

OF_ONE_MEANING = frozenset(
    {"affirm", "deny", "goodbye", "greet", "louder", "repeat", "slower", "stop"}
    | {"take_ticket", "talk_to_staff", "thank"}
)
"""Intents whose sentences all ask for the same; others name a place, a number, a time."""
ASPECTS = {
    "documents": ("giấy", "hồ sơ", "mang", "đem", "chuẩn bị"),
    "fee": ("phí", "tiền"),
    "time": ("bao lâu", "mấy ngày", "bao nhiêu ngày", "mấy hôm", "khi nào", "bao giờ"),
    "place": ("ở đâu", "quầy", "chỗ nào", "đi đâu", "ra đâu"),
    "online": ("mạng", "trực tuyến", "online"),
    "result": ("kết quả", "nhận được gì", "được cấp gì"),
    "steps": ("bước", "quy trình", "trình tự", "làm thế nào", "làm sao"),
    "form": ("mẫu", "tờ khai"),
    "eligibility": ("ai được", "ai làm được", "đối tượng", "điều kiện", "dành cho ai"),
}
"""Words that tell what is asked about; of two, the first ("kết quả lấy ở đâu")."""
HOURS = re.compile(r"\b(?:giờ|mở cửa|đóng cửa)\b")
DAYS = re.compile(r"\b(?:thứ|chủ nhật|lễ|tết|khánh|cuối tuần|mai|nay|trưa|tối|đêm|ngày)\b")
NAMED = re.compile(r"\b(?:quầy|bàn|cửa|phòng|nhà|chỗ|bãi|khu|số|máy|ghế|nơi|xe)\b")
"""Words with which a place is named."""


def meaning(intent: str, text: str, places: Mapping[str, str] | None = None) -> str:
    """What other sentences ask for as well, or the sentence itself: numbers are no synonyms.

    ``places``: what names of places mean (`place: …`), longest first.
    """
    if intent in OF_ONE_MEANING:
        return intent
    if intent == "ask_aspect":
        told = [name for name, words in ASPECTS.items() if any(word in text for word in words)]
        return f"aspect: {told[0]}" if len(told) == 1 else text
    if intent == "centre_info" and HOURS.search(text) and not DAYS.search(text):
        return "centre_info: hours"
    if intent == "lead_me" and not NAMED.search(text):
        return "lead_me"
    if intent in ("find_place", "find_counter", "lead_me"):
        padded = f" {text} "
        return next((to for name, to in (places or {}).items() if f" {name} " in padded), text)
    return text


def patterns(lines: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The sentences of ``{intent: [pattern, …]}`` with what each means.

    ``(a|b|)`` stands for any of its parts; those of ``[a|b]`` differ in what is asked for. Where
    a pattern has no brackets, all its sentences ask for the same.
    """
    for intent, some in lines.items():
        for number, pattern in enumerate(some if isinstance(some, list) else ()):
            if isinstance(pattern, str):
                for text, differs in written_out(pattern):
                    one = meaning(intent, text)
                    yield (f"{intent}: {number} {differs}" if one == text else one), text


def longest_first(places: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Names of places: "nhà vệ sinh cho người khuyết tật" is not taken for its beginning."""
    return dict(sorted(dict(places).items(), key=lambda item: -len(item[0])))
