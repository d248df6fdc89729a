"""English: signs of Vietnamese legal documents."""

import re

from speech.lexicon import Lexicon
from speech.numbers import cardinal, ordinal
from speech.numbers import year as year_in_words
from speech.spoken_rules import EN, Rule, characters, rule

_NUMBER = r"(\d{1,5}(?:\.\d{1,2})?)"
_LETTERS = r"((?:[A-ZĐ]{1,9}\d{0,2})(?:-[A-ZĐƯ][A-ZĐƯa-z&]{1,12}){0,4})(?!\w)"
_KIND = (
    r"(?i:((?:joint\s+)?(?:decree|circular|decision|resolution|directive|plan"
    r"|(?:law|code|ordinance)(?:\s+on\s+[^\d.;:]{1,60}?)?)\s+)?"
    r"(?:(?:no\.?|number)\s+)?)"
)
_SHORT = r"(?i)(?<!\w)(decree|circular|decision|resolution|law)(?:\s+(?:no\.?|number))?\s+"


def legal(table: Lexicon) -> list[Rule]:
    kinds = "|".join(sorted(map(re.escape, table.kinds), key=len, reverse=True))
    return [
        rule(rf"{_KIND}(?<![\d.,/]){_NUMBER}/(\d{{4}})/{_LETTERS}",
             lambda m: _sign(m[1], m[2], m[3], m[4], table)),
        rule(rf"{_KIND}(?<![\d.,/]){_NUMBER}/((?:{kinds})(?:-[A-ZĐƯ][A-ZĐƯa-z&]{{1,12}}){{1,4}})"
             r"(?!\w)",
             lambda m: _sign(m[1], m[2], None, m[3], table)),
        rule(_SHORT + r"(\d{1,4}(?:\.\d{1,2})?)/(\d{4})(?![\w/])",
             lambda m: f"{m[1]} number {_number(m[2])} of {year_in_words(int(m[3]), 'en')}"),
    ]  # fmt: skip


def _sign(said: str | None, number: str, when: str | None, letters: str, table: Lexicon) -> str:
    kind, *authority = letters.split("-")
    names = [table.authorities.get(part) or " ".join(part.upper()) for part in authority]
    assembly = re.fullmatch(r"(UBTV)?QH(\d{1,2})", kind)
    if assembly:
        body = f"the {ordinal(int(assembly[2]))} National Assembly"
        names = [f"the Standing Committee of {body}" if assembly[1] else body]
        spelled = "law"
    else:
        spelled = table.kinds.get(kind) or characters(kind, EN, EN.dot, table)
    head = said.strip() if said else spelled
    tail = f" of {' and '.join(names)}" if names else ""
    year = f" of {year_in_words(int(when), 'en')}" if when else ""
    return f"{head} number {_number(number)}{year}{tail}"


def _number(written: str) -> str:
    return " point ".join(cardinal(int(part), "en") for part in written.split("."))
