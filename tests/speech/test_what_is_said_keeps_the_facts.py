"""Every text of the catalogue and the centre can be said by any voice, and no number is lost."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from vn_numberwords import words_to_number

from speech.lexicon import FILE
from speech.numbers import cardinal, digits, ordinal, year
from speech.spoken_form import spoken
from speech.syllables import divided, is_syllable

DATA = FILE.parents[1]
ABBREVIATED = re.compile(r"(?<!\w)[A-Z]{2,}(?!\w)")


def _localised(node: Any) -> Iterator[tuple[str, str]]:
    """Texts in both languages: what is under `vi` and `en`; signs of laws are for both."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("vi", "en") and isinstance(value, str):
                yield key, value
            elif key == "legal_basis":
                yield from ((language, law) for law in value or () for language in ("vi", "en"))
            elif key not in ("aliases", "sources"):
                yield from _localised(value)
    elif isinstance(node, list):
        for value in node:
            yield from _localised(value)


@pytest.fixture(scope="module")
def texts() -> set[tuple[str, str]]:
    """Language and text of all that is shown."""
    found: set[tuple[str, str]] = set()
    for file in [*(DATA / "procedures").glob("*.yaml"), *(DATA / "centre").glob("*.yaml")]:
        content = Path(file).read_text(encoding="utf-8")
        found |= set(_localised(yaml.load(content, Loader=yaml.CSafeLoader)))
    return found


@pytest.fixture(scope="module")
def vietnamese(texts: set[tuple[str, str]]) -> dict[str, str]:
    return {text: spoken(text, "vi") for language, text in texts if language == "vi"}


@pytest.fixture(scope="module")
def english(texts: set[tuple[str, str]]) -> dict[str, str]:
    return {text: spoken(text, "en") for language, text in texts if language == "en"}


def test_a_vietnamese_voice_is_given_vietnamese_syllables_only(vietnamese: dict[str, str]) -> None:
    assert len(vietnamese) > 3000
    strange = {
        word: text
        for text, said in vietnamese.items()
        for word in re.findall(r"[^\s.,!?]+", said)
        if not is_syllable(word)
    }
    assert strange == {}


def test_an_english_voice_is_given_plain_letters_and_no_abbreviation(
    english: dict[str, str],
) -> None:
    assert len(english) > 2500
    strange = {
        text: said
        for text, said in english.items()
        if not re.fullmatch(r"[A-Za-z .,!?']*", said) or ABBREVIATED.search(said)
    }
    assert strange == {}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_number_of_the_catalogue_is_heard(
    language: str, vietnamese: dict[str, str], english: dict[str, str]
) -> None:
    said_of = vietnamese if language == "vi" else english
    lost = {
        (number, text): said
        for text, said in said_of.items()
        for number in re.findall(r"[1-9]\d{0,2}(?:[.,]\d{3})+(?!\d)|(?<!m)\d+", text)
        if not _heard(number, said, language)
    }
    assert lost == {}


def _heard(number: str, said: str, language: str) -> bool:
    """Whether a number as written is said, as an amount, an order, a year, an hour or a code."""
    flat = f" {re.sub('[.,]', ' ', said.lower())} "
    flat = " ".join(flat.split())
    value = int(re.sub(r"\D", "", number))
    forms = {digits(re.sub(r"\D", "", number), language), cardinal(value, language)}
    if language == "vi":
        forms |= {"tư"} if value == 4 else set()
    elif value:
        forms |= {ordinal(value), year(value, "en"), cardinal(value % 12 or 12, "en")}
        months = ["january", "february", "march", "april", "may", "june", "july", "august",
                  "september", "october", "november", "december"]  # fmt: skip
        forms |= {months[value - 1]} if value <= 12 else set()
    elif value == 0:
        forms |= {"o'clock", "p m"}
    silent_minutes = value == 0 and ("giờ" in said or "P M" in said)
    return silent_minutes or any(re.search(rf"(?<!\w){re.escape(f)}(?!\w)", flat) for f in forms)


@pytest.mark.parametrize(
    "section", ["abbreviations", "titles", "units", "letters", "words", "hosts", "addresses"]
)
def test_the_table_holds_what_any_voice_can_say(section: str) -> None:
    table = yaml.safe_load(FILE.read_text(encoding="utf-8"))["vi"][section]
    assert table
    assert [v for v in table.values() if not all(map(is_syllable, str(v).split()))] == []


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 999_999_999))
def test_an_amount_can_be_counted_back(value: int) -> None:
    said = spoken(f"Lệ phí là {value:,} đồng".replace(",", "."), "vi")
    assert words_to_number(said.removeprefix("Lệ phí là ").removesuffix(" đồng")) == value


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 9999), st.integers(1945, 2099), st.sampled_from(["NĐ-CP", "TT-BTP"]))
def test_number_and_year_of_a_sign_are_heard_apart(number: int, when: int, letters: str) -> None:
    said = spoken(f"{number}/{when}/{letters}", "vi").split(", ")
    assert words_to_number(said[0].removeprefix("số ")) == number
    assert words_to_number(said[1]) == when


@settings(max_examples=100, deadline=None)
@given(st.dates())
def test_a_date_is_heard_whole(day: Any) -> None:
    if not 1800 <= day.year <= 2199:
        day = day.replace(year=2024)
    said = spoken(day.strftime("Ngày %d/%m/%Y"), "vi")
    found = re.fullmatch(r"Ngày (.+?) tháng (.+?) năm (.+)", said)
    assert found
    months = "tư" if day.month == 4 else cardinal(day.month, "vi")
    assert found.groups() == (cardinal(day.day, "vi"), months, cardinal(day.year, "vi"))


@settings(max_examples=100, deadline=None)
@given(st.from_regex(r"[123]\.[0-9]{6}", fullmatch=True), st.sampled_from(["vi", "en"]))
def test_a_procedure_code_is_heard_digit_by_digit(code: str, language: str) -> None:
    dot = " chấm " if language == "vi" else " point "
    assert spoken(code, language) == dot.join(digits(part, language) for part in code.split("."))


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from(["Đơn", "CCCD", "Ảnh 3x4", "Sổ đỏ, sổ hồng"]), min_size=2, max_size=9)
)
def test_a_counted_list_has_as_many_ordinals(items: list[str]) -> None:
    said = spoken(f"Dạ, cần {len(items)} loại giấy tờ: {'; '.join(items)}.", "vi").lower()
    assert len(re.findall(r"thứ (?:nhất|hai|ba|tư|năm|sáu|bảy|tám|chín),", said)) == len(items)


@pytest.mark.parametrize(
    ("run", "pieces"),
    [("trungtam", ["trung", "tam"]), ("minhhoa", ["minh", "hoa"]), ("gmail", None), ("x", None)],
)
def test_syllables_written_together_are_taken_apart(run: str, pieces: list[str] | None) -> None:
    assert divided(run) == pieces
