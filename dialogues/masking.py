"""Takes what may identify a person out of a message before anything reads or keeps it.

The application redacts what it stores and shows by itself; here nothing personal gets as far as
the understanding, the memory, the tracker or a reply. Codes of procedures, counters, fees and
ages stay.
"""

from __future__ import annotations

import re

MASK = "•••"
_LONG_NUMBER = re.compile(r"(?<!\d)\+?\d(?:[ .\-–_/]?\d){7,}(?!\d)")
_CODES = re.compile(r"\d\.\d{6}(?:[ ]\d\.\d{6})*")
_DATE = re.compile(r"\d{1,2}[/.\-]\d{1,2}[/.\-](?:19|20)\d{2}")
_EMAIL = re.compile(r"[^\s@<>,;]{1,64}@[^\s@<>,;]{1,200}\.[^\s@<>,;]+")
_DIGIT_WORDS = (
    "không|khong|một|mot|mốt|hai|ba|bốn|bon|tư|năm|nam|lăm|sáu|sau|bảy|bay|bẩy|tám|tam|chín|chin"
    "|zero|oh|one|two|three|four|five|six|seven|eight|nine|double"
)
_SPOKEN_NUMBER = re.compile(
    rf"\b(?:{_DIGIT_WORDS})(?:[\s,.\-]+(?:{_DIGIT_WORDS})){{7,}}\b", re.IGNORECASE
)
_PERSON = (
    r"(?:tôi|tui|em|cháu|con|mình|anh|chị|bác|cô|chú|chồng|vợ|bố|mẹ|ba|má|ông|bà|toi|chau|minh|chong"
    r"|vo)(?:\s+(?:tôi|em|cháu|mình|toi|chau|minh|trai|gái|gai))*"
)
_IS = r"\s*(?::|=|\b(?:là|la|is)\b)\s*"
_NAME_CUE = re.compile(
    rf"(?:\b(?:họ\s*(?:và|&)?\s*tên|ho\s*(?:va|&)?\s*ten)(?:\s+(?:của\s+|cua\s+)?{_PERSON})?{_IS}"
    rf"|\b{_PERSON}\s+(?:tên|ten)\b(?:{_IS})?|\b(?:tên|ten)\s+(?:của\s+|cua\s+)?{_PERSON}{_IS}"
    r"|\bmy\s+name(?:\s+is\b|'s\b|’s\b)|\b(?:i\s+am|i'm)\s+called\b)"
    r"(?:\s*(?:ông|bà|anh|chị|cô|chú|bác|mr|mrs|ms)\b\.?)?\s*",
    re.IGNORECASE,
)
_NAME_WORD = re.compile(r"\s*([^\W\d_][\w'’.-]*)")
_NAME_ENDS = frozenset(
    re.findall(
        r"\w+",
        """muốn muon cần can xin hỏi hoi đến den tới toi ở o sinh năm nam tuổi tuoi và va làm lam
        đi di đăng dang có co bị bi để de cho thường thuong trú tru số so ạ a mà ma thì thi là la
        định dinh gì gi nào nao viết viet bằng bang and want would need i to from live born the with
        who what mới moi nay đang vừa vua phải phai trong trên tren theo không khong được duoc như
        nhu khai sai ghi nhầm nham quê que hiện hien nhà nha""",
    )
)
_LONGEST_NAME = 5


def mask(text: str) -> str:
    """Without long numbers (also in words), e-mail addresses and names told as such."""
    if "@" in text:
        text = _EMAIL.sub(MASK, text)
    text = _LONG_NUMBER.sub(_unless_public, text)
    text = _SPOKEN_NUMBER.sub(MASK, text)
    return _without_names(text)


def _unless_public(match: re.Match[str]) -> str:
    number = match.group()
    public = _CODES.fullmatch(number) or _DATE.fullmatch(number)
    return number if public else MASK


def _without_names(text: str) -> str:
    pieces: list[str] = []
    position = 0
    for cue in _NAME_CUE.finditer(text):
        if cue.start() < position:
            continue
        end = cue.end()
        for _count in range(_LONGEST_NAME):
            word = _NAME_WORD.match(text, end)
            if word is None or word.group(1).strip(".").lower() in _NAME_ENDS:
                break
            end = word.end()
        if end > cue.end():
            pieces += [text[position : cue.end()].rstrip(), f" {MASK}"]
            position = end
    return "".join([*pieces, text[position:]])


_TELLING_CLAUSE = re.compile(rf"[^,.;?!]*{MASK}[^,.;?!]*[,.;?!]*\s*")


def without_masked(text: str) -> str:
    """Without the clauses that only told who somebody is, when at least two words are left."""
    if MASK not in text:
        return text
    rest = _TELLING_CLAUSE.sub("", text).strip()
    return rest if len(rest.split()) >= 2 else text
