"""Whatever counter or place the shipped centre has is understood by each of its names."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from nlu.entities import EntityFinder, names_of
from nlu.entity_recogniser import tables_of
from nlu.lexicon import Lexicon
from nlu.syllables import fold

CENTRE = Path(__file__).resolve().parents[2] / "data" / "centre"
ASKED = ("{}", "{} ở đâu", "dẫn tôi ra {}", "cho hỏi {} chỗ nào vậy ạ")
ASKED_EN = ("{}", "where is the {}", "please take me to the {}")


def _content(name: str) -> list[dict]:
    return yaml.safe_load((CENTRE / f"{name}.yaml").read_text(encoding="utf-8"))[name]


COUNTERS = _content("counters")
PLACES = [place for place in _content("places") if place["kind"] != "counter"]
NAMED = [("counter", item) for item in COUNTERS] + [("place", item) for item in PLACES]


@pytest.fixture(scope="module")
def finder(lists: dict) -> EntityFinder:
    centre = {"counters": COUNTERS, "places": PLACES}
    return EntityFinder(**tables_of(SimpleNamespace(centre=centre, lexicon=lists)))


def _first(finder: EntityFinder, lexicon: Lexicon, text: str) -> tuple[str, str] | None:
    """The first counter or place, as the engine takes it."""
    found = finder(lexicon.read(text).message)
    return next(
        ((e["entity"], e["value"]) for e in found if e["entity"] in ("counter", "place")), None
    )


def _sentences(name: str) -> list[str]:
    if name.isascii():
        return [frame.format(name) for frame in (*ASKED_EN, ASKED[1])]
    framed = [frame.format(name) for frame in ASKED]
    unaccented = [fold(t) for t in framed if fold(name) != "cho hoi" or len(t.split()) <= 4]
    return [*framed, name.upper(), *unaccented]


@pytest.mark.parametrize(
    ("kind", "item"), NAMED, ids=[f"{kind}-{item['id']}" for kind, item in NAMED]
)
def test_every_name_leads_to_its_place(
    finder: EntityFinder, lexicon: Lexicon, kind: str, item: dict
) -> None:
    wrong = {
        text: found
        for name in names_of(item)
        for text in _sentences(name)
        if (found := _first(finder, lexicon, text)) != (kind, item["id"])
    }
    assert wrong == {}


def test_no_two_places_share_a_name(lists: dict) -> None:
    owners: dict[str, set[str]] = {}
    for kind, item in NAMED:
        for name in names_of(item):
            owners.setdefault(name.lower(), set()).add(f"{kind} {item['id']}")
    assert {name: found for name, found in owners.items() if len(found) > 1} == {}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("quầy số ba", "3"),
        ("ra quầy ba giùm em", "3"),
        ("quay so bay", "7"),
        ("quầy 10", "10"),
        ("quầy số mười", "10"),
        ("quầy số 03", "3"),
        ("quầy thứ năm", "5"),
        ("quầy3 ở đâu", "3"),
        ("bàn chín", "9"),
        ("cửa số sáu", "6"),
        ("quầy hai mươi mốt", "21"),
        ("counter three", "3"),
        ("counter number ten", "10"),
        ("counter no. 7", "7"),
        ("counter #4", "4"),
        ("the third counter", "3"),
        ("3rd counter please", "3"),
        ("tenth counter", "10"),
        ("counter twenty one", "21"),
        ("desk 2", "2"),
    ],
)
def test_counters_are_found_by_number(
    finder: EntityFinder, lexicon: Lexicon, text: str, number: str
) -> None:
    assert _first(finder, lexicon, text) == ("counter", number)


@pytest.mark.parametrize(
    "text",
    [
        "quầy nào cũng được",
        "quầy số không",
        "cho hỏi làm khai sinh",
        "cho hoi lam giay khai sinh cho con",
        "làm bản sao y bằng tốt nghiệp",
    ],
)
def test_no_place_is_heard_where_none_is_named(
    finder: EntityFinder, lexicon: Lexicon, text: str
) -> None:
    assert _first(finder, lexicon, text) is None


def test_unaccented_pink_book_is_not_a_refusal(lexicon: Lexicon) -> None:
    assert lexicon.read("lam so hong").message.text == "lam so hong"
    assert lexicon.read("hong biet lam").message.text.startswith("không")
