"""Warnings, differences in words, who has it open: what an editor's page says of an entry."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from catalogue_samples import SHIPPED
from hypothesis import given
from hypothesis import strategies as st

from assistant.catalogue.concerns import Concern, Phrases, concerns
from assistant.catalogue.content import load_folder
from assistant.catalogue.editing import written_form
from assistant.catalogue.lines import Line, line_of
from assistant.catalogue.presence import LASTS_SECONDS, Presence
from assistant.catalogue.schemas import CatalogueEntry
from assistant.catalogue.service import to_data
from assistant.catalogue.tables import ProcedureRow
from assistant.catalogue.telling import changes, shown

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture(scope="module")
def entries() -> tuple[CatalogueEntry, ...]:
    return load_folder(SHIPPED).entries


@pytest.fixture(scope="module")
def shipped(entries: tuple[CatalogueEntry, ...]) -> dict[str, dict[str, Any]]:
    return {i.entry.code: written_form(i) for i in entries}


@pytest.fixture(scope="module")
def phrases(entries: tuple[CatalogueEntry, ...]) -> Phrases:
    lines: list[Line] = []
    for item in entries:
        data = to_data(item)
        lines.append(
            line_of(
                ProcedureRow(code=item.entry.code, data=data, rank=1, updated_at=NOW, version=1)
            )
        )
    return Phrases(lines)


def of_kind(found: list[Concern], kind: str) -> list[Concern]:
    return [concern for concern in found if concern.kind == kind]


def test_a_phrase_of_another_procedure_is_told_with_its_closeness(
    phrases: Phrases, shipped: dict[str, dict[str, Any]]
) -> None:
    death = {**shipped["1.000656"], "aliases": ["lam giay KHAI sinh", "mất người thân ở nhà"]}
    found = of_kind(concerns(death, phrases, TODAY, only=["aliases"]), "phrase_close")
    same = [c.near for c in found if c.near is not None and c.near.closeness == 100]
    assert [(near.code, near.ours) for near in same] == [("1.001193", "lam giay KHAI sinh")]
    assert {c.field for c in found} == {"aliases[0]"}
    assert "1.001193" in found[0].vi and "1.001193" in found[0].en


def test_a_procedures_own_phrases_and_replaced_ones_are_no_matter(
    phrases: Phrases, shipped: dict[str, dict[str, Any]]
) -> None:
    birth = shipped["1.001193"]
    found = of_kind(concerns(birth, phrases, TODAY), "phrase_close")
    assert all(c.near is not None and c.near.code != "1.001193" for c in found)
    assert not of_kind(
        concerns({**birth, "replaced_by": "1.004884"}, phrases, TODAY), "phrase_close"
    )


def test_what_cannot_be_spoken_well_is_told(
    phrases: Phrases, shipped: dict[str, dict[str, Any]]
) -> None:
    note = {"vi": "Nộp tại BPTHKQ phường. " + "Mang theo giấy tờ. " * 20, "en": None}
    found = concerns({**shipped["1.001193"], "note": note}, phrases, TODAY, only=[])
    of_note = {concern.kind for concern in found if concern.field == "note"}
    assert of_note == {"long", "abbreviation"}
    fine = {"vi": "Nộp tại UBND phường, mang CCCD.", "en": None}
    found = concerns({**shipped["1.001193"], "note": fine}, phrases, TODAY, only=[])
    assert not [concern for concern in found if concern.field == "note"]


@pytest.mark.parametrize(("key", "kind"), [("review_by", "overdue"), ("valid_until", "ended")])
def test_a_day_that_has_passed_is_told(
    phrases: Phrases, shipped: dict[str, dict[str, Any]], key: str, kind: str
) -> None:
    past = {**shipped["1.001193"], key: "2026-11-21"}
    assert of_kind(concerns(past, phrases, TODAY, only=[]), kind)
    assert not of_kind(concerns({**past, key: "2026-11-22"}, phrases, TODAY, only=[]), kind)


_JSON: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(
    st.dictionaries(
        st.sampled_from(["name", "aliases", "documents", "cases", "time", "note"]), _JSON
    )
)
def test_what_is_half_written_is_looked_at_without_falling(written: dict[str, Any]) -> None:
    concerns(written, Phrases([]), TODAY)


def test_changes_are_told_in_words(shipped: dict[str, dict[str, Any]]) -> None:
    before = shipped["1.001193"]
    after = {
        **before,
        "fee_vnd": [{"case": None, "amount_vnd": 8000}],
        "aliases": [*before["aliases"][1:], "làm giấy cho bé"],
        "time": {"value": 3.0, "unit": "working_days", "note": None},
    }
    told = changes({**before, "fee_vnd": [{"case": None, "amount_vnd": 0}]}, after, "vi")
    assert told[0] == "Lệ phí: miễn phí → 8.000 đồng"
    assert told[1].startswith("Thời gian: ") and told[1].endswith("→ 3 ngày làm việc")
    assert told[2] == f"Cách dân gọi: bỏ “{before['aliases'][0]}”; thêm “làm giấy cho bé”"
    assert changes(before, before, "en") == []
    assert changes(before, None, "en") == ["Taken out of the catalogue."]


def test_every_part_of_every_procedure_can_be_told(shipped: dict[str, dict[str, Any]]) -> None:
    for written in shipped.values():
        for key, value in written.items():
            for language in ("vi", "en"):
                assert all("{'" not in line for line in shown(value, key, language)), (key, value)


def test_who_has_it_open_is_forgotten_after_a_while() -> None:
    now = [0.0]
    presence = Presence(lambda: now[0])
    assert presence.here("1.001193", "page-1", "lan") == []
    assert presence.here("1.001193", "page-2", "minh") == ["lan"]
    assert presence.here("1.004884", "page-3", "minh") == []
    now[0] = LASTS_SECONDS + 1
    assert presence.here("1.001193", "page-2", "minh") == []
    presence.here("1.001193", "page-1", "lan")
    presence.gone("1.001193", "page-1")
    assert presence.here("1.001193", "page-2", "minh") == []
