"""Export, then import: nothing changes, whatever the content holds."""

import string
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from workbooks import FAQ, PROCEDURE, changed, written

from assistant.catalogue.schemas import CatalogueEntry
from assistant.catalogue.service import to_data
from assistant.catalogue.services import SERVICES
from assistant.exchange.files import packed, read_zip
from assistant.exchange.reading import read_workbook
from assistant.faq.schemas import FaqEntry

TEXT = st.one_of(
    st.sampled_from(
        ["=1+1", "-5", "0", "007", "1e5", "TRUE", "Có", "2026-03-01", "a\nb", "_x0041_"]
    ),
    st.text(
        st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\u2028\u2029\ufeff"),
        min_size=1,
        max_size=12,
    ).filter(lambda text: text.strip()),
)
BOTH = st.one_of(TEXT, st.fixed_dictionaries({"vi": TEXT, "en": TEXT}))
MAYBE = st.none() | BOTH
DAY = st.none() | st.dates().map(str)
FEES = st.none() | st.lists(
    st.fixed_dictionaries({"case": MAYBE, "amount_vnd": st.none() | st.integers(0, 10**9)}),
    min_size=1,
    max_size=2,
)
LISTED = st.lists(TEXT, max_size=2)
ENTRY = st.fixed_dictionaries(
    {
        "code": st.from_regex(r"\d\.\d{6}", fullmatch=True),
        "name": BOTH,
        "service": st.sampled_from(sorted(SERVICES)),
        "rank": st.none() | st.integers(1, 100_000),
        "verified": st.just(False),
        "needs_review": st.booleans(),
        "valid_from": DAY,
        "review_by": DAY,
        "who": MAYBE,
        "online": st.sampled_from([None, "full", "partial", "no"]),
        "documents": st.none()
        | st.lists(
            st.fixed_dictionaries(
                {
                    "vi": TEXT,
                    "en": st.none() | TEXT,
                    "kind": st.sampled_from([None, "submit", "present", "form"]),
                    "copies": st.none() | st.integers(1, 100),
                    "note": MAYBE,
                }
            ),
            max_size=2,
        ),
        "fee_vnd": FEES,
        "time": st.none()
        | st.fixed_dictionaries(
            {
                "value": st.none() | st.floats(0, 3650, width=16),
                "unit": st.sampled_from(["working_days", "same_day", "months"]),
                "note": MAYBE,
            }
        ),
        "steps": st.none() | st.lists(BOTH, max_size=2),
        "forms": st.none() | st.lists(st.fixed_dictionaries({"name": BOTH}), max_size=2),
        "cases": st.lists(
            st.fixed_dictionaries(
                {
                    "if": BOTH,
                    "documents_add": st.lists(BOTH, max_size=2),
                    "not_needed": LISTED,
                    "fee_vnd": FEES,
                    "note": MAYBE,
                }
            ),
            max_size=2,
        ),
        "aliases": LISTED,
        "former_names": LISTED,
        "sources": LISTED,
        "source_date": st.none() | TEXT,
    }
)


def items(raw: bytes) -> tuple[list[Any], list[Any]]:
    read = read_workbook(raw)
    assert read.errors == []
    return [to_data(each.entry) for each in read.procedures], [each.entry for each in read.faqs]


@given(ENTRY)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_procedure_comes_back(entry: dict[str, Any]) -> None:
    data = {"field": {"vi": "Lĩnh vực", "en": "Field"}, "entry": entry}
    expected = CatalogueEntry.model_validate(data)
    assert items(written([data]))[0] == [to_data(expected)]


@given(
    st.lists(TEXT, max_size=4), BOTH, st.from_regex(f"[{string.ascii_lowercase}]+", fullmatch=True)
)
@settings(max_examples=20, deadline=None)
def test_any_question_comes_back(variants: list[str], text: Any, id_: str) -> None:
    data = {"id": id_[:44], "question": text, "answer": text, "variants": variants}
    assert items(written([], [data]))[1] == [FaqEntry.model_validate(data)]


def test_it_comes_back_after_somebody_saved_it_with_a_spreadsheet() -> None:
    raw = written([PROCEDURE], [FAQ])
    assert items(changed(raw, lambda book: None)) == items(raw)
    assert items(raw)[0] == [to_data(CatalogueEntry.model_validate(PROCEDURE))]


def test_columns_may_stand_in_any_order_beside_others() -> None:
    def turn(book: Any) -> None:
        page = book["Giấy tờ"]
        page.insert_cols(1)
        page["A1"] = "Ghi chú của tôi"
        page["A2"] = "nhớ hỏi lại"

    raw = written([PROCEDURE])
    assert items(changed(raw, turn)) == items(raw)


def test_yaml_comes_back() -> None:
    entry, question = CatalogueEntry.model_validate(PROCEDURE), FaqEntry.model_validate(FAQ)
    raw = packed([entry], [question])
    assert raw == packed([entry], [question])
    read = read_zip(raw)
    assert read.errors == []
    assert [each.entry for each in read.procedures] == [entry]
    assert [each.entry for each in read.faqs] == [question]
