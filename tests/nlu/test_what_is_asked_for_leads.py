"""A paper that is named as required is no errand: what is asked for leads, whatever the paper."""

import pytest

from nlu.lexicon import Lexicon
from nlu.required import papers_named


@pytest.mark.parametrize(
    ("text", "paper"),
    [
        ("sửa nhà có cần giấy phép xây dựng không", "giấy phép xây dựng"),
        ("nhập hộ khẩu cho vợ có bắt buộc phải có giấy kết hôn không", "giấy kết hôn"),
        ("xin giay doc than co phai mang so ho khau khong", "so ho khau"),
        ("sang tên xe có cần hđ mua bán hay cccd là đủ", "hợp đồng mua bán căn cước"),
        ("tách thửa cần sổ đỏ bản gốc hay bản sao ạ", "sổ đỏ bản gốc bản sao"),
        ("làm giấy chứng tử mà không có sổ hộ khẩu thì làm được không", "sổ hộ khẩu"),
        ("năm sinh trong khai sinh không khớp với bằng tốt nghiệp", "bằng tốt nghiệp"),
        ("khai sinh sai tên lót so với căn cước", "căn cước"),
        ("do we need a building permit to fix the roof", "building permit"),
        ("is a marriage certificate required to add my wife to my household", "marriage"),
        ("can I make a will without a health certificate", "health certificate"),
    ],
)
def test_a_paper_beside_an_errand_is_left_out(lexicon: Lexicon, text: str, paper: str) -> None:
    reading = lexicon.read(text)
    named = papers_named(reading)
    said = {reading.message.tokens[at] for at in named}
    assert set(paper.split()) <= said
    rest = reading.without(named)
    assert not set(paper.split()) & set(rest.plain.split())
    assert set(range(len(reading.message.tokens))) - rest.skip


@pytest.mark.parametrize(
    "text",
    [
        "em cần giấy xác nhận độc thân",
        "xin giấy khai sinh cần giấy tờ gì",
        "mở quán có cần giấy gì không",
        "bán nước ở nhà có cần đăng ký kinh doanh không",
        "đất chưa có sổ đỏ giờ muốn làm sổ",
        "có cần giấy khai sinh không",
        "giấy kết hôn mất rồi mà sổ với giấy tờ lưu ở xã cũng không còn",
        "giay khai sinh mat, so voi giay luu deu khong con",
        "what papers do I need for a marriage certificate",
        "is the birth certificate ready",
        "I need a copy of my birth certificate",
    ],
)
def test_a_paper_that_is_wanted_is_not(lexicon: Lexicon, text: str) -> None:
    assert papers_named(lexicon.read(text)) == frozenset()


def test_whose_paper_it_is_still_tells_twins_apart(lexicon: Lexicon) -> None:
    reading = lexicon.read("khai sinh cho con có cần hộ chiếu của bố người nước ngoài không")
    rest = reading.without(papers_named(reading))
    assert "foreign" in rest.concepts
    assert "ho chieu" not in rest.plain
