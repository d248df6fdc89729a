"""Vietnamese: dates, hours, money, legal signs and numbers as people say them."""

import re
from functools import cache

from speech.lexicon import Lexicon, lexicon
from speech.numbers import cardinal, digits, roman
from speech.spoken_rules import (
    LETTERS_DIGITS,
    VI,
    Match,
    Rule,
    abbreviations,
    amount,
    characters,
    codes,
    phones,
    rule,
    web,
)

_NUMBER = r"\d+(?:[.,]\d+)*"
_DAY, _MONTH, _YEAR = r"(0?[1-9]|[12]\d|3[01])", r"(0?[1-9]|1[0-2])", r"((?:1[89]|20|21)\d\d)"
_CUE = r"(?:(ngày|mùng|hôm|lễ|sáng|chiều|từ|đến|trước|sau|hạn)\s+)?"
_SIGN = r"(?<![\d.,])(\d{1,4}(?:\.\d{1,2})?)\s?/\s?(\d{4})\s?/\s?"
_SIGN += r"((?:[A-ZĐ]{1,9}\d{0,2})(?:-[A-ZĐa-z]{2,10}){0,3})(?!\w)"
_KIND = r"(?i:((?:nghị định|thông tư|thông tư liên tịch|quyết định|nghị quyết|luật|chỉ thị|bộ luật"
_KIND += r"|công văn|kế hoạch|pháp lệnh)\s+[^\d.;:]{0,60}?)?(số\s+)?)"
_SHORT = r"NĐ|TT|QĐ|NQ|(?i:nghị định|thông tư|quyết định|nghị quyết|luật)"
"""What a sign without its issuer follows: "NĐ 151/2025"."""
_MEASURES = {"k": "nghìn", "tr": "triệu", "ngàn": "ngàn", "nghìn": "nghìn", "triệu": "triệu",
             "tỷ": "tỷ", "tỉ": "tỉ"}  # fmt: skip
_MONEY = (
    rf"({_NUMBER})\s?(k|tr|ngàn|nghìn|triệu|tỷ|tỉ)?\s?(đồng|đ|₫|VNĐ|VND|vnđ|vnd)(?!\w)"
    r"(?:\s?/\s?(?=\w))?"
)


_CALLED = r"(?i)(?<!\w)(gọi|cứu hỏa|cứu hoả|chữa cháy|cấp cứu|cứu thương|công an|cứu nạn|cứu hộ)"
"""Before the number of a service that is called: 115 is no amount."""


@cache
def rules() -> tuple[Rule, ...]:
    table = lexicon("vi")
    return (
        *web(VI, table),
        *codes(VI, table),
        *_legal(table),
        *_dates(),
        *_hours(),
        rule(
            rf"{_CALLED}(\s+(?:ngay|số)){{0,2}}\s+(11[1-5])(?!\d|[.,/:]\d)",
            lambda m: f"{m[1]}{m[2] or ''} {digits(m[3], 'vi')}",
        ),
        *phones(VI),
        *_money(),
        *_counted(table),
        *abbreviations(table),
        *_weekdays(),
        rule(LETTERS_DIGITS, lambda m: _letters_digits(m, table)),
        *_ordered(),
        *_signs(),
        rule(_NUMBER, lambda m: amount(m[0], VI, dots_group=True)),
        rule(r"(?<!\w)[BCDĐGHKLMNPQRSTVXZ]{2,6}(?!\w)", lambda m: table.spell(m[0])),
    )


def _n(written: str) -> str:
    return cardinal(int(written), "vi")


def _legal(table: Lexicon) -> list[Rule]:
    def sign(match: Match) -> str:
        said, _, number, year, letters = match.groups()
        kind, *authority = letters.split("-")
        named = [table.authorities.get(part) or table.spell(part.upper()) for part in authority]
        assembly = re.fullmatch(r"(QH|UBTVQH)(\d{1,2})", kind)
        if assembly:
            body = "Quốc hội" if assembly[1] == "QH" else "Ủy ban Thường vụ Quốc hội"
            named, before = [f"{body} khóa {_n(assembly[2])}"], ""
        else:
            before = table.kinds.get(kind) or characters(kind, VI, VI.dot, table)
        head = f"{said or before} số"
        tail = f" của {' và '.join(named)}" if named else ""
        return f"{head} {number_of(number)} năm {_n(year)}{tail}"

    def number_of(written: str) -> str:
        return " chấm ".join(_n(part) for part in written.split("."))

    def short(match: Match) -> str:
        said = table.kinds.get(match[1]) or match[1]
        return f"{said} số {number_of(match[2])} năm {_n(match[3])}"

    return [
        rule(_KIND + _SIGN, sign),
        rule(
            rf"(?<!\w)({_SHORT})(?:\s+số)?\s+(\d{{1,4}}(?:\.\d{{1,2}})?)\s?/\s?(\d{{4}})(?![\w/])",
            short,
        ),
        rule(
            r"(?<!\w)([A-ZĐ]{1,4})-([A-ZĐ][A-ZĐa-z]{1,8})(?!\w)",
            lambda m: _kind_authority(m, table),
        ),
    ]


def _kind_authority(match: Match, table: Lexicon) -> str:
    if match[0] in table.abbreviations:
        return table.abbreviations[match[0]]
    if match[1] in table.kinds and match[2] in table.authorities:
        return f"{table.kinds[match[1]]} của {table.authorities[match[2]]}"
    return match[0].replace("-", " ")


def _date(day: str | None, month: str, year: str | None, cue: str | None) -> str:
    lead = (cue or "").strip()
    said = f"tháng {'tư' if int(month) == 4 else _n(month)}"
    if day:
        # "từ ngày ba tháng tư", but "ngày ba tháng tư" after the word itself.
        lead = lead if lead.lower() in ("ngày", "mùng") else f"{lead} ngày"
        said = f"{_n(day)} {said}"
    return f"{lead} {said}{f' năm {_n(year)}' if year else ''}"


def _dates() -> list[Rule]:
    end = r"(?![\d/]|[.,]\d|-\d)"
    return [
        rule(rf"(?<![\d./-]){_YEAR}-{_MONTH}-{_DAY}(?!\d)",
             lambda m: _date(m[3], m[2], m[1], None)),
        rule(rf"(?i){_CUE}(?<![\d./-]){_DAY}\s?([/.-])\s?{_MONTH}\s?\3\s?{_YEAR}{end}",
             lambda m: _date(m[2], m[4], m[5], m[1])),
        rule(rf"(?i)(tháng\s+)?(?<![\d./-]){_MONTH}/{_YEAR}{end}",
             lambda m: _date(None, m[2], m[3], None)),
        rule(rf"(?i)(ngày|mùng|lễ|hôm|từ|đến|trước|sau|hạn|nghỉ|Quốc khánh|đón|dịp)\s+"
             rf"{_DAY}\s?[-–]\s?{_DAY}/{_MONTH}{end}",
             lambda m: f"{m[1]} ngày {_n(m[2])} đến {_date(m[3], m[4], None, None)}"),
        rule(rf"(?i)(ngày|mùng|lễ|hôm|từ|đến|trước|sau|hạn|nghỉ|Quốc khánh|đón|dịp)\s+"
             rf"{_DAY}/{_MONTH}{end}",
             lambda m: _date(m[2], m[3], None, m[1])),
        rule(r"(?<![\d./-])(0[1-9]|[12]\d|3[01])/(0[1-9]|1[0-2])(?![\d/]|[.,]\d)",
             lambda m: _date(m[1], m[2], None, None)),
        rule(rf"(?<![\d./-])24/7{end}", lambda _: "hai mươi bốn trên bảy"),
        rule(rf"(?<![\d./-]){_DAY}/{_MONTH}{end}", _day_or_fraction),
        rule(r"(?i)tháng\s+0?4(?!\d|[.,/]\d)", lambda _: "tháng tư"),
    ]  # fmt: skip


def _day_or_fraction(match: Match) -> str:
    before = match.string[: match.start()].rstrip().lower()
    if re.search(r"(số|nhà|ngõ|ngách|hẻm|kiệt|đường|thửa|tờ)$", before):
        return f"{_n(match[1])} trên {_n(match[2])}"
    after = match.string[match.end() :].lstrip().lower()
    if int(match[1]) < int(match[2]) and re.match(r"(số|diện|phần|mức|tổng|giá|của)\b", after):
        return f"{_n(match[1])} phần {_n(match[2])}"
    return _date(match[1], match[2], None, None)


def _hour(hour: str, minute: str | None) -> str:
    said = f"{_n(hour)} giờ"
    return said if not minute or not int(minute) else f"{said} {_n(minute)}"


def _hours() -> list[Rule]:
    hour, minute = r"([01]?\d|2[0-4])", r"([0-5]\d)"
    clock = rf"{hour}(?:\s?[:hHgG]\s?{minute}(?::[0-5]\d)?|[hHgG])"
    return [
        rule(rf"(?<![\d.,:/]){clock}\s?[-–—]\s?{clock}(?![\w:]|[.,]\d)",
             lambda m: f"{_hour(m[1], m[2])} đến {_hour(m[3], m[4])}"),
        rule(rf"(?<![\d.,:/]){clock}(?![\w:]|[.,]\d)", lambda m: _hour(m[1], m[2])),
        rule(rf"(?<![\d.,:/]){hour}\s?giờ\s?{minute}(?!\d)", lambda m: _hour(m[1], m[2])),
    ]  # fmt: skip


def _money() -> list[Rule]:
    def money(match: Match) -> str:
        if match[3] == "đ" and not match[2] and len(match[1]) < 3:
            return f"{_grouped(match[1])} đê"  # "mẫu 1đ" is no price
        scale = f" {_MEASURES[match[2]]}" if match[2] else ""
        each = " một" if match[0].rstrip().endswith("/") else ""
        return f"{_grouped(match[1])}{scale} đồng{each}"

    def span(match: Match) -> str:
        return f"{_grouped(match[1])} đến"

    return [
        rule(rf"({_NUMBER})\s?[-–—]\s?(?={_MONEY})", span),
        rule(_MONEY, money),
        rule(rf"({_NUMBER})\s?(k|tr)(?!\w)", lambda m: f"{_grouped(m[1])} {_MEASURES[m[2]]}"),
        rule(rf"({_NUMBER})(?=\s?(?:triệu|tỷ|tỉ|nghìn|ngàn)(?!\w))", _million),
    ]


def _grouped(written: str) -> str:
    """Money has no thousandths: 8,000 is 8.000 here."""
    if re.fullmatch(r"[1-9]\d{0,2}(,\d{3})+", written):
        written = written.replace(",", ".")
    return amount(written, VI, dots_group=True)


def _million(match: Match) -> str:
    return amount(match[1].replace(".", ","), VI, dots_group=True)


def _counted(table: Lexicon) -> list[Rule]:
    units = "|".join(re.escape(unit) for unit in sorted(table.units, key=len, reverse=True))
    return [
        rule(r"(?<![\w.,)])(?<![\w.,)] )[-−](?=\d)", lambda _: "âm"),
        rule(r"(\d+(?:[.,]\d+)*)\s?[-–—]\s?(?=\d+(?:[.,]\d+)*\s?(?:[%°(]|[^\W\d]|$|[.,;)]))",
             lambda m: f"{m[1]} đến"),
        rule(rf"({_NUMBER})\s?%", lambda m: f"{_percent(m[1])} phần trăm"),
        rule(rf"({_NUMBER})\s?[x×]\s?(?=\d)",
             lambda m: f"{amount(m[1], VI, dots_group=True)} nhân"),
        rule(rf"({_NUMBER})\s?({units})(?!\w)(?:\s?/\s?(?=\w))?",
             lambda m: f"{amount(m[1], VI, dots_group=True)} {table.units[m[2]]}"
                       f"{' một' if m[0].rstrip().endswith('/') else ''}"),
        rule(r"(?<=\d)\s?/\s?(?=\d)", lambda _: "trên"),
        rule(rf"(?<!\w)({units})(?!\w)(?<=\d)", lambda m: table.units[m[1]]),
    ]  # fmt: skip


def _percent(written: str) -> str:
    return amount(written.replace(".", ","), VI, dots_group=True)


def _letters_digits(match: Match, table: Lexicon) -> str:
    letters, number, tail = match.groups()
    said = digits(number, "vi") if number[0] == "0" else amount(number, VI, dots_group=True)
    return f"{table.spell(letters)} {said} {tail}".rstrip()


def _weekdays() -> list[Rule]:
    """T2-T6: short for thứ hai to thứ sáu; alone, T2 may be anything."""
    names = {"2": "hai", "3": "ba", "4": "tư", "5": "năm", "6": "sáu", "7": "bảy"}

    def span(match: Match) -> str:
        last = f"thứ {names[match[3]]}" if match[3] else "chủ nhật"
        return f"thứ {names[match[1]]} đến {last}"

    return [rule(r"(?<!\w)T([2-7])\s?[-–—]\s?(T([2-7])|CN)(?!\w)", span)]


def _ordered() -> list[Rule]:
    weekdays = r"(thứ (?:[2-7]|hai|ba|tư|năm|sáu|bảy)|chủ nhật|CN|T[2-7])"
    heads = r"(khóa|khoá|chương|phần|quý|thế kỷ|mục|cấp|loại|hạng|kỳ|tập|phụ lục|mức|vùng)"

    def roman_part(match: Match) -> str:
        value = roman(match[2])
        return f"{match[1]} {_n(str(value))}" if value else match[0]

    def weekday(match: Match) -> str:
        return f"thứ {'tư' if match[1] == '4' else 'nhất' if match[1] == '1' else _n(match[1])}"

    return [
        rule(rf"(?i){weekdays}\s?[-–—]\s?(?={weekdays})", lambda m: f"{m[1]} đến"),
        rule(r"(?i)thứ\s+([1-7])\s?[-–—]\s?([2-7])(?!\d)",
             lambda m: f"thứ {_n(m[1])} đến thứ {'tư' if m[2] == '4' else _n(m[2])}"),
        rule(r"(?i)thứ\s+(\d{1,2})(?![\d/]|[.,]\d)", weekday),
        rule(r"(?<!\w)CN(?!\w)", lambda _: "chủ nhật"),
        rule(rf"(?i:{heads})\s+([XVI]{{1,6}})(?!\w)", roman_part),
    ]  # fmt: skip


def _signs() -> list[Rule]:
    spoken = {"&": "và", "+": "cộng", "=": "bằng", "≥": "từ", "≤": "không quá", ">": "trên",
              "<": "dưới", "±": "cộng trừ", "≈": "khoảng", "~": "khoảng", "%": "phần trăm",
              "@": "a còng", "$": "đô la", "€": "ơ rô", "₫": "đồng", "°": "độ"}  # fmt: skip
    signs = "".join(map(re.escape, spoken))
    return [
        rule(r"(?i)(?<=\w)\s?/\s?hoặc(?!\w)", lambda _: "hoặc"),
        rule(r"(?i)(?<!\w)(anh|ông|cô|bà)\s?/\s?(chị|bà|chú|cô)(?!\w)", lambda m: f"{m[1]} {m[2]}"),
        rule(r"(?<=[^\W\d])\s?/\s?(?=[^\W\d])", lambda _: "hoặc"),
        rule(rf"\$\s?({_NUMBER})", lambda m: f"{_percent(m[1])} đô la"),
        rule(rf"[{signs}]", lambda m: spoken[m[0]]),
    ]
