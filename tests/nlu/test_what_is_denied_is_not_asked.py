"""What a person says it is not is left out of linking; questions and tags deny nothing."""

import pytest

from nlu.lexicon import Lexicon


def _said(lexicon: Lexicon, text: str) -> str:
    reading = lexicon.read(text)
    return " ".join(w for i, w in enumerate(reading.message.tokens) if i not in reading.skip)


@pytest.mark.parametrize(
    ("text", "left_out"),
    [
        ("chứng thực chữ ký chứ không phải bản sao", "bản sao"),
        ("nuôi tạm cháu ruột thôi, không phải nhận làm con nuôi", "con nuôi"),
        ("gia hạn tạm trú thôi, đâu phải đăng ký mới", "mới"),
        ("chung thuc chu ky chu khong phai ban sao", "ban sao"),
        ("a signature rather than a copy of the diploma", "diploma"),
        ("certify my signature, not the diploma", "diploma"),
    ],
)
def test_the_denied_twin_is_left_out(lexicon: Lexicon, text: str, left_out: str) -> None:
    said = _said(lexicon, text)
    assert said
    assert left_out not in said


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("có phải xin phép xây hàng rào không", "hàng rào"),
        ("không phải con ruột thì khai sinh được không", "con ruột"),
        ("đăng ký kết hôn được chứ không", "kết hôn"),
        ("không có giấy chứng sinh", "giấy chứng sinh"),
        ("my baby was not born in a hospital", "hospital"),
    ],
)
def test_questions_and_circumstances_deny_nothing(lexicon: Lexicon, text: str, kept: str) -> None:
    assert kept in _said(lexicon, text)


def test_a_denied_clause_ends_at_its_sign(lexicon: Lexicon) -> None:
    text = "không đăng ký mới đâu, chứ không phải tách hộ, gia hạn tạm trú thôi"
    said = _said(lexicon, text)
    assert "tách hộ" not in said
    assert "gia hạn tạm trú" in said


def test_concepts_of_what_is_denied_do_not_count(lexicon: Lexicon) -> None:
    told = lexicon.read("xin giấy khuyết tật nặng hơn chứ không phải mất giấy").concepts
    assert "disability" in told
    assert "lost" not in told
