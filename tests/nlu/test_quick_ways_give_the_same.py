"""What was made quick gives what the plain way gives."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import random as random_matrix

from nlu.alternatives import alternatives, first_letters
from nlu.aspect_model import _evidence, _evidence_of_one
from nlu.lexicon import Lexicon, ReadOnce
from nlu.postings import Postings

LETTERS = st.text("abc ", max_size=12)
PIECE = st.one_of(
    st.text("abc", min_size=1, max_size=3),
    st.sampled_from(["(a|bc)", "(?:ab)?c", r"\w+", "[ab]c", "(?!a)b", "(c |a )*b", "a(?= b)"]),
)
PATTERNS = st.lists(st.lists(PIECE, min_size=1, max_size=3).map(" ".join), min_size=1, max_size=5)


def _one_after_another(patterns: list[str]) -> re.Pattern[str]:
    words = [p for p in patterns if p[0].isalnum() or p[0] == "("]
    others = [f"(?:{p})" for p in patterns if p not in words]
    first = [r"(?<!\w)(?:" + "|".join(f"(?:{p})" for p in words) + r")(?!\w)"]
    return re.compile("|".join([*(first if words else []), *others]))


@settings(max_examples=300, deadline=None)
@given(PATTERNS, LETTERS)
def test_patterns_by_first_letter_match_what_they_match_in_their_order(
    patterns: list[str], text: str
) -> None:
    quick, plain = alternatives(patterns), _one_after_another(patterns)
    assert quick.sub("¤", text) == plain.sub("¤", text)


@pytest.mark.parametrize(
    ("pattern", "letters"),
    [
        ("can( gi)?", {"c"}),
        ("(co )?phai", {"c", "p"}),
        ("(?<!o )(dau|nao)", {"d", "n"}),
        ("[abd]e", {"a", "b", "d"}),
        (r"(\w+ )?may", None),
        ("(?=a)", None),
    ],
)
def test_letters_with_which_a_match_begins(pattern: str, letters: set[str] | None) -> None:
    assert first_letters(pattern) == letters


@pytest.mark.parametrize("columns", [60, 5_000])
def test_sums_of_rows_are_those_of_the_whole_matrix(columns: int) -> None:
    rows = random_matrix(200, columns, density=0.2, format="csr", dtype=np.float32, random_state=7)
    sums = Postings(rows)
    at = np.asarray([3, 17, 18, 150], dtype=np.int32)
    values = np.asarray([0.5, 1.0, 0.25, 2.0], dtype=np.float32)
    assert sums(at, values) == pytest.approx(values @ rows[at].toarray(), abs=1e-5)
    assert not sums(at[:0], values[:0]).any()


@given(
    st.lists(st.floats(-20, 20), min_size=10, max_size=10),
    st.lists(st.sampled_from([0.0, 1.0]), min_size=10, max_size=10),
)
def test_evidence_of_one_message_is_that_of_many(odds: list[float], seen: list[float]) -> None:
    of_many = _evidence(np.asarray([odds]), np.asarray([seen]))[0]
    assert np.asarray(_evidence_of_one(odds, seen)) == pytest.approx(of_many)


def test_what_was_read_once_is_read_alike(lists: dict, lexicon: Lexicon) -> None:
    once = ReadOnce(lists)
    for text in ("Đăng ký KẾT HÔN", "dang ky ket hon", "k co gks", "Marriage, please!", ""):
        assert once.read(text) == lexicon.read(text)
        assert once.read(text) is once.read(f" {text}  ")
