"""Whatever stands in a file, reading it ends in entries or in a `ContentError` with lines."""

import re

from catalogue_samples import BIRTH, HOUSE_NUMBER, head
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.catalogue.content import parse_file
from assistant.catalogue.folder import render
from assistant.catalogue.problems import ContentError
from assistant.catalogue.schemas import CatalogueEntry

VALID = (head() + BIRTH + HOUSE_NUMBER).encode()


def read(raw: bytes) -> None:
    lines = len(re.split("\r\n|\r|\n", raw.decode("utf-8", "replace"))) + 1
    try:
        entries = parse_file("f.yaml", raw)
    except ContentError as error:
        assert error.problems
        for problem in error.problems:
            assert 1 <= problem.line <= lines
            assert problem.column >= 1
        assert "f.yaml:" in error.vi
        assert "f.yaml:" in error.en
    else:
        assert entries


@given(st.binary(max_size=300))
@settings(deadline=None)
def test_any_bytes(raw: bytes) -> None:
    read(raw)


@given(st.text(alphabet="ab:-? []{}&*!|>'\"#%@`,\n\t\r0.\\~<=ắ\x85\u2028\ufeff", max_size=120))
@settings(max_examples=300, deadline=None)
def test_any_yaml_like_text(text: str) -> None:
    read(text.encode())


@given(
    st.integers(0, len(VALID)),
    st.integers(0, 30),
    st.one_of(
        st.binary(max_size=12), st.sampled_from([b"\t", b"- ", b": ", b"&a ", b"*a", b"[", b"'"])
    ),
)
@settings(max_examples=300, deadline=None)
def test_any_damage_to_a_valid_file(start: int, cut: int, put: bytes) -> None:
    read(VALID[:start] + put + VALID[start + cut :])


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(
    st.sampled_from(
        sorted(
            [
                "code",
                "name",
                "documents",
                "fee_vnd",
                "time",
                "cases",
                "aliases",
                "same_as",
                "replaced_by",
                "where",
                "steps",
                "forms",
                "valid_from",
                "rank",
                "id",
            ]
        )
    ),
    _values,
)
@settings(max_examples=300, deadline=None)
def test_any_value_under_any_key(key: str, value: object) -> None:
    import yaml

    entry = {"code": "x-a", "name": "a", "service": "land", key: value}
    data = {"field": {"vi": "a", "en": "b"}, "procedures": [entry]}
    read(yaml.safe_dump(data, allow_unicode=True).encode("utf-8", "replace"))


NASTY = (
    """
yes|no|null|~|1.0|1.5e5|-.5|0x1F|010|1_000|12:30|<<|=|2026-01-01|a: b|a #b|- a|? a|{a}|[a]|&a|*a|!a
%a|@a|`a|'|"|a\nb|a\n\n b|a\tb|Đăng ký|😀|a\u2028b|a\u00a0b|\ufeffa|...|---|a:|:a|#a
""".strip()
    .replace("!a\n", "!a|")
    .split("|")
)
_texts = st.one_of(
    st.sampled_from(NASTY),
    st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=200),
).filter(lambda text: text.strip() != "")
_pair = st.fixed_dictionaries({"vi": _texts, "en": st.none() | _texts})
_fee = (
    st.none()
    | st.integers(0, 10**9)
    | st.lists(
        st.fixed_dictionaries(
            {"case": st.none() | _pair, "amount_vnd": st.none() | st.integers(0, 10**9)}
        ),
        min_size=1,
        max_size=3,
    )
)
_entries = st.fixed_dictionaries(
    {
        "code": st.sampled_from(["1.001190", "x-a-b"]),
        "name": _pair,
        "service": st.just("land"),
        "rank": st.none() | st.integers(1, 99),
        "online": st.sampled_from([None, "no", "full"]),
        "documents": st.none()
        | st.lists(st.fixed_dictionaries({"vi": _texts, "note": _pair}), max_size=2),
        "fee_vnd": _fee,
        "time": st.none()
        | st.fixed_dictionaries(
            {
                "value": st.none() | st.integers(0, 7300).map(lambda n: n / 2),
                "unit": st.just("days"),
                "note": _pair,
            }
        ),
        "cases": st.lists(st.fixed_dictionaries({"if": _pair, "fee_vnd": _fee}), max_size=2),
        "aliases": st.lists(_texts, max_size=3),
        "steps": st.none() | st.lists(_pair, max_size=2),
        "valid_from": st.sampled_from([None, "2027-03-01"]),
    }
)


@given(_pair.filter(lambda pair: pair["en"] is not None), _entries)
@settings(max_examples=300, deadline=None)
def test_what_is_written_reads_back_the_same(
    field: dict[str, str], entry: dict[str, object]
) -> None:
    item = CatalogueEntry.model_validate({"field": field, "entry": entry})
    ((name, text),) = render([item]).items()
    assert parse_file(name, text.encode()) == (item,)
