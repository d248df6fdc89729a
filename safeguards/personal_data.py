"""Finds what identifies a person in what people write or say: numbers (also in words), addresses,
names told as such, dates of birth.

Codes of procedures (1.001193), decrees (301/2026/NĐ-CP), fees, years, counters and tickets stay:
they are what a question is about, and what staff need to see.
"""

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Literal

from safeguards.names import CAPITALISED as _CAPITALISED
from safeguards.names import name_spans

Kind = Literal["email", "dossier", "date", "phone", "id", "number", "plate", "address", "name"]
Label = Callable[[Kind], str]

_EMAIL = re.compile(r"[^\s@<>,;]{1,64}@[^\s@<>,;]{1,200}\.[^\s@<>,;]+")
_SPOKEN_EMAIL = re.compile(
    r"\b\w{1,64}(?:\s+(?:chấm|cham|dot|gạch dưới|underscore)\s+\w{1,64}){0,4}"
    r"\s+(?:a\s?còng|a\s?cong|a\s?móc|a\s?vòng|at)\s+\w{1,64}"
    r"(?:\s+(?:chấm|cham|dot)\s+\w{2,20}){1,3}\b",
    re.I,
)
_DOSSIER = re.compile(
    r"\b(?:[0-9A-Z]{1,5}\.){0,6}[A-Z]?\d{2,3}(?:\.\d{1,6}){0,4}-\d{6}-\d{3,6}\b", re.I
)
_PLATE = re.compile(r"\b\d{2}[ -]?[A-ZĐ]{1,2}\d?[ \-–.]{1,3}\d{3}[. ]?\d{1,2}\b", re.I)
_PLATE_TIGHT = re.compile(r"\b\d{2}[A-ZĐ]{1,2}\d?\d{4,5}\b", re.I)
_PASSPORT = re.compile(r"\b[A-Z] ?\d{7}\b|\b[A-Z]{2} ?\d{6,7}\b", re.I)
_MONTH = (
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
    r"|tháng\s\w+|thang\s\w+"
)
_DAY_BEFORE = r"(?<=\d{2}[/.\-]\d{2}[/.\-](?:19|20)\d{2}[ .\-])"
_DAY_AFTER = r"\d{0,2}[/.\-]\d{1,2}[/.\-](?:19|20)\d{2}"
_DATE = re.compile(
    rf"(?:(?<!\d[ .\-])|{_DAY_BEFORE})"  # no piece of a longer number
    r"\b(?:\d{1,2}\s?[/.\-]\s?\d{1,2}\s?[/.\-]\s?(?:19|20)\d{2}"
    r"|(?:19|20)\d{2}\s?[/.\-]\s?\d{1,2}\s?[/.\-]\s?\d{1,2}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\s(?:of\s)?(?:{_MONTH}),?\s(?:năm\s|nam\s)?(?:19|20)\d{{2}}"
    rf"|(?:{_MONTH})\s\d{{1,2}}(?:st|nd|rd|th)?,?\s(?:19|20)\d{{2}})\b"
    rf"(?![ .\-]\d(?!{_DAY_AFTER}))",
    re.I,
)
_BORN = re.compile(r"\b(?:sinh|sanh|đẻ|ns|dob|born|birthday|date of birth)\b[\w\s:,]{0,16}$", re.I)
_OF_THE_CENTRE = re.compile(
    r"làm việc|lam viec|mở cửa|mo cua|nghỉ|nghi le|lịch|lich hen|hẹn|đóng cửa|hiệu lực|hieu luc"
    r"|nghị định|nghi dinh|thông tư|thong tu|luật|quyết định|/[A-ZĐ]{2}"
    r"|\bopen|clos|holiday|appointment|decree",
    re.I,
)
"""Words beside which a date is one of the centre or of a law."""

_CODE = r"[1-9]\.\d{6}(?:\.\d{3}(?:\.\d{2}){2}\.[A-Z]\d{2})?"
_CODES = re.compile(rf"(?<![\d.,])(?<!\d[\s\-–_/]){_CODE}(?:[ ,;]{{1,2}}{_CODE})*(?![\s.\-–_/]?\d)")
_DECREE = re.compile(r"(?<!\d)\d{1,5}/(?:19|20)\d{2}/[A-ZĐa-zđ]{2,}|(?<!\d)\d{1,5}/[A-ZĐ]{2,}-\w+")
_YEARS = re.compile(
    r"(?<!\d)(?:19|20)\d{2}(?:\s?(?:[-–/,]|đến|den|to|và|va)?\s?(?:19|20)\d{2}){1,3}(?![\d.\-–_/]|\s\d)"
)
_MONEY = re.compile(
    r"(?<![\d.,])(?:[1-9]\d{0,2}(?:[.,]\d{3}){1,3}|[1-9]\d{3,10})"
    r"(?:\s?[-–]\s?(?:[1-9]\d{0,2}(?:[.,]\d{3}){1,3}|[1-9]\d{3,10}))?"
    r"(?=\s?(?:đồng|dong|đ|vnđ|vnd|usd)(?!\w))"
    r"|(?<![\d.,])[1-9]\d{0,2}[.,]\d{3}[.,]000(?![.,]?\d)"
    r"|(?<![\d.,])[1-9]\d{0,2}[.,]\d00\s?[-–]\s?[1-9]\d{0,2}[.,]\d00(?![.,]?\d)",
    re.I,
)
_HOTLINE = re.compile(r"(?<!\d)1[89]00[ .]?\d{4}(?![ .\-]?\d)")
_FIRST_KEPT, _MOST_KEPT = 0xF0000, 2000
_KEPT = re.compile(f"[{chr(_FIRST_KEPT)}-{chr(_FIRST_KEPT + _MOST_KEPT - 1)}]")
"""Private characters that stand for public numbers while the others are taken out."""
_PUBLIC = (_CODES, _DECREE, _YEARS, _MONEY, _HOTLINE)

_PHONE = re.compile(r"(?:84|0)\d{9}")
_JOINT = r"(?:[\s.\-–—_/·•()+*'‘’,]|\s?[.\-–—_/·•()+*]{1,2}\s?)?"
"""What may stand between two digits of one number."""
_NUMBER = re.compile(rf"(?<!\d)\+?\(?\d(?:{_JOINT}\d){{7,}}(?!\d)")
_WORDS = (
    "không|khong|ko|một|mot|mốt|hai|ba|bốn|bon|tư|năm|nam|lăm|lam|sáu|sau|bảy|bay|bẩy|tám|tam"
    "|chín|chin|zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple"
)
_SPOKEN_NUMBER = re.compile(rf"\b(?:{_WORDS})(?:[\s,.\-]+(?:{_WORDS})){{7,}}\b", re.I)
_MIXED_NUMBER = re.compile(
    rf"(?<![\w.])(?:\d{{1,4}}|{_WORDS})(?:[\s,.\-]+(?:\d{{1,4}}|{_WORDS})){{3,}}(?!\w)", re.I
)

_HOUSE = r"\d{1,4}[A-Za-z]?(?:[/-]\d{1,4}[A-Za-z]?){0,4}"
_STREET = r"(?:đường|phố|ngõ|ngách|hẻm|kiệt|ấp|thôn|tổ|đại lộ|duong|pho|ngo|ngach|hem|kiet|to|thon)"
_LIVES = (
    r"(?:địa chỉ|dia chi|nhà (?:tôi|em|mình|tui|cháu|con|ở)|nha (?:toi|em|minh|o)|sống ở|song o"
    r"|ngụ|cư trú|thường trú|tạm trú|trọ|(?:tôi|em|mình|tui|cháu) ở|(?:toi|em|minh) o"
    r"|(?:live|living|reside) (?:at|in)|address)"
)
_NO_STREET = (
    r"(?:muốn|cần|thì|làm|xin|có|là|và|để|bị|nào|gì|người|nơi|chỗ|phường|xã|tỉnh|ngày|tháng|tuổi|bản|triệu|đồng|năm|muon"
    r"|can|thi|lam|la|va|de|bi|nao|gi|nguoi|ngay|thang|tuoi|ban|need|want|and|for|days?|years?"
    r"|months?|people|persons?|copies|copy)\b"
)
_WORDS_OF_A_STREET = rf"(?:\s+(?!{_NO_STREET})[^\W\d]\w*){{1,4}}"
_ADDRESSES = (
    re.compile(
        rf"\b{_LIVES}(?:\s+(?:là|is|ở|tại|số nhà|nhà số|số|tai|so))*\s*:?\s*"
        rf"(?P<where>(?<=[\s:]){_HOUSE}(?![\d.])(?:,?\s+{_STREET}\s+{_HOUSE})*"
        rf"{_WORDS_OF_A_STREET})",
        re.I,
    ),
    re.compile(
        rf"\b(?:số nhà|nhà số|so nha|nha so)\s+(?P<where>{_HOUSE}(?:,?\s+{_STREET}\s+{_HOUSE})*"
        rf"(?:,?{_WORDS_OF_A_STREET})?)",
        re.I,
    ),
    re.compile(
        rf"(?<![\w.,/])(?P<where>{_HOUSE}(?:,?\s+{_STREET}\s+{_HOUSE})*,?\s+{_STREET}"
        rf"(?-i:{_CAPITALISED}))",
        re.I,
    ),
    re.compile(
        rf"\b(?:số|so)\s+(?P<where>{_HOUSE}(?:,?\s+{_STREET}\s+{_HOUSE})*,?\s+{_STREET}"
        rf"{_WORDS_OF_A_STREET})",
        re.I,
    ),
    re.compile(
        r"(?<![\w.,/])(?P<where>\d{1,4}[A-Za-z]?\s+(?:[A-Z]\w+\s+){1,4}"
        r"(?:[Ss]treet|St|[Rr]oad|Rd|[Aa]venue|[Ll]ane)\b)"
    ),
    re.compile(rf"\b(?:ở|tại|Ở|Tại|at)\s+(?:số\s+)?(?P<where>{_HOUSE}{_CAPITALISED})"),
    re.compile(rf"(?<![\w.,/])(?P<where>\d{{1,4}}[A-Z]?(?:/\d{{1,4}}[A-Z]?){{1,4}}{_CAPITALISED})"),
)


def replaced(text: str, label: Label) -> str:
    """The text with what identifies a person replaced by `label(kind)`."""
    text = _KEPT.sub("", text)
    if "@" in text:
        text = _EMAIL.sub(lambda _: label("email"), text)
    text = _SPOKEN_EMAIL.sub(lambda _: label("email"), text)
    if any(character.isdigit() for character in text):
        text = _without_numbers(text, label)
    text = _SPOKEN_NUMBER.sub(lambda _: label("number"), text)
    return _without_names(text, label)


def _without_numbers(text: str, label: Label) -> str:
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        if len(kept) == _MOST_KEPT:
            return match.group()
        kept.append(match.group())
        return chr(_FIRST_KEPT + len(kept) - 1)

    def keep_unless_personal(match: re.Match[str]) -> str:
        return label("date") if _is_personal(match) else keep(match)

    text = _DOSSIER.sub(lambda _: label("dossier"), text)
    text = _DATE.sub(keep_unless_personal, text)
    for public in _PUBLIC:
        text = public.sub(keep, text)
    text = _NUMBER.sub(lambda match: label(_kind(match.group())), text)
    text = _PASSPORT.sub(lambda _: label("id"), text)
    text = _PLATE.sub(lambda _: label("plate"), text)
    text = _PLATE_TIGHT.sub(lambda _: label("plate"), text)
    for address in _ADDRESSES:
        text = address.sub(lambda match: _without_address(match, label), text)
    text = _MIXED_NUMBER.sub(lambda match: _unless_few(match, label), text)
    return _KEPT.sub(lambda match: kept[ord(match.group()) - _FIRST_KEPT], text)


_RECENT = re.compile(r"20(?:2[4-9]|[3-9]\d)")
_OF_A_CHILD = re.compile(r"\b(?:sinh|sanh|đẻ|bé|con|tên|ten|born|birth|baby|child|name)\b", re.I)
"""Who was born lately is a child; otherwise something is due on a day of these years."""
_SINCE = re.compile(
    r"\b(?:trước|sau|từ|đến|truoc|tu|den|before|after|since|until)(?:\s\w+)?\s*$", re.I
)


def _is_personal(date: re.Match[str]) -> bool:
    """A day of the centre's or of a law is none of a person's, unless somebody was born on it."""
    before = date.string[max(0, date.start() - 40) : date.start()]
    if _BORN.search(before):
        return True
    if _SINCE.search(before) or _OF_THE_CENTRE.search(date.string):
        return False
    return not _RECENT.search(date.group()) or bool(_OF_A_CHILD.search(date.string))


def _kind(number: str) -> Kind:
    digits = "".join(character for character in number if character.isdigit())
    if _PHONE.fullmatch(digits) or (number.startswith("+") and len(digits) > 9):
        return "phone"
    return "id" if len(digits) in (9, 12) else "number"


def _without_address(match: re.Match[str], label: Label) -> str:
    start, end = match.span("where")
    start, end = start - match.start(), end - match.start()
    return match.group()[:start] + label("address") + match.group()[end:]


def _unless_few(match: re.Match[str], label: Label) -> str:
    """Digits and words of digits mixed; "năm 2024" is a year."""
    found = match.group().lower().replace(",", " ").replace(".", " ").replace("-", " ").split()
    words = [word for word in found if not word[0].isdigit()]
    if len(words) < 2 or len(words) == len(found):
        return match.group()
    years = sum(a in ("năm", "nam") and len(b) == 4 for a, b in pairwise(found))
    digits = len(words) + sum(len(word) for word in found if word[0].isdigit()) - 5 * years
    return label("number") if digits >= 8 else match.group()


def _without_names(text: str, label: Label) -> str:
    pieces: list[str] = []
    position = 0
    for start, end in name_spans(text):
        pieces += [text[position:start], label("name")]
        position = end
    return "".join([*pieces, text[position:]])
