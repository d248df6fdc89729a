"""An entry on its page: nothing is changed by looking at it, nothing is lost when two write."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.catalogue.content import load_folder
from assistant.catalogue.editing import checked, written_form
from assistant.console.catalogue_written import blank, merge, tidy
from assistant.errors import LetanError

SHIPPED = Path(__file__).parents[2] / "data" / "procedures"


def test_a_page_that_nobody_wrote_on_saves_what_is_there() -> None:
    for item in load_folder(SHIPPED).entries:
        assert checked(item.entry.code, tidy(written_form(item))) == item
        assert tidy(tidy(written_form(item))) == tidy(written_form(item))


def test_empty_lines_and_boxes_are_unknown_or_left_out() -> None:
    written = blank() | {
        "code": " X-Thu ",
        "name": {"vi": "Thử", "en": "  "},
        "field": {"vi": "Thử ", "en": "Test"},
        "aliases": ["", " a ", ""],
        "documents": [{"vi": "", "en": ""}, {"vi": "Đơn", "copies": 2.0, "kind": ""}],
        "fee_vnd": [{"case": {"vi": "", "en": ""}, "amount_vnd": 8000.0}],
        "time": {"value": None, "unit": "", "note": None},
        "cases": [{"if": {"vi": "", "en": ""}}],
        "note": {"vi": "", "en": ""},
        "review_by": "",
    }
    entry = checked("x-thu", tidy(written)).entry
    assert (entry.aliases, entry.cases, entry.note, entry.review_by) == (["a"], [], None, None)
    assert [(d.vi, d.copies, d.kind) for d in entry.documents or ()] == [("Đơn", 2, None)]
    assert [(f.case, f.amount_vnd) for f in entry.fee_vnd or ()] == [(None, 8000)]


@pytest.mark.parametrize("amount", [-1.0, 8000.5, 2e9])
def test_an_amount_that_is_none_is_told_and_not_mended(amount: float) -> None:
    written = blank() | {"code": "x-thu", "fee_vnd": [{"amount_vnd": amount}]}
    with pytest.raises(LetanError) as caught:
        checked("x-thu", tidy(written))
    assert "fee_vnd" in caught.value.en


_PARTS = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 2), min_size=4, max_size=4)


@given(_PARTS, _PARTS, _PARTS)
def test_two_peoples_changes_are_both_there_or_to_be_chosen(
    base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any]
) -> None:
    merged = merge(base, ours, deepcopy(theirs))
    for key in base:
        if ours[key] == base[key]:
            assert merged.written[key] == theirs[key]
        else:
            assert merged.written[key] == ours[key]
            chosen = theirs[key] not in (base[key], ours[key])
            assert (key in merged.both) == chosen
