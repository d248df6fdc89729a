"""Circumstances that people tell in passing ("con sinh ở nhà", "làm giúp mẹ", "chồng người Hàn"),
ages and spans of time: what a text says to hold, and what it says not to hold.

The wordings are in `circumstances.yml`; nothing there is a fact about a procedure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import yaml

from dialogues.wording import fold
from nlu.numbers import number_at

_CONTENT = Path(__file__).with_name("circumstances.yml")
_STOPS = re.compile(r"[.,;:!?\n()]|(?<!\w)(?:nhưng|nhung|còn thì|but)(?!\w)", re.IGNORECASE)
_APOSTROPHES = re.compile(r"['’]")
_WORD = re.compile(r"\w+")
_QUESTIONS = re.compile(
    r"\b(?:co )?(?:can|phai|bat buoc|buoc)(?: co| phai)? [^,]{0,50}?\bkhong\b(?! phai)"
    r"|\b(?:duoc|phai|dung|hay|co|chua) (?:khong|hong|hok|ha|ko)\b(?! (?:phai|co|con|ket|ly))"
    r"|\b(?:do|does|must|should) (?:i|we|he|she|they) (?:need|have)(?: to)?"
    r"(?: a| an| the)?(?: (?!if\b|when\b|because\b)\w+){0,3}"
)
"""Asking whether something is needed says nothing about the person who asks."""
_NEGATION = re.compile(
    r"\b(?:khong(?: phai| he| co| con)?|chua(?: he| co)?|chang(?: phai)?|hong(?: co| phai)"
    r"|dau (?:co|phai)|not|never|isnt|arent|wasnt|dont|doesnt|didnt|without|no)"
    r"(?: \w+){0,2} ?$"
)
_OPTIONAL = re.compile(r"\(\?:[^()]*\)\?")
LATE = 36_500
"""Days that stand for "late" without a figure."""


@dataclass(frozen=True, slots=True)
class Circumstance:
    id: str
    said: re.Pattern[str]
    against: re.Pattern[str] | None
    bare: re.Pattern[str] | None
    bare_against: re.Pattern[str] | None
    wins: str | None
    group: str | None
    question: Mapping[str, str] | None
    rare: bool
    """Asked about only where nothing likelier is to be asked."""
    settles: tuple[str, ...] = ()
    """Circumstances that nobody is asked about who has told this one."""


@dataclass(frozen=True, slots=True)
class Lists:
    circumstances: Mapping[str, Circumstance]
    groups: Mapping[str, Mapping[str, str]]
    """Question for circumstances that exclude each other, by group and language."""
    written: tuple[tuple[re.Pattern[str], str], ...]
    """(pattern, circumstance), the longest pattern first."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a text tells. Ages in years, spans in days, both as closed intervals."""

    holds: frozenset[str] = frozenset()
    denied: frozenset[str] = frozenset()
    ages: tuple[tuple[float, float], ...] = ()
    spans: tuple[float, ...] = ()
    segments: tuple[tuple[str, ...], ...] = field(default_factory=tuple)
    """Folded words between punctuation, without questions."""
    negated: tuple[bool, ...] = ()
    """For each segment whether it denies something."""


@lru_cache(maxsize=1)
def lists() -> Lists:
    """The content of `circumstances.yml`; raises `ValueError` or `re.error` when it is wrong."""
    content = yaml.safe_load(_CONTENT.read_text(encoding="utf-8"))
    words: Mapping[str, str] = content["words"]
    found = {}
    written: list[tuple[str, str]] = []
    for name, row in content["circumstances"].items():
        patterns = [_filled(p, words) for p in row["written"]]
        written += [(p, name) for p in patterns]
        found[name] = Circumstance(
            id=name,
            said=_either(row["said"], words),
            against=_either(row["against"], words) if row.get("against") else None,
            bare=_whole(row.get("bare"), words),
            bare_against=_whole(row.get("bare_against"), words),
            wins=row.get("wins"),
            group=row.get("group"),
            question={"vi": row["vi"], "en": row["en"]} if row.get("vi") else None,
            rare=bool(row.get("rare")),
            settles=tuple(row.get("settles") or ()),
        )
    written.sort(key=lambda pair: -len(_OPTIONAL.sub("", pair[0])))
    return Lists(
        found,
        content["groups"],
        tuple((re.compile(rf"(?<!\w)(?:{_loose(p)})(?!\w)"), name) for p, name in written),
    )


def _filled(pattern: str, words: Mapping[str, str]) -> str:
    for _ in range(3):  # a list may name another list
        for name, value in words.items():
            pattern = pattern.replace(f"<{name}>", value)
    return pattern


def _either(patterns: Sequence[str], words: Mapping[str, str]) -> re.Pattern[str]:
    joined = "|".join(_filled(p, words) for p in patterns)
    return re.compile(rf"(?<!\w)(?:{joined})(?!\w)")


def _whole(patterns: Sequence[str] | None, words: Mapping[str, str]) -> re.Pattern[str] | None:
    return _either(patterns, words) if patterns else None


def _loose(pattern: str) -> str:
    """Official texts put commas where people pause: "vợ, chồng đã mất"."""
    return pattern.replace(" ", "[ ,]+")


def plain(text: str) -> str:
    """Folded words with single blanks; commas, semicolons and brackets stay as " , "."""
    folded = fold(_APOSTROPHES.sub("", text))
    return " ".join(re.findall(r"\w+|(?<=[^,])[,;()/]", folded)).replace(";", ",").replace("/", ",")


@lru_cache(maxsize=8)
def tell(text: str) -> Told:
    """Read what a person wrote or said, in either language.

    The last few are remembered: several steps of one turn ask about the same words.
    """
    holds: set[str] = set()
    denied: set[str] = set()
    segments: list[tuple[str, ...]] = []
    negated: list[bool] = []
    ages: list[tuple[float, float]] = []
    spans: list[float] = []
    for piece in _STOPS.split(_APOSTROPHES.sub("", text)):
        segment = " ".join(_WORD.findall(fold(piece)))
        ages += _ages(segment.split())
        spans += _spans(segment.split())
        segment = " ".join(_QUESTIONS.sub(" ", segment).split())
        if not segment:
            continue
        segments.append(tuple(segment.split()))
        negated.append(
            bool(re.search(r"\b(?:khong|chua|chang|not|never|no|without|dont)\b", segment))
        )
        for one in lists().circumstances.values():
            _judge(one, segment, holds, denied)
    for one in lists().circumstances.values():
        if one.wins and one.id in holds:
            holds.discard(one.wins)
    denied -= holds
    return Told(
        frozenset(holds), frozenset(denied), tuple(ages), tuple(spans), tuple(segments),
        tuple(negated),
    )  # fmt: skip


def _judge(one: Circumstance, segment: str, holds: set[str], denied: set[str]) -> None:
    """Put a circumstance where the segment says that it belongs. What speaks against it goes
    first: "không còn bản sao" holds the words of "còn bản sao"."""
    against = one.against.search(segment) if one.against else None
    if against and not _is_negated(segment, against):
        denied.add(one.id)
        return
    for match in one.said.finditer(segment):
        if _is_negated(segment, match):
            denied.add(one.id)
        else:
            holds.add(one.id)


def _is_negated(segment: str, match: re.Match[str]) -> bool:
    if re.match(r"(?:khong|chua|chang|ko|hong|mat|no|without|dont|unmarried|not)\b", match[0]):
        return False  # the pattern itself denies
    return _NEGATION.search(segment[: match.start()]) is not None


def answer_about(names: Sequence[str], text: str) -> bool | None:
    """Whether a short answer to the question about these circumstances says yes or no, without
    being the word yes or no: "ở viện" to "bé sinh ở nhà phải không ạ?"."""
    told = tell(text)
    segment = " ".join(_WORD.findall(fold(_APOSTROPHES.sub("", text))))
    for name in names:
        one = lists().circumstances.get(name)
        if one is None:
            continue
        if name in told.holds:
            return True
        if name in told.denied:
            return False
        if len(segment.split()) <= 6:
            if one.bare_against and one.bare_against.search(segment):
                return False
            if one.bare and one.bare.search(segment):
                return not re.match(r"(?:khong|no|not)\b", segment)
    return None


_OLDER = frozenset({"tren", "hon", "qua", "over", "above", "tron", "du", "tu"})
_YOUNGER = frozenset({"duoi", "under", "below"})
_YEARS = frozenset({"tuoi", "years", "year", "yrs", "yo"})
_SHORT = {
    "thang": 1 / 12, "months": 1 / 12, "month": 1 / 12, "tuan": 7 / 365, "weeks": 7 / 365,
    "week": 7 / 365, "ngay": 1 / 365, "days": 1 / 365, "day": 1 / 365,
}  # fmt: skip
_CHILDREN = (
    (
        re.compile(r"\b(?:em be|so sinh|(?:con|be|chau) moi (?:sinh|de|sanh)|newborn|baby)\b"),
        (0, 1),
    ),
    (re.compile(r"\b(?:(?:chua|vi) thanh nien|minor|underage)\b"), (0, 17.9)),
)
_ADULT = re.compile(r"\b(?:da (?:thanh nien|truong thanh|lon)|an adult|grown up)\b")


def _ages(words: Sequence[str]) -> Iterator[tuple[float, float]]:
    for at, value, after in _numbers(words):
        unit = words[after] if after < len(words) else ""
        years = 0.0
        if unit in _YEARS:
            old = unit == "tuoi" or words[after + 1 : after + 2] == ["old"]
            years = 1.0 if old else 0.0
        elif unit in _SHORT and words[after + 1 : after + 2] in (["tuoi"], ["old"]):
            years = _SHORT[unit]
        if not years and _years_alone(words, at, after, value):
            years = 1.0
        if not years:
            continue
        before = words[max(0, at - 2) : at]
        least = value * years
        if _YOUNGER & set(before) or "chua" in before or before[-2:] == ["not", "yet"]:
            yield (0.0, max(0.0, least - 0.01))
        elif _OLDER & set(before):
            yield (least, 150.0)
        else:
            yield (least, least + 0.99 * years)
    text = " ".join(words)
    for pattern, interval in _CHILDREN:
        if pattern.search(text):
            yield interval
    if _ADULT.search(text):
        yield (18.0, 150.0)


_OF_WHOM = frozenset(
    ["ba", "me", "ma", "bo", "cha", "ong", "cu", "bac", "co", "chu", "di", "noi", "ngoai", "toi",
     "no", "chau", "con", "be", "em", "anh", "chi", "she", "he", "is", "am"]
)  # fmt: skip
_ONLY = frozenset(
    {"moi", "nam", "nay", "da", "duoc", "tam", "khoang", "gan", "chi", "only", "just"}
)


def _years_alone(words: Sequence[str], at: int, after: int, value: int) -> bool:
    """ "Bà mới 72 thôi", "she is only 72": an age without the word for years."""
    before, ends = list(words[:at]), words[after : after + 1]
    only = False
    while before and before[-1] in _ONLY:
        only = bool(before.pop())
    whose = bool(before) and before[-1] in _OF_WHOM
    closed = not ends or ends[0] in {"thoi", "a", "roi", "ma", "co", "thi"}
    return only and whose and closed and _YOUNGEST <= value <= _OLDEST


_YOUNGEST, _OLDEST = 14, 110
_BEFORE_SPAN = frozenset(
    {"duoc", "da", "day", "hon", "qua", "after", "already", "gan", "for", "be"}
)
_AFTER_SPAN = frozenset({"roi", "truoc", "nay", "ago", "tuoi", "old", "late", "now"})
_DAYS = {
    "ngay": 1, "day": 1, "days": 1, "tuan": 7, "week": 7, "weeks": 7, "thang": 30, "month": 30,
    "months": 30, "nam": 365, "year": 365, "years": 365, "tuoi": 365,
}  # fmt: skip
_TOO_LATE = re.compile(
    r"\b(?:(?:khai|dang ky|di khai|lam|nop)(?: \w+){0,2} (?:muon|tre)|(?:tre|qua) han|late"
    r"|overdue)\b"
)


def _spans(words: Sequence[str]) -> Iterator[float]:
    """Days that have passed: "bé được ba tháng rồi", "mất cách đây hai tuần"."""
    for at, value, after in _numbers(words):
        unit = words[after] if after < len(words) else ""
        if unit not in _DAYS:
            continue
        behind = words[after + 1] if after + 1 < len(words) else ""
        if (
            behind == "tuoi"
            or unit == "tuoi"
            or behind in _AFTER_SPAN
            or (at and words[at - 1] in _BEFORE_SPAN)
        ):
            yield float(value * _DAYS[unit])
    if _TOO_LATE.search(" ".join(words)):
        yield float(LATE)


def _numbers(words: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """(first token, value, token after the last) of every number followed by something."""
    at = 0
    while at < len(words):
        found = number_at(words, at)
        if found is None:
            at += 1
            continue
        value, used = found
        yield at, value, at + used
        at += used


def written(text: str) -> tuple[frozenset[str], str]:
    """(circumstances that an official condition names, the text without them). The rest keeps a
    mark for each, so that a condition of several parts can be taken apart."""
    rest = plain(text)
    names: list[str] = []
    for pattern, name in lists().written:
        if pattern.search(rest):
            names.append(name)
            rest = pattern.sub(f" §{name} ", rest)
    return frozenset(names), " ".join(rest.split())
