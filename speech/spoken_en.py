"""English, for the same texts: Vietnamese dates, money and signs said in English words."""

import re
from functools import cache

from speech.lexicon import Lexicon, lexicon
from speech.numbers import cardinal, digits, ordinal
from speech.spoken_en_legal import legal
from speech.spoken_en_time import YEAR, dates, hours, year
from speech.spoken_letters import english_letters, form_range, forms, plates, roman_numerals
from speech.spoken_rules import (
    EN,
    NUMBER,
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

_SERVICES = r"(?i)(?<!\w)(fire|ambulance|police|rescue|call|dial|on)\s+(11[1-5])(?!\d|[.,/:]\d)"
"""A number of three digits that is called, digit by digit."""
_CURRENCY = r"(?:dong|đồng|đ|₫|VNĐ|VND|vnd)(?!\w)"
_EACH = (
    r"person|people|household|page|copy|set|month|year|day|working day|week|hour|time|case|document"
    r"|file|card|vehicle|m2|m3|km|child|pupil|student|paper|form|plot|item|sheet"
)
_SHARES = {2: "half", 3: "third", 4: "quarter", 5: "fifth", 6: "sixth", 8: "eighth", 10: "tenth"}


@cache
def rules() -> tuple[Rule, ...]:
    table = lexicon("en")
    return (
        *web(EN, table),
        and_so_on("and so on", r"please|wait|one moment|looking|loading"),
        *codes(EN, table),
        *legal(table),
        rule(_SERVICES, lambda m: f"{m[1]} {digits(m[2], 'en')}"),
        *dates(),
        *hours(),
        *phones(EN),
        *plates(EN, table),
        form_range(EN),
        rule(rf"(?<=\w)/(?=(?:{_EACH})s?(?!\w))", _each),
        *_counted(table),
        *abbreviations(table),
        *roman_numerals(EN),
        *forms(EN, table),
        rule(r"(?<!\d)(\d++)(?:st|nd|rd|th)(?!\w)", _ordinal),
        *_signs(),
        rule(rf"(?<![\d.,]){YEAR}(?![\d]|[.,]\d)", lambda m: year(m[1])),
        rule(NUMBER, lambda m: _any(m[0])),
        *english_letters(table),
    )


def _any(written: str) -> str:
    return amount(written, EN, dots_group=False)


def _ordinal(match: Match) -> str:
    value = int(match[1])
    return ordinal(value) if value < 10**12 else _any(match[1])


def _each(match: Match) -> str:
    """ "2,000 dong/page" is a rate, "certificate/extract" a choice."""
    counted = r"(?:\d|(?<!\w)(?:dong|fee|rate)(?!\w))[^,;:!?()\n]{0,40}$"
    rated = re.search(counted, beside(match)[0])
    return "per" if rated else "/"


def _figure(written: str) -> str:
    """Money has no thousandths: 8.000 is 8,000 here."""
    if re.fullmatch(r"[1-9]\d{0,2}(\.\d{3})+", written):
        written = written.replace(".", ",")
    return _any(written)


def _counted(table: Lexicon) -> list[Rule]:
    units = "|".join(re.escape(unit) for unit in sorted(table.units, key=len, reverse=True))
    grouped = r"[1-9]\d{0,2}(?:,\d{3})+"

    def money(match: Match) -> str:
        if match[3] == "đ" and not match[2] and len(match[1]) < 3:
            return f"{_any(match[1])} D"  # "form 1đ" is no price
        scale = f" {match[2]}" if match[2] else ""
        return f"{_figure(match[1])}{scale} dong"

    return [
        rule(rf"\bVND\s?({NUMBER})(\s(?:thousand|million|billion))?(?!\w)",
             lambda m: f"{_figure(m[1])}{m[2] or ''} dong"),
        rule(rf"(?<!\w)(USD|US\$|EUR|€)\s?({NUMBER})",
             lambda m: f"{_any(m[2])} {'US dollars' if m[1][0] == 'U' else 'euros'}"),
        rule(rf"({NUMBER})\s?[-–—]\s?(?={NUMBER}\s?(?:thousand|million|billion)?\s?{_CURRENCY})",
             lambda m: f"{_figure(m[1])} to"),
        rule(rf"({NUMBER})\s?(thousand|million|billion)?\s?({_CURRENCY})", money),
        rule(rf"(?<![\d.,])({grouped})\s?/\s?(?={grouped}(?!\d))", lambda m: f"{_any(m[1])} or"),
        rule(rf"(?<![\w.,/-]){YEAR}\s?[-–—]\s?{YEAR}(?![\w/-]|[.,]\d)",
             lambda m: f"{year(m[1])} to {year(m[2])}"),
        rule(rf"(?<!\w)({NUMBER})\s?[-–—]\s?(?=\d)", lambda m: f"{m[1]} to"),
        rule(rf"({NUMBER})\s?\+(?=\s|[^\w\s]|$)(?!\s?\d)", lambda m: f"{_any(m[1])} or more"),
        rule(rf"({NUMBER})\s?%", lambda m: f"{_any(m[1])} percent"),
        rule(r"(?<!\w)#\s?(?=\d)", lambda _: "number"),
        rule(rf"(?<!\w){YEAR}s(?!\w)", lambda m: _decade(year(m[1]))),
        rule(rf"({NUMBER})\s?[x×]\s?(?=\d)", lambda m: f"{_any(m[1])} by"),
        rule(rf"({NUMBER})\s?({units})(?!\w)", lambda m: f"{_any(m[1])} {table.units[m[2]]}"),
        rule(r"(?<![\w/.])([1-9])/(2|3|4|5|6|8|10)(?![\w/]|[.,]\d)", _fraction),
        rule(rf"(?<![\w/])(\d{{2,4}})/(?={YEAR}(?![\w/]))", lambda m: f"{_any(m[1])} of"),
        rule(r"(?<=\d)\s?/\s?(?=\d)", lambda _: "over"),
        rule(r"(?<![\w.,])[-−](?=\d)", lambda _: "minus"),
    ]  # fmt: skip


def _decade(year: str) -> str:
    return f"{year[:-1]}ies" if year.endswith("y") else f"{year}s"


def _fraction(match: Match) -> str:
    top, bottom = int(match[1]), int(match[2])
    if top >= bottom:
        return match[0]
    share = "halves" if bottom == 2 and top > 1 else _SHARES[bottom] + ("s" if top > 1 else "")
    return f"{cardinal(top, 'en')} {share}"


def _signs() -> list[Rule]:
    spoken = {"&": "and", "+": "plus", "=": "equals", "≥": "at least", "≤": "at most",
              ">": "over", "<": "under", "±": "plus or minus", "≈": "about", "~": "about",
              "%": "percent", "@": "at", "$": "dollars", "€": "euros", "₫": "dong",
              "°": "degrees", "×": "by", "→": ",", "§": "section"}  # fmt: skip
    signs = "".join(map(re.escape, spoken))
    return [
        rule(rf"\$\s?({NUMBER})", lambda m: f"{_any(m[1])} dollars"),
        rule(r"(?i)(?<=and)/(?=or(?!\w))", lambda _: ""),
        rule(r"(?<=[^\W\d])\s*/\s*(?=[^\W\d])", lambda _: "or"),
        rule(r"(?<=\w)\s?/\s?(?=\w)", lambda _: ","),
        rule(rf"[{signs}]", lambda m: spoken[m[0]]),
    ]
