"""Search finds a procedure by what people type."""

import pytest
from catalogue_samples import SHIPPED
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.catalogue.content import load_folder
from assistant.catalogue.published import publish
from assistant.catalogue.search import SearchIndex, fold


@pytest.fixture(scope="module")
def index() -> SearchIndex:
    return SearchIndex(publish(i.field, i.entry) for i in load_folder(SHIPPED).entries)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("khai sinh", "1.001193"),
        ("KHAI SINH", "1.001193"),
        ("dang ky khai sinh", "1.001193"),
        ("dang ki khai sjnh", "1.001193"),
        ("kết hôn", "1.000894"),
        ("ket hon", "1.000894"),
        ("marriage registration", "1.000894"),
        ("sao y", "2.000815"),
        ("sao y ban chinh", "2.000815"),
        ("tam tru", "1.004194"),
        ("hộ kinh doanh", "1.001612"),
        ("cap so nha", "x-cap-so-nha"),
        ("1.001193", "1.001193"),
        ("1.014063", "1.116410"),
    ],
)
def test_the_best_hit(index: SearchIndex, query: str, code: str) -> None:
    assert index.search(query)[0].code == code


def test_every_name_finds_its_procedure(index: SearchIndex) -> None:
    lost = []
    for number, procedure in enumerate(index.live):
        name = procedure.name.vi
        found = index.search(fold(name) if number % 2 else name)
        lost += [name] if procedure not in found[:5] else []
    assert lost == []


def test_nothing_fits_nonsense(index: SearchIndex) -> None:
    for query in ("xyzzy qwfp", "!!!", "😀", "%_'\";--", "\x00"):
        assert index.search(query) == []


def test_an_empty_query_lists_the_most_asked_first(index: SearchIndex) -> None:
    listed = index.search("  ")
    assert listed == list(index.live)
    assert [p.rank for p in listed[:3]] == [1, 2, 3]


def test_retired_procedures_are_never_shown(index: SearchIndex) -> None:
    for query in ("", "căn cước", "1.", "liên thông khai sinh"):
        assert all(p.replaced_by is None for p in index.search(query))


def test_the_start_of_a_code_lists_codes(index: SearchIndex) -> None:
    found = index.search("2.0008")
    assert found
    assert all(p.code.startswith("2.0008") for p in found)


@given(st.text(max_size=400))
@settings(deadline=None)
def test_any_text_can_be_searched(index: SearchIndex, text: str) -> None:
    codes = [p.code for p in index.search(text)]
    assert len(codes) == len(set(codes))
