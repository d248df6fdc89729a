"""Whatever is typed or heard becomes comparable words, always, and in bounded time."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.language import detect
from nlu.numbers import number_at
from nlu.syllables import fold, from_telex, from_vni, phone_key
from nlu.text import MAX_CHARS, Normaliser, clean, codes, words

plain = Normaliser({}, {})


@given(st.text(max_size=400))
@settings(max_examples=300, deadline=None)
def test_cleaning_never_raises_and_is_idempotent(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert len(once) <= MAX_CHARS


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_normalising_keeps_words_and_folds_one_for_one(text: str) -> None:
    message = plain(text)
    assert len(message.tokens) == len(message.folded)
    assert all(" " not in token for token in message.tokens)
    assert message.language in ("vi", "en")


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789", max_size=14))
@settings(max_examples=300, deadline=None)
def test_keystroke_decoders_never_raise(word: str) -> None:
    for decoded in (from_telex(word), from_vni(word)):
        assert decoded is None or decoded.isalpha()
    assert isinstance(phone_key(word), str)


def test_invisible_and_direction_marks_are_dropped() -> None:
    hidden = "khai\u200b sinh\u202e \U000e0041\u2066cho con\u2069\x00"
    assert clean(hidden) == "khai sinh cho con"


def test_decomposed_and_composed_letters_are_one() -> None:
    assert clean("Giâ\u0301y tơ\u0300") == clean("Giấy tờ") == "giấy tờ"


def test_d_with_stroke_folds_too() -> None:
    assert fold("Đăng ký đường") == "Dang ky duong"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("tooi muoons ddawng kys keets hoon", "tôi muốn đăng ký kết hôn"),
        ("to6i muo61n d9a8ng ky1 ta5m tru1", "tôi muốn đăng ký tạm trú"),
        ("dang ky khai sinh1", "dang ky khai sinh"),
        ("vào lớp1", "vào lớp 1"),
        ("bà em 75t", "bà em 75 tuổi"),
        ("đất 500 t", "đất 500 t"),
    ],
)
def test_raw_keystrokes_are_undone(typed: str, meant: str) -> None:
    assert plain(typed).text == meant


def test_english_is_not_taken_for_keystrokes() -> None:
    text = "does this office register births for foreigners"
    assert plain(text).text == text


def test_numbers_stay_apart() -> None:
    assert words("quầy 1 quầy 2 mẫu ct01") == ["quầy", "1", "quầy", "2", "mẫu", "ct01"]
    assert plain("quầy 1").tokens != plain("quầy 2").tokens


@pytest.mark.parametrize(
    ("said", "value", "used"),
    [("ba", 3, 1), ("muoi lam", 15, 2), ("hai muoi mot", 21, 3), ("7", 7, 1), ("twelve", 12, 1)],
)
def test_number_words_have_values(said: str, value: int, used: int) -> None:
    assert number_at(said.split(), 0) == (value, used)


def test_codes_are_found_and_other_numbers_are_not() -> None:
    assert codes("mã 1.001193 hay 2.000815, không phải 11.0011934") == ["1.001193", "2.000815"]


@pytest.mark.parametrize("text", ["", "😀😀🎉", "…!?", "\x00\x01", "\u200d"])
def test_nothing_to_read_gives_no_words(text: str) -> None:
    assert plain(text).tokens == ()


def test_long_messages_are_cut() -> None:
    assert len(plain("khai sinh " * 1000).clean) <= MAX_CHARS


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("lam giay to nha dat o dau", "vi"),
        ("hom nay phuong co lam viec khong", "vi"),
        ("where do I register my child", "en"),
        ("opening hours please", "en"),
        ("phường có máy photo không", "vi"),
    ],
)
def test_language_is_told_without_accents(text: str, language: str) -> None:
    assert detect(words(clean(text))) == language
