"""Vietnamese: signs of legal documents, read whole as an official reads them out.

"23/2015/NĐ-CP" is "số hai mươi ba, hai nghìn không trăm mười lăm, nghị định chính phủ". The comma
keeps number and year apart: "hai mươi năm hai nghìn" would be heard as twenty-five.
"""

import re

from speech.lexicon import Lexicon
from speech.numbers import cardinal
from speech.spoken_rules import VI, Match, Rule, characters, rule

_NUMBER = r"(\d{1,5}(?:\.\d{1,2})?[a-zđ]?)"
_LETTERS = r"((?:[A-ZĐ]{1,9}\d{0,2})(?:-[A-ZĐƯ][A-ZĐƯa-z&]{1,12}){0,4})(?!\w)"
_KIND = (
    r"(?i:((?:nghị định|thông tư|thông tư liên tịch|quyết định|nghị quyết|luật|chỉ thị|bộ luật"
    r"|công văn|kế hoạch|pháp lệnh|văn bản hợp nhất)\s+[^\d.;:]{0,60}?)?(số:?\s+)?)"
)
_SHORT = r"NĐ|TT|QĐ|NQ|(?i:nghị định|thông tư|quyết định|nghị quyết|luật)"
"""What a sign without its issuer follows: "NĐ 151/2025"."""


def legal(table: Lexicon) -> list[Rule]:
    kinds = "|".join(sorted(map(re.escape, table.kinds), key=len, reverse=True))
    return [
        rule(rf"(?<!\w)({kinds})(?=\s+(?:số\s+)?\d{{1,5}}(?:\.\d+)?/(?:\d{{4}}/)?\1(?!\w))",
             lambda m: table.kinds[m[1]]),
        rule(rf"{_KIND}(?<![\d.,/]){_NUMBER}\s?/\s?(\d{{4}})\s?/\s?{_LETTERS}",
             lambda m: _sign(m[1], m[3], m[4], m[5], table)),
        rule(rf"{_KIND}(?<![\d.,/]){_NUMBER}\s?/\s?((?:{kinds})(?:-[A-ZĐƯ][A-ZĐƯa-z&]{{1,12}})"
             r"{1,4})(?!\w)",
             lambda m: _sign(m[1], m[3], None, m[4], table)),
        rule(rf"(?<!\w)({_SHORT})(?:\s+số)?\s+(\d{{1,4}}(?:\.\d{{1,2}})?)\s?/\s?"
             r"((?:19|20)\d\d)(?![\w/])",
             lambda m: f"{table.kinds.get(m[1]) or m[1]} số {_number(m[2])}, {_n(m[3])}"),
        rule(r"(?<!\w)(NĐ|TT|QĐ|NQ|TTLT|NQLT|VBHN)(?=\s+(?:số\s+)?\d)",
             lambda m: table.kinds[m[1]]),
        rule(r"(?<!\w)([A-ZĐ]{1,4})-([A-ZĐ][A-ZĐa-z]{1,8})(?!\w)",
             lambda m: _kind_authority(m, table)),
    ]  # fmt: skip


def _sign(said: str | None, number: str, year: str | None, letters: str, table: Lexicon) -> str:
    """The whole sign; ``said`` is the kind where the text names it beforehand."""
    kind, *authority = letters.split("-")
    assembly = re.fullmatch(r"(QH|UBTVQH)(\d{1,2})", kind)
    if assembly:
        body = "Quốc hội" if assembly[1] == "QH" else "Ủy ban Thường vụ Quốc hội"
        issued = f"{body} khóa {_n(assembly[2])}"
    else:
        named = [table.authorities.get(part) or table.spell(part) for part in authority]
        of = " và ".join(filter(None, [", ".join(named[:-1]), *named[-1:]]))
        issued = f"{table.kinds.get(kind) or characters(kind, VI, VI.dot, table)} {of}".rstrip()
    when = f", {_n(year)}" if year else ""
    return f"{(said or '').strip()} số {_number(number)}{when}, {issued}"


def _number(written: str) -> str:
    digits, letter = re.fullmatch(r"([\d.]+)(\D?)", written).groups()  # type: ignore[union-attr]
    return " ".join([" chấm ".join(_n(part) for part in digits.split(".")), letter]).rstrip()


def _kind_authority(match: Match, table: Lexicon) -> str:
    if match[0] in table.abbreviations:
        return table.abbreviations[match[0]]
    if match[1] in table.kinds and match[2] in table.authorities:
        return f"{table.kinds[match[1]]} {table.authorities[match[2]]}"
    return match[0]


def _n(written: str) -> str:
    return cardinal(int(written), "vi")
