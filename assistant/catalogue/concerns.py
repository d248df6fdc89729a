"""What an editor is warned of while typing: none of it hinders saving.

Phrases that another procedure has, texts too long to be spoken, abbreviations that nobody taught
the voice, days that have passed.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rapidfuzz import fuzz, process

from assistant.catalogue.lines import Line, comparable
from assistant.errors import Language
from speech.lexicon import lexicon
from speech.numbers import roman
from speech.spoken_form import spoken
from speech.syllables import is_syllable

CLOSE = 80.0
"""Likeness (0 to 100) of phrases from which the desk may take one procedure for another."""
MOST_SPOKEN_WORDS = 60
"""About twenty seconds of speech."""
_MOST_NEAR = 3
_MOST, _LONGEST = 200, 4000
"""Items and letters that are looked at; the schema takes no more."""
_ABBREVIATION = re.compile(r"(?<![\w'’])[A-ZĐ]{2,}(?![\w'’])")
_SPOKEN = ("name", "fee_note", "note", "where", "who", "result")


@dataclass(frozen=True, slots=True)
class Near:
    """A phrase of another procedure that is like one of ours."""

    ours: str
    phrase: str
    code: str
    name: str
    closeness: int
    """0 to 100; 100: the same words."""


@dataclass(frozen=True, slots=True)
class Concern:
    """Something that a clerk should look at."""

    field: str
    """The key, as `documents[2]`."""
    kind: str
    """`phrase_close`, `long`, `abbreviation`, `overdue`, `ended`."""
    vi: str
    en: str
    near: Near | None = None

    def text(self, language: Language) -> str:
        return self.vi if language == "vi" else self.en


class Phrases:
    """Phrases of all procedures, made comparable once."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._owners: list[tuple[str, str, str]] = []
        self._folded: list[str] = []
        for line in lines:
            if line.retired:
                continue
            self._owners += [(phrase, line.code, line.name) for phrase in line.phrases]
            self._folded += line.comparable

    def near(self, ours: str, code: str) -> list[Near]:
        """The closest phrase of each of at most three other procedures, closest first."""
        asked = comparable(ours)
        if not asked:
            return []
        found = process.extract(
            asked, self._folded, scorer=fuzz.ratio, score_cutoff=CLOSE, limit=30
        )
        best: dict[str, Near] = {}
        for _, closeness, place in found:
            phrase, owner, name = self._owners[place]
            if owner != code and owner not in best:
                best[owner] = Near(ours, phrase, owner, name, round(closeness))
        return list(best.values())[:_MOST_NEAR]


def concerns(
    written: Mapping[str, Any], phrases: Phrases, today: date, *, only: Sequence[str] | None = None
) -> list[Concern]:
    """Of an entry as it is being written, also one that could not be saved yet.

    ``only`` these keys are looked at for phrases.
    """
    found = list(_close(written, phrases, only))
    for place, text in _spoken_texts(written):
        found += _of_speech(place, text)
    found += _of_days(written, today)
    return found


def _close(
    written: Mapping[str, Any], phrases: Phrases, only: Sequence[str] | None
) -> Iterator[Concern]:
    code = str(written.get("code") or "")
    if written.get("replaced_by"):
        return
    for key in ("name", "aliases", "examples"):
        if only is not None and key not in only:
            continue
        value = written.get(key)
        texts = [value.get("vi")] if isinstance(value, Mapping) else _listed(value)
        for number, text in enumerate(texts):
            for near in phrases.near(text[:_LONGEST], code) if isinstance(text, str) else ():
                place = key if key == "name" else f"{key}[{number}]"
                same = near.closeness == 100
                vi = "trùng" if same else f"giống {near.closeness} %"
                en = "the same as" if same else f"{near.closeness} % like"
                yield Concern(
                    place,
                    "phrase_close",
                    f"“{text}” {vi} với “{near.phrase}” của thủ tục {near.code} ({near.name}).",
                    f"“{text}” is {en} “{near.phrase}” of {near.code} ({near.name}).",
                    near,
                )


def _spoken_texts(written: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What the desk reads aloud: place and Vietnamese text."""
    for key in _SPOKEN:
        if text := _vietnamese(written.get(key)):
            yield key, text
    for key in ("documents", "cases", "steps"):
        for number, item in enumerate(_listed(written.get(key))):
            if not isinstance(item, Mapping):
                continue
            for part in (
                item,
                item.get("if"),
                item.get("note"),
                *_listed(item.get("documents_add")),
            ):
                if text := _vietnamese(part):
                    yield f"{key}[{number}]", text
    time = written.get("time")
    if isinstance(time, Mapping) and (text := _vietnamese(time.get("note"))):
        yield "time", text


def _vietnamese(value: Any) -> str | None:
    text = value.get("vi") if isinstance(value, Mapping) else value
    return text[:_LONGEST] if isinstance(text, str) and text.strip() else None


def _listed(value: Any) -> list[Any]:
    return value[:_MOST] if isinstance(value, list) else []


def _of_speech(place: str, text: str) -> Iterator[Concern]:
    words = len(spoken(text, "vi").split())
    if words > MOST_SPOKEN_WORDS:
        yield Concern(
            place,
            "long",
            f"Đọc lên dài {words} tiếng, khách khó nghe hết; nên dưới {MOST_SPOKEN_WORDS} tiếng.",
            f"{words} syllables when read aloud, too long to listen to; keep it under "
            f"{MOST_SPOKEN_WORDS}.",
        )
    for short in dict.fromkeys(_ABBREVIATION.findall(text)):
        if not _is_known(short):
            said = spoken(short, "vi")
            yield Concern(
                place,
                "abbreviation",
                f"Máy không biết “{short}” là gì nên sẽ đánh vần “{said}”; hãy viết đủ chữ.",
                f"The voice does not know “{short}” and will spell it “{said}”; write it out.",
            )


def _is_known(short: str) -> bool:
    table = lexicon("vi")
    known = (table.abbreviations, table.titles, table.kinds, table.authorities, table.units)
    if any(short in names for names in known) or short.lower() in table.words:
        return True
    return roman(short) is not None or is_syllable(short.lower())


def _of_days(written: Mapping[str, Any], today: date) -> Iterator[Concern]:
    day = today.isoformat()
    review, until = written.get("review_by"), written.get("valid_until")
    if isinstance(review, str) and review < day:
        yield Concern(
            "review_by",
            "overdue",
            f"Đã quá hạn xem lại ({review}). Kiểm lại với nguồn rồi đặt hạn mới.",
            f"It should have been looked at by {review}. Check it, then set another day.",
        )
    if isinstance(until, str) and until < day and not written.get("replaced_by"):
        yield Concern(
            "valid_until",
            "ended",
            f"Đã hết hiệu lực từ {until} mà chưa ghi thủ tục thay thế.",
            f"No longer in force since {until}, and nothing replaces it.",
        )
