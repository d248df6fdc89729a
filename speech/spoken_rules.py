"""Rules that both languages share: addresses of the web, codes, telephone numbers, amounts.

A rule is a pattern and what its match is spoken as; rules run in order, special before general.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from speech.lexicon import Lexicon, foreign_words, whole_words
from speech.numbers import cardinal, digits
from speech.syllables import divided

Match = re.Match[str]
_NEAR = 200
"""Characters of context."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern and its spoken form."""

    pattern: re.Pattern[str]
    speak: Callable[[Match], str]

    def apply(self, text: str) -> str:
        return self.pattern.sub(self._said, text)

    def _said(self, match: Match) -> str:
        said = self.speak(match)
        # The blanks keep words apart whatever stood beside the match.
        return said if said == match[0] else f" {said} "


def beside(match: Match) -> tuple[str, str]:
    """What stands before and after; a little of it, so that long texts take no longer by much."""
    start, end = match.span()
    return match.string[max(0, start - _NEAR) : start], match.string[end : end + _NEAR]


def rule(pattern: str, speak: Callable[[Match], str], flags: int = 0) -> Rule:
    return Rule(re.compile(pattern, flags), speak)


@dataclass(frozen=True, slots=True)
class Words:
    """The small words of a language that the shared rules need."""

    language: str
    dot: str
    """Between the parts of a code."""
    web_dot: str
    at: str
    page: str
    """Said instead of a path: the page itself is shown, not read."""
    percent: str
    point: str
    """Before decimals."""
    to: str
    minus: str


VI: Final = Words("vi", "chấm", "chấm", "a còng", "trang", "phần trăm", "phẩy", "đến", "âm")
EN: Final = Words("en", "point", "dot", "at", "the page", "percent", "point", "to", "minus")

NUMBER: Final = r"(?<!\d)(?<!\d[.,])\d++(?:[.,]\d++)*+"
"""As written. Possessive: a run of digits is taken once, not again from each of its digits."""
_TOP = "vn|com|org|net|info|me|gov|edu|io|asia|int|example|app|dev|local"
_URL = (
    rf"(?<![\w@])(?:https?://|www\.)?((?:[a-z0-9-]{{1,60}}\.){{1,6}}(?:{_TOP}))(?![\w-])"
    r"((?:[:/?#][^\s<>()\"]*)?)"
)
_EMAIL = r"(?<![\w.+-])([\w.+-]{1,64})@((?:[\w-]{1,60}\.){1,6}[a-z]{2,12})(?!\w)"
_OTHER_URL = r"\b[a-z][a-z0-9+.-]{1,10}://[^\s<>()\"]+"
_PART = r"\d\.\d{6}(?:\.\d{2,3})*(?:\.H\d{2})?"
_CODE = rf"(?<![\d.,])({_PART})(?!\d)"
_CODES = rf"(?<![\d.,])({_PART})\s?[-–—]\s?(?={_PART}(?!\d))"
_COVERED_CODE = r"(?<![\d.,])(\d\.\d{1,6})([xX]{1,6})(?!\w)"
"""A code of which only the beginning is told, "1.1164xx"."""
_DOSSIER = (
    r"(?<![\w.])(?=[\d.]*[A-ZĐ])((?:[A-ZĐ]?\d{2,3}\.){1,4}[A-ZĐ]?\d{1,3}(?:-\d{3,10}){1,3}"
    r"|[A-ZĐ]\d{2}(?:-\d{3,10}){2,3})(?!\w)"
)
_PHONE = (
    r"(?<![\w.,/])((?:\+84|\(\+84\)|\(0\d{1,3}\)|0)[\d .-]{7,15}\d"
    r"|1[89]00(?!-(?:19|20)\d\d(?!\d))[ .-]?\d{2,4}[ .-]?\d{0,4})(?![\d/])"
)
_SHORT_PHONE = r"(?i)(tổng đài|điện thoại|đường dây nóng|hotline|call|dial|gọi)((?:\s+số)?\s*:?\s+)"
_ETC = r"\s*\.{3,}\s*"
_LAST_OF_LIST = re.compile(r"(?:,\s*|[(,][^,.;:()]{0,60}?[,(]\s*)([^,.;:!?()]{1,40})$")


def web(words: Words, lexicon: Lexicon) -> list[Rule]:
    def host(name: str) -> str:
        known = lexicon.hosts.get(name.removeprefix("www."))
        return known or _address(name, words, lexicon)

    def address(match: Match) -> str:
        name = host(match[1].lower())
        return f"{words.page} {name}" if len(match[2]) > 1 else name

    def email(match: Match) -> str:
        user = _address(match[1].lower(), words, lexicon)
        return f"{user} {words.at} {host(match[2].lower())}"

    return [
        rule(_EMAIL, email),
        rule(_URL, address, re.IGNORECASE),
        rule(_OTHER_URL, lambda _: words.page, re.IGNORECASE),
    ]


def _address(written: str, words: Words, lexicon: Lexicon) -> str:
    """A host or a user: words known or made of Vietnamese syllables are said, others spelled."""

    def part(letters: str) -> str:
        known = lexicon.addresses.get(letters)
        if known:
            return known
        pieces = divided(letters)
        return " ".join(pieces) if pieces else lexicon.spell(letters)

    parts = re.findall(r"\d+|[^\W\d_]+|[.+_-]", written)
    signs = {".": words.web_dot, **lexicon.signs}
    return " ".join(
        signs.get(p) or (digits(p, words.language) if p[0].isdigit() else part(p)) for p in parts
    )


def characters(written: str, words: Words, dot: str, lexicon: Lexicon) -> str:
    """Letters stay together, digits one by one, dots named, other signs a pause."""
    parts = re.findall(r"\d+|[^\W\d_]+|\.", written)
    spoken = []
    for part in parts:
        if part == ".":
            spoken.append(dot)
        elif part[0].isdigit():
            spoken.append(digits(part, words.language))
        else:
            short = part.isupper() or len(part) < 3
            spoken.append(lexicon.spell(part) if short else part)
    return " ".join(spoken)


def codes(words: Words, lexicon: Lexicon) -> list[Rule]:
    """Procedure and dossier codes, digit by digit."""

    def said(written: str) -> str:
        return characters(written, words, words.dot, lexicon)

    return [
        rule(_DOSSIER, lambda m: ", ".join(said(part) for part in m[1].split("-"))),
        rule(_CODES, lambda m: f"{said(m[1])} {words.to}"),
        rule(_CODE, lambda m: said(m[1])),
        rule(_COVERED_CODE, lambda m: f"{said(m[1])} {lexicon.spell(m[2].upper())}"),
    ]


def and_so_on(said: str, not_after: str) -> Rule:
    """Three dots that cut a list short are said; elsewhere they are a pause.

    ``not_after``: words of a sentence that waits ("xin chờ…").
    """
    waits = re.compile(rf"(?i)(?<!\w)(?:{not_after})(?!\w)")

    def dots(match: Match) -> str:
        before, after = beside(match)
        clause = re.split(r"[.;:!?]\s", before)[-1]
        listed = _LAST_OF_LIST.search(clause) or clause.rfind("(") > clause.rfind(")")
        word = f", {said}" if listed and not waits.search(clause) else ""
        return f"{word}{'.' if not after or after[0].isupper() else ','}"

    return rule(_ETC, dots)


def phones(words: Words) -> list[Rule]:
    def number(match: Match) -> str:
        written = match[1].strip()
        groups = [len(part) for part in re.findall(r"\d+", written)]
        flat = re.sub(r"\D", "", written)
        if not 8 <= len(flat) <= 13:
            return match[0].replace("-", " ")
        if len(groups) == 1 or min(groups) < 2 or max(groups) > 5:
            groups = phone_groups(flat)
        return digits(flat, words.language, groups)

    def short(match: Match) -> str:
        return f"{match[1]}{match[2]}{digits(match[3], words.language)}"

    return [
        rule(r"(?<!\d)(0\d{9,10})\s?/\s?(?=0\d{9})", lambda m: f"{m[1]} ,"),
        rule(_PHONE, number),
        rule(_SHORT_PHONE + r"(\d{3,5})(?!\d|[.,/:]\d)", short),
    ]


def phone_groups(flat: str) -> list[int]:
    """How people say a number that is written without gaps."""
    if flat.startswith(("18", "19")):
        return [4]
    if flat.startswith("84"):
        return [2, 3, 3]
    return {10: [4, 3], 11: [3, 4]}.get(len(flat), [3, 3, 3])


def amount(written: str, words: Words, *, dots_group: bool) -> str:
    """A number as written: 8.000 or 1,5 or 1,234,567 or 007, in words.

    ``dots_group``: a dot before three digits separates thousands, as in Vietnamese.
    """
    language = words.language
    if re.fullmatch(r"\d+", written):
        return _whole(written, language)
    if re.fullmatch(r"[1-9]\d{0,2}(,\d{3}){2,}(\.\d+)?", written) or (
        language == "en" and re.fullmatch(r"[1-9]\d{0,2}(,\d{3})+(\.\d+)?", written)
    ):
        whole, _, decimals = written.replace(",", "").partition(".")
        return _decimal(whole, decimals, words)
    grouped = re.fullmatch(r"([1-9]\d{0,2}(?:\.\d{3})+)(?:,(\d+))?", written)
    if grouped and (dots_group or grouped[1].count(".") > 1):
        return _decimal(grouped[1].replace(".", ""), grouped[2] or "", words)
    simple = re.fullmatch(r"(\d+)[.,](\d+)", written)
    if simple and not ("." in written and language == "vi" and not dots_group):
        return _decimal(simple[1], simple[2], words)
    separators = {".": words.dot, ",": ","}
    return " ".join(
        separators.get(part, "") or _whole(part, language)
        for part in re.findall(r"\d+|[.,]", written)
    )


def _whole(written: str, language: str) -> str:
    if len(written) > 2 and written[0] == "0" and written.strip("0"):
        return digits(written, language, [3] * (len(written) // 3) if len(written) > 5 else ())
    if len(written) > 12 or (len(written) > 9 and written[-3:] != "000"):
        return digits(written, language, [3] * (len(written) // 3))
    return cardinal(int(written), language)


def _decimal(whole: str, decimals: str, words: Words) -> str:
    spoken = _whole(whole, words.language)
    if not decimals:
        return spoken
    together = words.language == "vi" and len(decimals) == 2 and decimals[0] != "0"
    after = cardinal(int(decimals), "vi") if together else digits(decimals, words.language)
    return f"{spoken} {words.point} {after}"


def abbreviations(lexicon: Lexicon) -> list[Rule]:
    """The table's: abbreviations as they are written, words of other languages in any case."""

    def title(key: str, value: str) -> Rule:
        return rule(rf"(?<!\w){re.escape(key)}\s?(?=\d|[A-ZĐ]\w)", lambda _: value)

    return [
        *(title(key, value) for key, value in lexicon.titles.items()),
        Rule(whole_words(lexicon.abbreviations), lambda m: lexicon.abbreviation(m[0])),
        Rule(foreign_words(lexicon.words), lambda m: lexicon.words[m[0].lower()]),
    ]
