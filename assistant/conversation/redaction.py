"""Takes personal data out of what people write, before it is stored or shown to staff.

Procedure codes (1.001193), fees and counter numbers stay: they are what staff need to see.
"""

import re

_SEPARATOR = r"[\s.\-–_/]?"

_EMAIL = re.compile(r"[^\s@<>,;]{1,64}@[^\s@<>,;]{1,200}\.[^\s@<>,;]+")
_DOSSIER = re.compile(
    r"\b(?:[0-9A-Z]{1,5}\.){0,6}[A-Z]?\d{2,3}(?:\.\d{1,6}){0,4}-\d{6}-\d{3,6}\b", re.I
)
_PLATE = re.compile(r"\b\d{2}[ -]?[A-ZĐ]{1,2}\d?[ \-–.]{1,3}\d{3}[. ]?\d{1,2}\b", re.I)
_PLATE_TIGHT = re.compile(r"\b\d{2}[A-ZĐ]\d?\d{4,5}\b", re.I)
_DATE = re.compile(r"\b\d{1,2}\s?[/.\-]\s?\d{1,2}\s?[/.\-]\s?(?:19|20)\d{2}\b")
_PROCEDURE_CODE = re.compile(r"(?<![\d.])(?<!\d[\s\-–_/])\d\.\d{6}(?![\s.\-–_/]?\d)")
_PHONE = re.compile(rf"(?<!\d)(?:\+?84|0){_SEPARATOR}(?:\d{_SEPARATOR}){{8}}\d(?!\d)")
_DIGITS = re.compile(rf"(?<!\d)\d(?:{_SEPARATOR}\d){{7,}}(?!\d)")

_WORDS = (
    "không|khong|một|mot|mốt|hai|ba|bốn|bon|tư|năm|nam|lăm|lam|sáu|sau|bảy|bay|bẩy|tám|tam|chín|chin"
    "|zero|oh|one|two|three|four|five|six|seven|eight|nine|double"
)
_SPOKEN_DIGITS = re.compile(rf"\b(?:{_WORDS})(?:[\s,.\-]+(?:{_WORDS})){{7,}}\b", re.I)

_PERSON = (
    r"(?:tôi|em|cháu|con|mình|anh|chị|bác|cô|chú|chồng|vợ|bố|mẹ|ba|má|ông|bà|toi|chau|minh|chong|vo"
    r"|con\s+trai|con\s+gái|con\s+gai)(?:\s+(?:tôi|em|cháu|mình|toi|chau|minh))?"
)
_LINK = r"\s*(?::|=|\b(?:là|la|is)\b)\s*"
_NAME_CUE = re.compile(
    rf"(?:\b(?:họ\s*(?:và|&)?\s*tên|ho\s*(?:va|&)?\s*ten)(?:\s+(?:của\s+|cua\s+)?{_PERSON})?{_LINK}"
    rf"|\b{_PERSON}\s+(?:tên|ten)\b(?:{_LINK})?|\b(?:tên|ten)\s+(?:của\s+|cua\s+)?{_PERSON}{_LINK}"
    r"|\bmy\s+name(?:\s+is\b|'s\b)|\b(?:i\s+am|i'm)\s+called\b)"
    r"(?:\s*(?:ông|bà|anh|chị|cô|chú|bác|mr|mrs|ms)\b\.?)?\s*",
    re.I,
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NAME_ENDS = _words(
    """muốn muon cần can xin hỏi hoi đến den tới toi ở o sinh năm nam tuổi tuoi và va làm lam đi di
    đăng dang có co bị bi để de cho thường thuong trú tru số so ạ a mà ma thì thi là la định dinh
    gì gi nào nao viết viet bằng bang and want would need i to from live born the with who what
    mới moi nay đang vừa vua phải phai trong trên tren theo không khong được duoc như nhu khai sai
    ghi nhầm nham quê que hiện hien nhà nha"""
)
_NAME_WORD = re.compile(r"\s*([^\W\d_][\w'’.-]*)")
_LONGEST_NAME = 5


def redact(text: str) -> str:
    """The text with personal data replaced by `[…]`. Redacting twice changes nothing more."""
    if "@" in text:
        text = _EMAIL.sub("[email]", text)
    text = _DOSSIER.sub("[mã hồ sơ]", text)
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        kept.append(match.group())
        return "\x00"

    text = text.replace("\x00", "")
    text = _DATE.sub("[ngày]", text)
    text = _PROCEDURE_CODE.sub(keep, text)
    text = _PHONE.sub("[điện thoại]", text)
    text = _DIGITS.sub(_number, text)
    text = _PLATE.sub("[biển số]", text)
    text = _PLATE_TIGHT.sub("[biển số]", text)
    text = _SPOKEN_DIGITS.sub("[số]", text)
    text = _names(text)
    for code in kept:
        text = text.replace("\x00", code, 1)
    return text


def _number(match: re.Match[str]) -> str:
    digits = sum(character.isdigit() for character in match.group())
    return "[số định danh]" if digits in (9, 12) else "[số]"


def _names(text: str) -> str:
    """Replace what follows "tên tôi là", "họ tên:", "my name is" up to a word that ends a name."""
    pieces: list[str] = []
    position = 0
    for cue in _NAME_CUE.finditer(text):
        if cue.start() < position:
            continue
        end = _name_end(text, cue.end())
        if end == cue.end():
            continue
        pieces += [text[position : cue.end()].rstrip(), " [tên]"]
        position = end
    return "".join([*pieces, text[position:]])


def _name_end(text: str, start: int) -> int:
    end = start
    for count in range(_LONGEST_NAME):
        word = _NAME_WORD.match(text, end)
        if word is None:
            break
        written = word.group(1).strip(".")
        in_name = count > 0 and written[:1].isupper()  # "Nguyễn Thị Năm"
        if written.lower() in _NAME_ENDS and not in_name:
            break
        end = word.end()
    return end
