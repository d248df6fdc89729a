"""Lists as people say them: "cần bốn loại giấy tờ: thứ nhất, …. Thứ hai, …"."""

import re
from typing import Final

from speech.numbers import cardinal, ordinal

_NUMBERED = re.compile(r"^[ \t]*(\d{1,2})[.)][ \t]+(?=\S)")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[^\Wa-zà-ỹđ\d_])|\n")
_STEPS: Final = {
    "vi": re.compile(r"(?i)(?<!\w)các bước(?!\w)[^.;:]{0,200}$"),
    "en": re.compile(r"(?i)(?<!\w)(?:the )?steps(?!\w)[^.;:]{0,200}$"),
}
_CUES: Final = {
    "vi": re.compile(r"(?i)(?<!\w)(?:gồm|gồm có|bao gồm)(?:\s[^.;:]{0,80})?$"),
    "en": re.compile(r"(?i)(?<!\w)(?:includes?|consists? of)(?:\s[^.;:]{0,80})?$"),
}
_REST: Final = {"vi": r"và (\d{1,2}|một) ", "en": r"and (\d{1,2}|one) "}
LONGEST: Final = 20


def listed(text: str, language: str) -> str:
    """Numbered lines, and what a sentence counts or announces before a colon and divides by
    semicolons, get their ordinals; nothing else is touched."""
    lines = _lines_numbered(text.split("\n"), language)
    said = "\n".join(lines)
    parts = []
    at = 0
    for gap in _SENTENCE.finditer(said):
        parts += [_sentence(said[at : gap.start()], language), gap[0]]
        at = gap.end()
    return "".join([*parts, _sentence(said[at:], language)])


def nth(number: int, language: str) -> str:
    """ "Thứ nhất"; "first"."""
    if language == "en":
        return ordinal(number)
    names = {1: "nhất", 4: "tư"}
    return f"thứ {names.get(number) or cardinal(number, 'vi')}"


def _lines_numbered(lines: list[str], language: str) -> list[str]:
    """Lines 1., 2., … in a row; a single one is no list."""
    found = [(at, m) for at, line in enumerate(lines) if (m := _NUMBERED.match(line))]
    numbers = [int(match[1]) for _, match in found]
    if len(found) < 2 or numbers != list(range(1, len(found) + 1)):
        return lines
    done = list(lines)
    for number, (at, match) in enumerate(found, 1):
        done[at] = f"{_capital(nth(number, language))}, {lines[at][match.end() :]}"
    return done


def _sentence(sentence: str, language: str) -> str:
    """The first colon that announces what the semicolons divide; none leaves it as it is."""
    if ";" not in sentence:
        return sentence
    for colon in re.finditer(":", sentence.partition(";")[0]):
        head, tail = sentence[: colon.start()], sentence[colon.end() :]
        end = tail[len(tail.rstrip(" .!?")) :]
        items = [item.strip() for item in tail.rstrip(" .!?").split(";")]
        said = _items(head, items, language)
        if said is not None:
            return f"{head}: {'. '.join(said)}{end}"
    return sentence


def _items(head: str, items: list[str], language: str) -> list[str] | None:
    """The items with their ordinals, or None when the words before do not speak of a list."""
    if not all(items) or not 2 <= len(items) <= LONGEST:
        return None
    clause = re.split(r"[.!?]\s", head)[-1]
    rest = re.match(_REST[language], items[-1])
    counted = items[:-1] if rest else items
    whole = len(counted) + (_value(rest[1]) if rest else 0)
    steps = _STEPS[language].search(clause) is not None
    if steps and any(re.match(r"(?i)(?:bước|step)(?!\w)", item) for item in items):
        return None
    if not steps and not _announced(clause, whole, len(items), language):
        return None
    said = [
        f"{_nth(n, language, steps)}, {_unnumbered(item, n)}" for n, item in enumerate(counted, 1)
    ]
    first, *others = [*said, *([items[-1]] if rest else [])]
    return [first, *map(_capital, others)]


def _nth(number: int, language: str, steps: bool) -> str:
    if steps:
        return f"{'step' if language == 'en' else 'bước'} {cardinal(number, language)}"
    return nth(number, language)


def _announced(clause: str, whole: int, shown: int, language: str) -> bool:
    """Whether the words before the colon count the items or say that a list comes."""
    if str(whole) in re.findall(r"(?<![\w.,/])\d{1,2}(?![\w.,/]\w)", clause):
        return True
    return shown > 2 and _CUES[language].search(clause) is not None


def _unnumbered(item: str, number: int) -> str:
    return re.sub(rf"^{number}[,.)]\s+", "", item)


def _value(written: str) -> int:
    return int(written) if written.isdigit() else 1


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
