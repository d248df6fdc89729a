"""Zalo refuses a text of more than 2,000 characters as a whole: ours are cut, nowhere inside a
letter, and nothing of them is lost."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.channels.zalo.messages import MOST_CHARACTERS
from assistant.channels.zalo.splitting import length, shortened, split

FAMILY = "👨‍👩‍👧‍👦"
ODD = st.sampled_from(
    [FAMILY, "🇻🇳", "👍🏽", "ệ", "e\u0302\u0323", "한", "\u200d", "\u0301", "\r\n", "ồ"]
)
TEXTS = st.lists(
    st.one_of(ODD, st.text(max_size=40), st.just(" "), st.just("\n\n"), st.just(". ")), max_size=60
).map("".join)


def bare(text: str) -> str:
    return "".join(unicodedata.normalize("NFC", text).split())


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.integers(12, 120))
def test_every_piece_fits_and_nothing_is_lost(text: str, most: int) -> None:
    pieces = split(text, most)
    assert all(0 < length(piece) <= most for piece in pieces)
    assert bare("".join(pieces)) == bare(text)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from([FAMILY, "🇻🇳", "👍🏽", "ệ", "a"]), min_size=1, max_size=80))
def test_no_letter_is_cut(letters: list[str]) -> None:
    """Each piece is made of whole ones."""
    joined = unicodedata.normalize("NFC", "".join(letters))
    for piece in split(joined, 40):
        rest = piece
        while rest:
            known = (one for one in (FAMILY, "🇻🇳", "👍🏽", "ệ", "a") if rest.startswith(one))
            whole = next(known, None)
            assert whole is not None, [hex(ord(one)) for one in rest[:8]]
            rest = rest[len(whole) :]


def test_it_is_cut_at_a_paragraph_rather_than_in_the_middle_of_one() -> None:
    first, second = "một câu. " * 120, "hai câu. " * 120
    assert split(f"{first}\n\n{second}")[0] == first.strip()


def test_a_text_that_only_fits_composed_stays_whole() -> None:
    """NFD is longer: it is counted as it is sent."""
    text = "Đường đến phường Nguyễn Thị Minh Khai " * 50
    decomposed = unicodedata.normalize("NFD", text)
    assert len(decomposed) > MOST_CHARACTERS
    assert split(decomposed) == [text.strip()]


@pytest.mark.parametrize("text", ["😀" * 10_000, FAMILY * 2_000, "a" * 10_000, "\u0301" * 5_000])
def test_what_nobody_writes_is_cut_too(text: str) -> None:
    pieces = split(text)
    assert all(length(piece) <= MOST_CHARACTERS for piece in pieces)
    assert bare("".join(pieces)) == bare(text)


@settings(max_examples=80, deadline=None)
@given(TEXTS)
def test_a_title_fits_a_button(text: str) -> None:
    assert length(shortened(text, 40)) <= 40
