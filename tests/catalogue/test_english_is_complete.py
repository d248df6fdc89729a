"""Whoever reads English gets all that the Vietnamese says: no text missing, no figure lost."""

import calendar
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from catalogue_samples import SHIPPED

from assistant.catalogue.content import load_folder
from assistant.catalogue.published import publish

Pair = tuple[str, str, str | None]
"""Where a text stands, its Vietnamese, its English."""

MONTHS = list(calendar.month_name)[1:]
# “May” alone is a verb.
_MONTH = re.compile("|".join(m for m in MONTHS if m != "May") + r"|(?<=\d )May\b|May(?= \d)")
_WEEKDAY = re.compile(r"(?<!trang )thứ [2-7]")
KEPT_TERMS = ("cử tuyển",)
"""Vietnamese terms that stand in brackets behind their English."""


def pairs(published: Any, place: str) -> Iterator[Pair]:
    """Every text that is published in two languages: `{vi, en}`, or `key` beside `key_en`."""
    if isinstance(published, list):
        for item in published:
            yield from pairs(item, place)
    elif isinstance(published, dict):
        if "vi" in published and "en" in published:
            yield place, published["vi"], published["en"]
        for key, value in published.items():
            if f"{key}_en" in published and value is not None:
                yield f"{place} {key}", value, published[f"{key}_en"]
            yield from pairs(value, f"{place} {key}")


@pytest.fixture(scope="module")
def texts() -> list[Pair]:
    listed = [publish(item.field, item.entry) for item in load_folder(SHIPPED).entries]
    return [
        pair
        for procedure in listed
        for pair in pairs(procedure.model_dump(by_alias=True, mode="json"), procedure.code)
    ]


def explained(texts: list[Pair]) -> Iterator[Pair]:
    """Conditions, fee cases, notes and twins: translated sentence by sentence, never shortened."""
    for place, vi, en in texts:
        if re.search(r" (if|case|note|fee_note|tells_apart)$", place):
            yield place, vi, en


def figures(text: str) -> Counter[str]:
    """Figures of a text; “thứ 2” is Monday in English and no figure."""
    text = _WEEKDAY.sub("", text)
    return Counter(number.lstrip("0") or "0" for number in re.findall(r"\d+", text))


def english_figures(text: str) -> Counter[str]:
    """Figures of an English text; `1 July 2025` counts as 1, 7, 2025 and `15:00` as 15."""
    text = text.replace(":00", "")
    return figures(_MONTH.sub(lambda found: f" {MONTHS.index(found[0]) + 1} ", text))


def test_the_walk_sees_every_kind_of_text(texts: list[Pair]) -> None:
    kinds = Counter(place.split(" ", 1)[1] for place, _, _ in texts)
    for kind, floor in {
        "name": 471,
        "documents": 1109,
        "documents note": 354,
        "fees case": 200,
        "time note": 212,
        "where": 459,
        "note": 313,
        "tells_apart": 432,
        "cases if": 414,
        "cases documents_add": 389,
        "cases note": 109,
    }.items():
        assert kinds[kind] >= floor, kind


def test_every_text_has_english(texts: list[Pair]) -> None:
    assert [(place, vi) for place, vi, en in texts if not (en or "").strip()] == []


def test_english_is_english(texts: list[Pair]) -> None:
    """Names of places and codes of decrees keep their letters; no other word is Vietnamese."""
    for place, vi, en in texts:
        plain = en or ""
        for term in KEPT_TERMS:
            plain = plain.replace(f"({term})", "")
        words = re.findall(r"[^\W\d_]+", plain)
        assert [w for w in words if len(w) > 1 and w[0].islower() and not w.isascii()] == [], place
        assert plain != vi or vi.isascii(), place


def test_codes_of_other_procedures_are_kept(texts: list[Pair]) -> None:
    code = re.compile(r"\d\.\d{6}")
    for place, vi, en in explained(texts):
        assert sorted(code.findall(vi)) == sorted(code.findall(en or "")), place


def test_no_figure_is_lost_or_added(texts: list[Pair]) -> None:
    """Amounts, periods, dates, decrees and form numbers are the same in both languages."""
    for place, vi, en in explained(texts):
        assert figures(vi) == english_figures(en or ""), place
