"""An order to stop is recognised as a whole, with or without accents."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.conversation.stop_words import is_stop

ORDERS = """dừng|dừng lại|Dừng lại!|DỪNG LẠI|dung lai|đung lai|em ơi dừng lại đi|dừng lại ngay
dừng lại ngay lập tức|đứng lại|đứng lại em ơi|ngừng lại|khoan|khoan đã
dừng dừng dừng lại|robot dừng lại|dừng robot lại
làm ơn dừng lại giúp tôi|stop|Stop!|please stop now|STOP STOP|halt|don't move
thôi không đi nữa|thôi, tôi không đi nữa|bác không đi nữa đâu|thôi không đi nữa em ơi
emergency stop""".replace("\n", "|").split("|")
NOT_ORDERS = """dừng hoạt động hộ kinh doanh|tạm dừng kinh doanh cần gì|đúng|đúng rồi|dùng|khoản này
trạm dừng xe buýt ở đâu|không dừng|don't stop|bus stop|đừng|tôi muốn hỏi khi nào dừng nhận hồ sơ
không đi nữa thì nộp ở đâu|tôi không đi làm nữa|dừng trợ cấp|khoanh vùng
|!!!|xin chào""".replace("\n", "|").split("|")


@pytest.mark.parametrize("text", ORDERS)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_orders(text: str, form: str) -> None:
    written = unicodedata.normalize(form, text)
    assert is_stop(written, robot=True)
    assert is_stop(written, robot=False)


@pytest.mark.parametrize("text", NOT_ORDERS)
def test_questions_are_no_orders(text: str) -> None:
    assert not is_stop(text, robot=True)


def test_what_could_mean_right_stops_only_a_robot() -> None:
    assert is_stop("dung", robot=True)
    assert not is_stop("dung", robot=False)


@given(st.text(max_size=3000))
def test_any_text_is_decided(text: str) -> None:
    assert is_stop(text, robot=True) in (True, False)


@given(
    st.sampled_from(ORDERS), st.sampled_from(["hộ kinh doanh", "trợ cấp", "nhận hồ sơ", "the bus"])
)
def test_an_order_with_an_object_is_a_question(order: str, thing: str) -> None:
    assert not is_stop(f"{order} {thing}", robot=True)
