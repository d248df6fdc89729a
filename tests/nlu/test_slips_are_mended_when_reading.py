"""Spaces left out, letters slipped, half-typed Telex, abbreviations: mended, or left alone."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.lexicon import Lexicon
from nlu.spelling import Spelling
from nlu.syllables import fold

NAMES = ["đăng ký khai sinh", "xác nhận tình trạng hôn nhân", "giấy phép xây dựng", "cấp sổ đỏ"]
_TELEX_SHAPES = {"â": "aa", "ê": "ee", "ô": "oo", "ă": "aw", "ơ": "ow", "ư": "uw", "đ": "dd"}
_VNI_SHAPES = {"â": "a6", "ê": "e6", "ô": "o6", "ă": "a8", "ơ": "o7", "ư": "u7", "đ": "d9"}
_TONES = ("\u0301", "\u0300", "\u0309", "\u0303", "\u0323")


def _typed(text: str, shapes: dict[str, str], tones: str) -> str:
    """The keystrokes of a text, the tone after the word."""
    out = []
    for word in text.split():
        tone, letters = "", ""
        for char in unicodedata.normalize("NFD", word):
            if char in _TONES:
                tone = tones[_TONES.index(char)]
            else:
                letters += char
        composed = unicodedata.normalize("NFC", letters)
        out.append("".join(shapes.get(c, c) for c in composed) + tone)
    return " ".join(out)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("shapes", "tones"), [(_TELEX_SHAPES, "sfrxj"), (_VNI_SHAPES, "12345")])
def test_names_typed_with_the_keyboard_program_off_are_read(
    lexicon: Lexicon, name: str, shapes: dict[str, str], tones: str
) -> None:
    message = lexicon.read(_typed(f"tôi muốn {name}", shapes, tones)).message
    assert message.plain == fold(f"tôi muốn {name}")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("lamgiaykhaisinh cho con", "lam giay khai sinh cho con"),
        ("đăngkýkếthôn ở đâu", "đăng ký kết hôn ở đâu"),
        ("kahi sinh cho con", "khai sinh cho con"),
        ("chứng minnh thư", "chứng minh thư"),
        ("giấy khai sinh nộp ở ddaua", "giấy khai sinh nộp ở ddaua"),
        ("làm cccd", "làm căn cước công dân"),
        ("được rồiiii", "được rồi"),
        ("ct chữ ký ở phg", "chứng thực chữ ký ở phường"),
        ("cty bắt nộp", "công ty bắt nộp"),
    ],
)
def test_slips_are_mended(lexicon: Lexicon, typed: str, meant: str) -> None:
    assert lexicon.read(typed).message.text == meant


@pytest.mark.parametrize(
    "text",
    ["form đăng ký online", "xin visa", "dia chi cua toi", "file word", "đổi mật khẩu wifi"],
)
def test_foreign_and_plain_words_stay(lexicon: Lexicon, text: str) -> None:
    assert lexicon.read(text).message.text == text


def test_a_rewritten_chat_word_is_no_accent_of_the_writer(lexicon: Lexicon) -> None:
    assert not lexicon.read("gks con e ghi sai chu dem").message.accented
    assert lexicon.read("giấy ks").message.accented


def test_sentence_signs_are_remembered_and_no_words(lexicon: Lexicon) -> None:
    message = lexicon.read("Làm khai sinh... cần gì?Phí bao nhiêu,bao lâu!!").message
    assert message.text == "làm khai sinh cần gì phí bao nhiêu bao lâu"
    assert message.stops == (3, 5, 8, 10)


@given(st.lists(st.sampled_from(["khai", "sinh", "kết", "hôn", "sổ", "đỏ"]), min_size=2))
@settings(max_examples=100, deadline=None)
def test_a_run_is_split_without_losing_a_letter(words: list[str]) -> None:
    spelling = Spelling([["khai", "sinh"], ["kết", "hôn"], ["sổ", "đỏ"]])
    assert "".join(spelling(["".join(words)])) == "".join(words)


@given(st.lists(st.text(alphabet="abdeghiklmnoprstuyâđêô", min_size=1, max_size=45), max_size=6))
@settings(max_examples=200, deadline=None)
def test_words_that_stand_beside_nothing_known_stay(tokens: list[str]) -> None:
    assert Spelling(())(tokens) == tokens


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("có fải nộp lệ fí không", "có phải nộp lệ phí không"),
        ("ế wá rồi", "ế quá rồi"),
        ("jấy khai sinh", "giấy khai sinh"),
        ("wifi ở đâu", "wifi ở đâu"),
    ],
)
def test_chat_letters_that_begin_no_syllable_are_their_sounds(
    lexicon: Lexicon, text: str, read: str
) -> None:
    assert lexicon.read(text).message.text == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("tình trạng hông nhân", "tình trạng hôn nhân"),
        ("đăng ký được hông", "đăng ký được không"),
        ("giấy xong có chưa", "giấy xong có chưa"),
        ("giay xong co chua", "giay xong co chua"),
    ],
)
def test_a_regional_word_inside_a_known_one_is_a_slip(
    lexicon: Lexicon, text: str, read: str
) -> None:
    assert lexicon.read(text).message.text == read
