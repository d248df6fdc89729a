"""What is written in capitals or as letters with digits: abbreviations that no table holds, Roman
numerals, signs of forms. What can be said as a word is said as one, all else letter by letter."""

import re
from typing import Final

from speech.lexicon import Lexicon
from speech.numbers import cardinal, digits, roman
from speech.spoken_rules import Match, Rule, Words, amount, beside, rule
from speech.syllables import is_syllable

_UPPER: Final = "".join(c for c in map(chr, range(0x1EFA)) if c.isupper() and c.isalpha())
_CAPITALS = rf"(?<![\w'’])[{_UPPER}]{{2,}}(?![\w'’])"
_VI_CONSONANTS = r"(?<![\w'’])([b-dđf-hj-np-tv-xzB-DĐF-HJ-NP-TV-XZ])(?![\w'’])"
_VI_HEADS: Final = (
    "khóa|khoá|chương|phần|quý|thế kỷ|mục|cấp|loại|hạng|kỳ|tập|phụ lục|mức|vùng|bậc|nhóm|mẫu"
    "|đợt|lần thứ|bảng|biểu"
)
_EN_HEADS: Final = "annex|chapter|class|part|section|article|group|type|grade|level|schedule|volume"
_LONG_WORD = re.compile(r"[^\W\d_]{5,}")


def roman_numerals(words: Words) -> list[Rule]:
    """ "Phụ lục VIa", "class III-IV"; a single I, V or X only after a word that is numbered."""
    heads = _VI_HEADS if words.language == "vi" else _EN_HEADS

    def number(written: str) -> str:
        value = roman(written)
        return cardinal(value, words.language) if value else written

    def headed(match: Match) -> str:
        value = roman(match[2])
        if value is None:
            return match[0]
        tail = f" {match[3].upper()}" if match[3] else ""
        return f"{match[1]} {cardinal(value, words.language)}{tail}"

    def alone(match: Match) -> str:
        return match[0] if _among_capitals(match) else number(match[0])

    def span(match: Match) -> str:
        if roman(match[1]) is None or roman(match[2]) is None:
            return match[0]
        return f"{number(match[1])} {words.to} {number(match[2])}"

    def levels(match: Match) -> str:
        if roman(match[1]) is None:
            return match[0]
        below = [cardinal(int(n), words.language) for n in match[2].split(".") if n]
        letter = [match[3].upper()] if match[3] else []
        return f" {words.dot} ".join([number(match[1]), *below, *letter])

    return [
        rule(r"(?<!\w)([XVI]{1,6})((?:\.\d{1,2})+)(?:\.([a-zđ]))?(?!\w|\.\d)", levels),
        rule(r"(?<![\w'’])([XVI]{1,6})\s?[-–—]\s?([XVI]{1,6})(?![\w'’])", span),
        rule(rf"(?i:(?<!\w)({heads}))\s+(X{{0,3}}(?:IX|IV|V?I{{0,3}})?)([A-Da-dđ]?)(?![\w'’-])",
             headed),
        rule(r"(?<![\w'’])(?=[XVI]{2})X{0,3}(?:IX|IV|V?I{0,3})(?![\w'’])", alone),
    ]  # fmt: skip


def _among_capitals(match: Match) -> bool:
    """Whether a word in capitals stands beside it: then this is a word as well ("VI PHẠM")."""
    return any(len(w) > 2 and w.isupper() and is_syllable(w) for w in _neighbours(match))


def _neighbours(match: Match) -> list[str]:
    before, after = beside(match)
    return [*before.split()[-1:], *after.split()[:1]]


def forms(words: Words, lexicon: Lexicon) -> list[Rule]:
    """Signs of forms and papers, "CT07", "01B-HSB", "M03b": a leading zero is said."""

    def number(written: str) -> str:
        if written[0] == "0" or len(written) > 4:
            return digits(written, words.language)
        return amount(written, words, dots_group=True)

    def letters_first(match: Match) -> str:
        return f"{lexicon.spell(match[1])} {number(match[2])} {lexicon.spell(match[3])}".rstrip()

    def digits_first(match: Match) -> str:
        return f"{number(match[1])} {lexicon.spell(match[2].upper())}"

    return [
        rule(r"(?<![\w.])([A-ZĐ]{1,5})[-.]?(\d{1,6})([A-Da-dđ]?)(?!\w)", letters_first),
        rule(r"(?<![\w.,])(\d{1,3})([A-ZĐ])(?!\w)", digits_first),
        rule(r"(?<![\w.,])(\d{1,2})([a-eđ])(?!\w)", digits_first),
    ]


def form_range(words: Words) -> Rule:
    """ "Mẫu 1a-1đ"; stands before money, for which "1đ" is an amount."""
    form = r"\d{1,3}[a-eA-EđĐ]"
    return rule(rf"(?<![\w.,])({form})\s?[-–—]\s?(?={form}(?!\w))", lambda m: f"{m[1]} {words.to}")


def plates(words: Words, lexicon: Lexicon) -> list[Rule]:
    """Number plates of vehicles, "59A-123.45"."""

    def plate(match: Match) -> str:
        series = " ".join(
            digits(c, words.language) if c.isdigit() else lexicon.spell(c) for c in match[2]
        )
        last = digits(f"{match[3]}{match[4]}", words.language, [3])
        return f"{digits(match[1], words.language)} {series}, {last}"

    return [
        rule(r"(?<![\w.,-])(\d{2})-?([A-ZĐ]{1,2}\d?)[\s-]{1,3}(\d{3})\.?(\d{2})(?![\w.,]\d)", plate)
    ]


def vietnamese_letters(lexicon: Lexicon) -> list[Rule]:
    """Words in capitals become words, abbreviations are spelled, single consonants named."""

    def capitals(match: Match) -> str:
        word = match[0].lower()
        return word if is_syllable(word) else lexicon.spell(match[0])

    return [
        rule(_CAPITALS, capitals),
        rule(r"(?<=[^\W\d_A-ZĐ])(?=[A-ZĐ][^\W\d_])", lambda _: " "),
        rule(r"(?<![\w'’])[b-dđf-hj-np-tv-xz]{2,6}(?![\w'’])", lambda m: lexicon.spell(m[0])),
        rule(_VI_CONSONANTS, lambda m: lexicon.spell(m[1])),
    ]


def english_letters(lexicon: Lexicon) -> list[Rule]:
    """Capitals letter by letter unless they are words of a title."""

    def spelled(written: str) -> str:
        return " ".join(lexicon.letters.get(letter, letter) for letter in written)

    def capitals(match: Match) -> str:
        words = (match[0], *_neighbours(match))
        title = any(word.isupper() and _LONG_WORD.search(word) for word in words)
        return match[0].lower() if title else spelled(match[0])

    return [
        rule(r"(?<![\w'’])([A-ZĐ]{2,5})s(?!\w)", lambda m: f"{spelled(m[1])}'s"),
        rule(_CAPITALS, capitals),
        rule(r"(?<=[a-zà-ỹ])(?=[A-ZĐ][^\W\d_])", lambda _: " "),
    ]
