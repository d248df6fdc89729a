"""Vietnamese: the rules in their order, money, measures and signs as people say them."""

import re
from functools import cache

from speech.lexicon import Lexicon, lexicon
from speech.numbers import cardinal, digits
from speech.spoken_letters import form_range, forms, plates, roman_numerals, vietnamese_letters
from speech.spoken_rules import (
    NUMBER,
    VI,
    Match,
    Rule,
    abbreviations,
    amount,
    and_so_on,
    beside,
    codes,
    phones,
    rule,
    web,
)
from speech.spoken_vi_legal import legal
from speech.spoken_vi_time import dates, hours, weekdays

_MEASURES = {"k": "nghìn", "tr": "triệu", "ngàn": "ngàn", "nghìn": "nghìn", "triệu": "triệu",
             "tỷ": "tỷ", "tỉ": "tỉ"}  # fmt: skip
_MONEY = (
    rf"({NUMBER})\s?(k|tr|ngàn|nghìn|triệu|tỷ|tỉ)?\s?(đồng|đ|₫|VNĐ|VND|vnđ|vnd)(?!\w)"
    r"(?:\s?/\s?(?=\w))?"
)
_CALLED = r"(?i)(?<!\w)(gọi|cứu hỏa|cứu hoả|chữa cháy|cấp cứu|cứu thương|công an|cứu nạn|cứu hộ)"
"""Before the number of a service that is called: 115 is no amount."""
_EACH = (
    r"người|hộ|khẩu|tháng|năm|ngày đêm|ngày làm việc|ngày|giờ|phút|tuần|quý|bản|trang|lần|lượt"
    r"|hồ sơ|trường hợp|thẻ|giấy|xe|suất|m2|m3|km|tờ|bộ|cuốn|thửa|cặp|buổi|vụ|việc|công|học sinh"
    r"|sinh viên|em|cháu|cơ sở|lao động|ha|kg|tấn|lít|phiếu|số|lớp|tổ|đơn vị|con|chiếc|cái"
)
_GOES_ON = (
    r"(?=\s*(?:$|[.,;:!?)/–—-]|\s(?:và|hoặc|nếu|khi|đối|cho|từ|trở|đến|để|theo|tối|thì|với|là"
    r"|trong|không|được|tại|ở|nhưng|do|của|trừ|có)\b))"
)
"""After a noun that a rate is given for; "/bản sao" goes on otherwise and is an alternative."""
_COUNTED = re.compile(r"(?:\d|(?<!\w)(?:đồng|một|hai|ba|mỗi|mức|phí|giá)(?!\w))[^,;:!?()\n]{0,40}$")


@cache
def rules() -> tuple[Rule, ...]:
    table = lexicon("vi")
    return (
        *web(VI, table),
        and_so_on("vân vân", r"xin|chờ|đang|đợi|dạ|vâng"),
        *codes(VI, table),
        *legal(table),
        *dates(),
        *hours(),
        rule(
            rf"{_CALLED}(\s+(?:ngay|số)){{0,2}}\s+(11[1-5])(?!\d|[.,/:]\d)",
            lambda m: f"{m[1]}{m[2] or ''} {digits(m[3], 'vi')}",
        ),
        *_told_twice(),
        *phones(VI),
        *plates(VI, table),
        form_range(VI),
        rule(rf"(?<=\w)\s?/\s?(?=(?:{_EACH})(?!\w){_GOES_ON})", _each),
        *_money(),
        *_counted(table),
        *weekdays(),
        *abbreviations(table),
        *roman_numerals(VI),
        *forms(VI, table),
        *_signs(),
        rule(NUMBER, lambda m: amount(m[0], VI, dots_group=True)),
        *vietnamese_letters(table),
    )


def _told_twice() -> list[Rule]:
    """ "02 (hai) bản", "8.000 đồng (tám nghìn đồng)": in figures and in words, said once."""

    def figures(match: Match) -> str:
        said = f"{_grouped(match[1])} đồng" if match[2] else _grouped(match[1])
        same = match[3].strip().lower().replace("ngàn", "nghìn") == said
        return f"{match[1]} {match[2] or ''}" if same else match[0]

    def words(match: Match) -> str:
        return match[1] if match[1].lower() == cardinal(int(match[2]), "vi") else match[0]

    return [
        rule(rf"(?<!\w)({NUMBER})(?:\s?(đồng|đ|VNĐ|VND)(?!\w))?\s*\(([^()\d]{{2,80}})\)", figures),
        rule(r"(?<!\w)([^\W\d]{2,5})\s*\((0?\d)\)", words),
    ]


def _each(match: Match) -> str:
    """ "50.000 đồng/người/tháng", "15 m2 sàn/người": a rate, where "xã/tỉnh" is a choice."""
    return "một" if _COUNTED.search(beside(match)[0]) else "/"


def _money() -> list[Rule]:
    def money(match: Match) -> str:
        if match[3] == "đ" and not match[2] and len(match[1]) < 3:
            return f"{_grouped(match[1])} đê"  # "mẫu 1đ" is no price
        scale = f" {_MEASURES[match[2]]}" if match[2] else ""
        each = " một" if match[0].rstrip().endswith("/") else ""
        return f"{_grouped(match[1])}{scale} đồng{each}"

    def span(match: Match) -> str:
        return f"{_grouped(match[1])} đến"

    grouped = r"[1-9]\d{0,2}(?:\.\d{3})+"
    return [
        rule(rf"({NUMBER})\s?[-–—]\s?(?={_MONEY})", span),
        rule(rf"(?<!\w)({NUMBER}\s?(?:đồng|đ|₫|VNĐ|VND))\s?[-–—]\s?(?={_MONEY})",
             lambda m: f"{m[1]} đến"),
        rule(r"(?<![\w.,])(\d{1,3})\s?tr\s?(\d{1,3})(?!\w)",
             lambda m: f"{_grouped(m[1])} triệu {_grouped(str(int(m[2].ljust(3, '0'))))} nghìn"),
        rule(rf"(?<!\w)(USD|US\$|EUR|€)\s?({NUMBER})",
             lambda m: f"{_percent(m[2])} {'đô la Mỹ' if m[1][0] == 'U' else 'ơ rô'}"),
        rule(rf"(?<![\d.,])({grouped})\s?/\s?(?={grouped}(?![\d,]))",
             lambda m: f"{_grouped(m[1])} hoặc"),
        rule(_MONEY, money),
        rule(rf"({NUMBER})\s?(k|tr)(?!\w)", lambda m: f"{_grouped(m[1])} {_MEASURES[m[2]]}"),
        rule(rf"({NUMBER})(?=\s?(?:triệu|tỷ|tỉ|nghìn|ngàn)(?!\w))", _million),
    ]  # fmt: skip


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
        rule(rf"(?<!\w)({NUMBER})\s?[-–—]\s?(?=({NUMBER})\s?(?:[%°(]|[^\W\d]|$|[.,;)]))",
             _span),
        rule(rf"({NUMBER})\s?\+(?=\s|[^\w\s]|$)(?!\s?\d)",
             lambda m: f"{amount(m[1], VI, dots_group=True)} trở lên"),
        rule(rf"({NUMBER})\s?%", lambda m: f"{_percent(m[1])} phần trăm"),
        rule(rf"({NUMBER})['’′](?!\w)", lambda m: f"{amount(m[1], VI, dots_group=True)} phút"),
        rule(r"(?<!\w)(?:N[o°]\.?|#)\s?(?=\d)", lambda _: "số"),
        rule(r"(?<![\w:.,])1\s?:\s?(?=\d{2,}(?![\w:]))", lambda _: "một trên"),
        rule(r"(?i)(?<!\w)(điều|khoản|mục|chương|điểm|phần|phụ lục|bảng|biểu|hình|phiên bản)\s+"
             r"(\d{1,3}(?:\.\d{1,2}){1,3})(?![\d.,]\d|\w)",
             lambda m: f"{m[1]} {' chấm '.join(cardinal(int(n), 'vi') for n in m[2].split('.'))}"),
        rule(r"(?<=[^\W\d])\s+[x×]\s+(?=\d)", lambda _: "nhân"),
        rule(rf"({NUMBER})\s?[x×]\s?(?=\d)",
             lambda m: f"{amount(m[1], VI, dots_group=True)} nhân"),
        rule(rf"({NUMBER})\s?({units})(?!\w)(?:\s?/\s?(?=\w))?",
             lambda m: f"{amount(m[1], VI, dots_group=True)} {table.units[m[2]]}"
                       f"{' một' if m[0].rstrip().endswith('/') else ''}"),
        rule(r"(?<![\w/])(\d{2,4})\s?/\s?(?=(?:19|20)\d\d(?![\w/]|[.,]\d))",
             lambda m: f"{amount(m[1], VI, dots_group=True)},"),
        rule(r"(?:(?<=\d)|(?<=[^\W\d]{2}))\s?/\s?(?=\d)", lambda _: "trên"),
        rule(rf"(?<!\w)({units})(?!\w)(?<=\d)", lambda m: table.units[m[1]]),
    ]  # fmt: skip


def _span(match: Match) -> str:
    """A range goes upwards: "phòng 12-3" is none."""
    first, last = match[1], match[2]
    down = first.isdigit() and last.isdigit() and int(last) < int(first)
    return f"{first} ," if down else f"{first} đến"


def _percent(written: str) -> str:
    return amount(written.replace(".", ","), VI, dots_group=True)


def _signs() -> list[Rule]:
    spoken = {"&": "và", "+": "cộng", "=": "bằng", "≥": "từ", "≤": "không quá", ">": "trên",
              "<": "dưới", "±": "cộng trừ", "≈": "khoảng", "~": "khoảng", "%": "phần trăm",
              "@": "a còng", "$": "đô la", "€": "ơ rô", "₫": "đồng", "°": "độ", "×": "nhân",
              "÷": "chia", "→": ",", "№": "số", "§": "mục"}  # fmt: skip
    signs = "".join(map(re.escape, spoken))
    return [
        rule(r"(?i)(?<=(?<!\w)là):", lambda _: ""),
        rule(r"(?i)(?<!\w)v/v(?!\w)", lambda _: "về việc"),
        rule(r"(?i)(?<!\w)đ/c(?=\s?:)", lambda _: "địa chỉ"),
        rule(r"(?i)(?<!\w)đ/c(?!\w)", lambda _: "đồng chí"),
        rule(r"(?i)(?<!\w)p/s(?!\w)", lambda _: "tái bút"),
        rule(r"(?i)(?<=\w)\s?/\s?hoặc(?!\w)", lambda _: "hoặc"),
        rule(r"(?i)(?<!\w)(anh|ông|cô|bà)\s?/\s?(chị|bà|chú|cô)(?!\w)", lambda m: f"{m[1]} {m[2]}"),
        rule(r"(?<=[^\W\d])\s*/\s*(?=[^\W\d])", lambda _: "hoặc"),
        rule(r"(?<=\w)\s?/\s?(?=\w)", lambda _: ","),
        rule(rf"\$\s?({NUMBER})", lambda m: f"{_percent(m[1])} đô la"),
        rule(rf"[{signs}]", lambda m: spoken[m[0]]),
    ]
