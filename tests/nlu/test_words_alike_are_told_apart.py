"""Concepts and idle words: what sounds alike, or looks alike without accents, is not taken for
one.
"""

import pytest

from nlu.lexicon import Lexicon


@pytest.fixture(scope="module")
def with_pairs(lists: dict, lexicon: Lexicon) -> Lexicon:
    names = ["làm căn cước", "bán nhà đất", "về hưu", "xin bản sao"]
    return Lexicon({**lists, "pairs": lexicon.pairs(names)})


def _said(lexicon: Lexicon, text: str) -> list[str]:
    reading = lexicon.read(text)
    return [w for i, w in enumerate(reading.message.tokens) if i not in reading.skip]


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        ("hợp đồng công chứng xong rồi", "unwed"),  # con chung
        ("tui lỡ mất giấy hôn thú", "redbook"),  # giấy hồng
        ("How do we register the birth?", "boat"),  # đò
    ],
)
def test_accents_keep_words_of_one_sound_apart(lexicon: Lexicon, text: str, absent: str) -> None:
    assert absent not in lexicon.read(text).concepts


@pytest.mark.parametrize(
    ("text", "present"),
    [
        ("so hong dung ten hai vo chong", "redbook"),
        ("giấy khai xinh", "birth"),
        ("thẻ bảo hỉêm y tế", "health_insurance"),  # the mark on the wrong vowel
        ("lấy chồng người Lào", "foreign"),
        ("my wife is Korean", "foreign"),
        ("he died in California", "abroad"),
    ],
)
def test_slips_and_missing_accents_still_meet(lexicon: Lexicon, text: str, present: str) -> None:
    assert present in lexicon.read(text).concepts


def test_idle_words_without_accents_are_left_out_unless_names_hold_them(
    with_pairs: Lexicon,
) -> None:
    assert _said(with_pairs, "lam can cuoc can gi") == ["lam", "can", "cuoc"]
    assert _said(with_pairs, "ban nha dat") == ["ban", "nha", "dat"]
    assert "ban" not in _said(with_pairs, "ban oi lam can cuoc")


def test_a_phrase_of_an_idle_word_may_say_something(lexicon: Lexicon) -> None:
    assert _said(lexicon, "sao y") == ["sao", "y"]
    assert _said(lexicon, "sao y giấy tờ thì sao")[:2] == ["sao", "y"]
    assert _said(lexicon, "giấy này với lại giấy kia") == ["giấy", "giấy"]
