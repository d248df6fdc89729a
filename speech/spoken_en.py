"""English, for the same texts: Vietnamese dates, money and signs said in English words."""

import re
from functools import cache

from speech.lexicon import Lexicon, lexicon
from speech.numbers import cardinal, digits, ordinal, year
from speech.spoken_rules import (
    EN,
    LETTERS_DIGITS,
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
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
           "October", "November", "December")  # fmt: skip
_SIGN = r"(?<![\d.,])(\d{1,4}(?:\.\d{1,2})?)/(\d{4})/"
_SIGN += r"((?:[A-ZĐ]{1,9}\d{0,2})(?:-[A-ZĐa-z]{2,10}){0,3})(?!\w)"
_KIND = r"(?i:((?:decree|circular|decision|resolution|law)\s+)?(?:(?:no\.?|number)\s+)?)"
_SHORT = r"(?i)(?<!\w)(decree|circular|decision|resolution|law)(?:\s+(?:no\.?|number))?\s+"
_SERVICES = r"(?i)(?<!\w)(fire|ambulance|police|rescue|call|dial|on)\s+(11[1-5])(?!\d|[.,/:]\d)"
"""A number of three digits that is called, digit by digit."""
_CURRENCY = r"(?:dong|đồng|đ|₫|VNĐ|VND|vnd)(?!\w)"


@cache
def rules() -> tuple[Rule, ...]:
    table = lexicon("en")
    return (
        *web(EN, table),
        *codes(EN, table),
        rule(_KIND + _SIGN, lambda m: _sign(m, table)),
        rule(
            _SHORT + r"(\d{1,4}(?:\.\d{1,2})?)/(\d{4})(?![\w/])",
            lambda m: f"{m[1]} number {_number_of(m[2])} of {year(int(m[3]), 'en')}",
        ),
        rule(_SERVICES, lambda m: f"{m[1]} {digits(m[2], 'en')}"),
        *_dates(),
        *_hours(),
        *phones(EN),
        *_counted(table),
        *abbreviations(table),
        rule(LETTERS_DIGITS, lambda m: f"{' '.join(m[1])} {_any(m[2])} {m[3]}".rstrip()),
        rule(r"(\d+)(?:st|nd|rd|th)(?!\w)", _ordinal),
        *_signs(),
        rule(_NUMBER, lambda m: _any(m[0])),
    )


def _any(written: str) -> str:
    return amount(written, EN, dots_group=False)


def _n(written: str) -> str:
    return cardinal(int(written), "en")


def _number_of(written: str) -> str:
    return " point ".join(_n(part) for part in written.split("."))


def _ordinal(match: Match) -> str:
    value = int(match[1])
    return ordinal(value) if value < 10**12 else _any(match[1])


def _sign(match: Match, table: Lexicon) -> str:
    said, number, when, letters = match.groups()
    kind, *authority = letters.split("-")
    names = [table.authorities.get(part) or " ".join(part.upper()) for part in authority]
    assembly = re.fullmatch(r"(?:UBTV)?QH(\d{1,2})", kind)
    if assembly:
        names, spelled = ["the National Assembly"], "law"
    else:
        spelled = table.kinds.get(kind) or characters(kind, EN, EN.dot, table)
    head = said.strip() if said else spelled
    tail = f" of {' and '.join(names)}" if names else ""
    return f"{head} number {_number_of(number)} of {year(int(when), 'en')}{tail}"


def _date(day: str | None, month: str, when: str | None) -> str:
    said = f"{_MONTHS[int(month) - 1]}{' ' + year(int(when), 'en') if when else ''}"
    return f"the {ordinal(int(day))} of {said}" if day else said


def _dates() -> list[Rule]:
    end = r"(?![\d/]|[.,]\d|-\d)"
    return [
        rule(rf"(?<![\d./-]){_YEAR}-{_MONTH}-{_DAY}(?!\d)", lambda m: _date(m[3], m[2], m[1])),
        rule(rf"(?<![\d./-]){_DAY}([/.-]){_MONTH}\2{_YEAR}{end}",
             lambda m: _date(m[1], m[3], m[4])),
        rule(rf"(?<![\d./-]){_MONTH}/{_YEAR}{end}", lambda m: _date(None, m[1], m[2])),
        rule(rf"(?i)(on|from|until|by|before|after)\s+{_DAY}/{_MONTH}{end}",
             lambda m: f"{m[1]} {_date(m[2], m[3], None)}"),
        rule(rf"(?i)({'|'.join(_MONTHS)})\s+{_DAY},?\s+{_YEAR}(?!\d)",
             lambda m: f"{m[1]} {ordinal(int(m[2]))} {year(int(m[3]), 'en')}"),
        rule(rf"(?i)(?:the\s+)?(?<!\d){_DAY}\s+({'|'.join(_MONTHS)})(?:\s+{_YEAR})?(?!\d)",
             lambda m: f"the {ordinal(int(m[1]))} of {m[2]}"
                       f"{' ' + year(int(m[3]), 'en') if m[3] else ''}"),
    ]  # fmt: skip


def _hour(hour: str, minute: str) -> str:
    if int(hour) > 12 and int(hour) < 24:
        said = _n(str(int(hour) - 12)) + ("" if minute == "00" else f" {_minutes(minute)}")
        return f"{said} P M"
    if minute == "00":
        return f"{_n(hour)} o'clock" if 1 <= int(hour) <= 12 else f"{_n(hour)} hundred hours"
    return f"{_n(hour)} {_minutes(minute)}"


def _minutes(minute: str) -> str:
    return f"{'oh ' if minute[0] == '0' else ''}{_n(minute)}"


def _hours() -> list[Rule]:
    clock = r"([01]?\d|2[0-4])[:h]([0-5]\d)(?::[0-5]\d)?"
    return [
        rule(rf"(?<![\d.,:/]){clock}\s?[-–—]\s?{clock}(?![\w:]|[.,]\d)",
             lambda m: f"{_hour(m[1], m[2])} to {_hour(m[3], m[4])}"),
        rule(rf"(?<![\d.,:/]){clock}(?![\w:]|[.,]\d)", lambda m: _hour(m[1], m[2])),
    ]  # fmt: skip


def _counted(table: Lexicon) -> list[Rule]:
    units = "|".join(re.escape(unit) for unit in sorted(table.units, key=len, reverse=True))

    def figure(written: str) -> str:
        if re.fullmatch(r"[1-9]\d{0,2}(\.\d{3})+", written):
            written = written.replace(".", ",")
        return _any(written)

    def money(match: Match) -> str:
        scale = f" {match[2]}" if match[2] else ""
        each = " a" if match[0].rstrip().endswith("/") else ""
        return f"{figure(match[1])}{scale} dong{each}"

    return [
        rule(rf"\bVND\s?({_NUMBER})", lambda m: f"{figure(m[1])} dong"),
        rule(rf"({_NUMBER})\s?(thousand|million|billion)?\s?{_CURRENCY}(?:\s?/\s?(?=\w))?", money),
        rule(r"(\d+(?:[.,]\d+)*)\s?[-–—]\s?(?=\d)", lambda m: f"{m[1]} to"),
        rule(rf"({_NUMBER})\s?%", lambda m: f"{_any(m[1])} percent"),
        rule(rf"({_NUMBER})\s?[x×]\s?(?=\d)", lambda m: f"{_any(m[1])} by"),
        rule(rf"({_NUMBER})\s?({units})(?!\w)", lambda m: f"{_any(m[1])} {table.units[m[2]]}"),
        rule(r"(?<=\d)\s?/\s?(?=\d)", lambda _: "over"),
        rule(r"(?<![\w.,])[-−](?=\d)", lambda _: "minus"),
    ]


def _signs() -> list[Rule]:
    spoken = {"&": "and", "+": "plus", "=": "equals", "≥": "at least", "≤": "at most",
              ">": "over", "<": "under", "±": "plus or minus", "≈": "about", "~": "about",
              "%": "percent", "@": "at", "$": "dollars", "€": "euros", "₫": "dong",
              "°": "degrees"}  # fmt: skip
    signs = "".join(map(re.escape, spoken))
    return [
        rule(rf"\$\s?({_NUMBER})", lambda m: f"{_any(m[1])} dollars"),
        rule(r"(?i)(?<=and)/(?=or(?!\w))", lambda _: ""),
        rule(r"(?<=[^\W\d])\s?/\s?(?=[^\W\d])", lambda _: "or"),
        rule(rf"[{signs}]", lambda m: spoken[m[0]]),
    ]
