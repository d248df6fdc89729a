"""English: dates and hours."""

from speech.numbers import cardinal, ordinal
from speech.numbers import year as year_in_words
from speech.spoken_rules import Match, Rule, rule

_DAY, _MONTH = r"(0?[1-9]|[12]\d|3[01])", r"(0?[1-9]|1[0-2])"
YEAR = r"((?:1[89]|20|21)\d\d)"
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
           "October", "November", "December")  # fmt: skip
_OCLOCK = "o'clock"
_DASH = r"\s?[-–—]\s?"
_BEFORE = r"(?<![\w./-])(?<![\d,],)"
_END = r"(?![\w/]|[.,]\d|-\d)"


def dates() -> list[Rule]:
    named = "|".join(_MONTHS)
    return [
        rule(r"(?<![\w./-])24/(7|24)(?![\w/]|[.,]\d)",
             lambda m: f"twenty four {'seven' if m[1] == '7' else 'hours'}"),
        rule(rf"{_BEFORE}{YEAR}-{_MONTH}-{_DAY}(?!\d)", lambda m: _date(m[3], m[2], m[1])),
        rule(rf"{_BEFORE}{_DAY}/{_MONTH}/{YEAR}{_DASH}{_DAY}/{_MONTH}/{YEAR}{_END}",
             lambda m: f"{_date(m[1], m[2], m[3])} to {_date(m[4], m[5], m[6])}"),
        rule(rf"{_BEFORE}{_DAY}([/.-]){_MONTH}\2{YEAR}{_END}", lambda m: _date(m[1], m[3], m[4])),
        rule(rf"{_BEFORE}{_MONTH}(?:/{YEAR})?{_DASH}{_MONTH}/{YEAR}{_END}",
             lambda m: f"{_date(None, m[1], m[2])} to {_date(None, m[3], m[4])}"),
        rule(rf"{_BEFORE}{_MONTH}/{YEAR}{_END}", lambda m: _date(None, m[1], m[2])),
        rule(rf"(?i)(on|from|until|by|before|after|since|to)\s+{_DAY}/{_MONTH}{_END}",
             lambda m: f"{m[1]} {_date(m[2], m[3], None)}"),
        rule(rf"{_BEFORE}(0[1-9]|1[3-9]|2\d|3[01])/{_MONTH}{_END}",
             lambda m: _date(m[1], m[2], None)),
        rule(rf"({named})\s+{_DAY},?\s+{YEAR}(?!\d)",
             lambda m: f"{m[1]} {ordinal(int(m[2]))} {year(m[3])}"),
        rule(rf"(?:[Tt]he\s+)?(?<!\d){_DAY}\s+({named})(?:\s+{YEAR})?(?!\d)", _day_of),
        rule(rf"({named})\s+{YEAR}(?!\d)", lambda m: f"{m[1]} {year(m[2])}"),
    ]  # fmt: skip


def _day_of(match: Match) -> str:
    when = f" {year(match[3])}" if match[3] else ""
    return f"the {ordinal(int(match[1]))} of {match[2]}{when}"


def _date(day: str | None, month: str, when: str | None) -> str:
    said = f"{_MONTHS[int(month) - 1]}{' ' + year(when) if when else ''}"
    return f"the {ordinal(int(day))} of {said}" if day else said


def year(written: str) -> str:
    return year_in_words(int(written), "en")


def hours() -> list[Rule]:
    clock = r"([01]?\d|2[0-4])[:h]([0-5]\d)(?::[0-5]\d)?"
    end = r"(?!\w|:\d|[.,]\d)"
    return [
        rule(rf"(?<![\w.,:/]){clock}\s?[-–—]\s?{clock}{end}",
             lambda m: f"{_hour(m[1], m[2])} to {_hour(m[3], m[4])}"),
        rule(r"(?<![\w.,:/])([1-9]|1[0-2])(?::([0-5]\d))?\s?([AaPp])\.?[Mm](?!\w)\.?", _half_day),
        rule(rf"(?<![\w.,:/]){clock}{end}", lambda m: _hour(m[1], m[2])),
    ]  # fmt: skip


def _half_day(match: Match) -> str:
    minutes = f" {_minutes(match[2])}" if match[2] and match[2] != "00" else ""
    return f"{cardinal(int(match[1]), 'en')}{minutes} {match[3].upper()} M"


def _hour(hour: str, minute: str) -> str:
    if 12 < int(hour) < 24:
        said = cardinal(int(hour) - 12, "en") + ("" if minute == "00" else f" {_minutes(minute)}")
        return f"{said} P M"
    if minute == "00":
        return f"{cardinal(int(hour), 'en')} {_OCLOCK if 1 <= int(hour) <= 12 else 'hundred hours'}"
    return f"{cardinal(int(hour), 'en')} {_minutes(minute)}"


def _minutes(minute: str) -> str:
    return f"{'oh ' if minute[0] == '0' else ''}{cardinal(int(minute), 'en')}"
