"""Vietnamese: dates, hours and days of the week."""

import re
from typing import Final

from speech.numbers import cardinal, roman
from speech.spoken_rules import Match, Rule, beside, rule

_DAY, _MONTH, _YEAR = r"(0?[1-9]|[12]\d|3[01])", r"(0?[1-9]|1[0-2])", r"((?:1[89]|20|21)\d\d)"
_CUES: Final = (
    r"(ngày|mùng|mồng|lễ|hôm|sáng|trưa|chiều|tối|từ|đến|tới|hết|trước|sau|hạn|nghỉ|vào|kể từ"
    r"|Quốc khánh|đón|dịp)"
)
_PART_OF: Final = (
    r"(số|diện|phần|mức|tổng|giá|của|thành viên|chủ|thời|ngày|tháng|lương|người|cổ|vốn|chiều"
    r"|quãng|dân|hộ|đại|tài|đất|nhà|tiền|học|lệ phí|phí)\b"
)
"""What a fraction is a part of: "2/3 số thành viên" is no day."""
_ABOUT = (
    r"(?<!\w)(chiếm|hưởng|hỗ trợ|miễn|chia|ít nhất|tối thiểu|quá|hơn|khoảng|bằng|giảm|còn|được"
    r"|trên|dưới|đủ|tối đa)$"
)
_HOUSES = (
    r"(?<!\w)(số|nhà|lớp|tổ|khu|ấp|tỷ lệ|tỉ lệ|phòng|tầng|quầy|lô|căn|bàn|"
    r"cửa|bước|trang|câu|lần|lượt|vòng|đợt|kỳ|ngõ|ngách|hẻm|kiệt|đường|thửa|tờ|xuyệt|mẫu)$"
)
_DASH = r"\s?[-–—]\s?"
_BEFORE = r"(?<![\w./-])(?<![\d,],)"
_END = r"(?![\w/]|[.,]\d|-\d)"


def dates() -> list[Rule]:
    full = rf"{_DAY}\s?([/.-])\s?{_MONTH}\s?{{}}\s?{_YEAR}"
    first, second = full.format(r"\3"), full.format(r"\7")
    return [
        rule(rf"{_BEFORE}{_YEAR}-{_MONTH}-{_DAY}(?!\d)", lambda m: _date(m[3], m[2], m[1], None)),
        rule(rf"(?i)(?:{_CUES}\s+)?{_BEFORE}{first}{_DASH}{second}{_END}",
             lambda m: f"{_date(m[2], m[4], m[5], m[1])} đến {_date(m[6], m[8], m[9], None)}"),
        rule(rf"(?i)(?:{_CUES}\s+)?{_BEFORE}{first}{_END}",
             lambda m: _date(m[2], m[4], m[5], m[1])),
        rule(rf"(?i)(?:tháng\s+)?{_BEFORE}{_MONTH}(?:/{_YEAR})?{_DASH}(?:tháng\s+)?"
             rf"{_MONTH}/{_YEAR}{_END}",
             lambda m: f"{_date(None, m[1], m[2], None)} đến {_date(None, m[3], m[4], None)}"),
        rule(rf"(?i)(tháng\s+)?{_BEFORE}{_MONTH}/{_YEAR}{_END}",
             lambda m: _date(None, m[2], m[3], None)),
        rule(rf"(?i){_CUES}\s+{_DAY}{_DASH}{_DAY}/{_MONTH}(?:/{_YEAR})?{_END}",
             lambda m: f"{m[1]} ngày {_n(m[2])} đến {_date(m[3], m[4], m[5], None)}"),
        rule(rf"(?i)(?:{_CUES}\s+)?{_BEFORE}{_DAY}/{_MONTH}{_DASH}{_DAY}/{_MONTH}{_END}",
             lambda m: f"{_date(m[2], m[3], None, m[1])} đến {_date(m[4], m[5], None, None)}"),
        rule(rf"(?i){_CUES}\s+{_DAY}/{_MONTH}{_END}", _cued),
        rule(rf"{_BEFORE}(0[1-9]|[12]\d|3[01])/(0[1-9]|1[0-2]){_END}",
             lambda m: _date(m[1], m[2], None, None)),
        rule(r"(?<![\w./-])24/(7|24)(?![\d/]|[.,]\d)(?:\s?h(?!\w))?",
             lambda m: f"hai mươi bốn trên {_n(m[1])}{' giờ' if m[0].endswith('h') else ''}"),
        rule(r"(?i)(?<!\w)quý\s+([1-4]|I{1,3}|IV)\s?/\s?((?:19|20)\d\d)(?!\w)",
             lambda m: f"quý {_n(str(roman(m[1]) or m[1]))} năm {_n(m[2])}"),
        # A range goes upwards: 20-11 is a day, 10-15 is none.
        rule(rf"{_BEFORE}(?<![:,]){_DAY}-{_MONTH}(?![\w/:-]|[.,]\d|\s?[%°])", _downwards),
        rule(rf"{_BEFORE}(\d{{1,2}})/(\d{{1,3}}){_END}", _day_or_fraction),
        rule(r"(?i)tháng\s+0?4(?!\d|[.,/]\d)", lambda _: "tháng tư"),
    ]  # fmt: skip


def _cued(match: Match) -> str:
    """A day, unless what follows is parted: "hết 2/3 thời hạn"."""
    if match[1].lower() not in ("ngày", "mùng", "mồng", "lễ") and _is_part(match, 2):
        return f"{match[1]} {_n(match[2])} phần {_n(match[3])}"
    return _date(match[2], match[3], None, match[1])


def _is_part(match: Match, group: int) -> bool:
    after = beside(match)[1].lstrip().lower()
    return int(match[group]) < int(match[group + 1]) and re.match(_PART_OF, after) is not None


def _downwards(match: Match) -> str:
    before = beside(match)[0].rstrip().lower()
    if int(match[1]) <= int(match[2]) or before.endswith("thứ") or re.search(_HOUSES, before):
        return match[0]
    return _date(match[1], match[2], None, None)


def _day_or_fraction(match: Match) -> str:
    before = beside(match)[0].rstrip().lower()
    if re.search(_HOUSES, before):
        return f"{_n(match[1])} trên {_n(match[2])}"
    if _is_part(match, 1) or (int(match[1]) < int(match[2]) and re.search(_ABOUT, before)):
        return f"{_n(match[1])} phần {_n(match[2])}"
    if re.fullmatch(_DAY, match[1]) and re.fullmatch(_MONTH, match[2]):
        return _date(match[1], match[2], None, None)
    return f"{_n(match[1])} trên {_n(match[2])}"


def _date(day: str | None, month: str, year: str | None, cue: str | None) -> str:
    lead = (cue or "").strip()
    said = f"tháng {'tư' if int(month) == 4 else _n(month)}"
    if day:
        # "từ ngày ba tháng tư", but "ngày ba tháng tư" after the word itself.
        lead = lead if lead.lower() in ("ngày", "mùng", "mồng") else f"{lead} ngày"
        said = f"{_n(day)} {said}"
    return f"{lead} {said}{f' năm {_n(year)}' if year else ''}"


def hours() -> list[Rule]:
    hour, minute = r"([01]?\d|2[0-4])", r"([0-5]\d)"
    clock = rf"{hour}(?:\s?[:hHg]\s?{minute}(?::[0-5]\d)?|[hH])"
    end = r"(?!\w|:\d|[.,]\d)"
    return [
        rule(rf"(?<![\w.,:/]){clock}\s?[-–—]\s?{clock}{end}",
             lambda m: f"{_hour(m[1], m[2])} đến {_hour(m[3], m[4])}"),
        rule(rf"(?<![\w.,:/]){clock}\s?([AaPp])\.?[Mm](?!\w)\.?", _half_day),
        rule(rf"(?<![\w.,:/]){clock}{end}", lambda m: _hour(m[1], m[2])),
        rule(rf"(?<![\w.,:/]){hour}\s?giờ\s?{minute}(?!\d)", lambda m: _hour(m[1], m[2])),
    ]  # fmt: skip


def _hour(hour: str, minute: str | None) -> str:
    said = f"{_n(hour)} giờ"
    return said if not minute or not int(minute) else f"{said} {_n(minute)}"


def _half_day(match: Match) -> str:
    part = "sáng" if match[3] in "Aa" else "tối" if 6 <= int(match[1]) < 12 else "chiều"
    return f"{_hour(match[1], match[2])} {part}"


def weekdays() -> list[Rule]:
    """T2-T6 and thứ 2 - thứ 6; T2 alone may be anything."""
    names = {"2": "hai", "3": "ba", "4": "tư", "5": "năm", "6": "sáu", "7": "bảy"}
    named = r"(thứ (?:[2-7]|hai|ba|tư|năm|sáu|bảy)|chủ nhật|CN|T[2-7])"

    def short(match: Match) -> str:
        last = f"thứ {names[match[3]]}" if match[3] else "chủ nhật"
        return f"thứ {names[match[1]]} đến {last}"

    def nth(match: Match) -> str:
        return f"thứ {'tư' if match[1] == '4' else 'nhất' if match[1] == '1' else _n(match[1])}"

    return [
        rule(r"(?<!\w)T([2-7])\s?[-–—]\s?(T([2-7])|CN)(?!\w)", short),
        rule(rf"(?i){named}\s?[-–—]\s?(?={named})", lambda m: f"{m[1]} đến"),
        rule(r"(?i)thứ\s+([1-7])\s?[-–—]\s?([2-7])(?!\d)",
             lambda m: f"thứ {_n(m[1])} đến thứ {'tư' if m[2] == '4' else _n(m[2])}"),
        rule(r"(?i)thứ\s+(\d{1,2})(?![\d/]|[.,]\d)", nth),
        rule(r"(?<!\w)CN(?!\w)", lambda _: "chủ nhật"),
    ]  # fmt: skip


def _n(written: str) -> str:
    return cardinal(int(written), "vi")
