"""What is asked about a procedure: nothing missed, nothing added."""

import pytest

from nlu.aspects import AspectFinder
from nlu.lexicon import Lexicon
from nlu.text import Normaliser


@pytest.fixture(scope="module")
def finder(lists: dict) -> AspectFinder:
    return AspectFinder(lists["aspects"])


ASKED = [
    ("hồ sơ bao gồm những loại giấy nào", {"documents"}),
    ("có phải mang theo giấy khai sinh không", {"documents"}),
    ("phải photo mấy bản căn cước", {"documents"}),
    ("sao y 5 bản thì hết bao nhiêu", {"fee"}),
    ("có thu phí không ạ", {"fee"}),
    ("mất tầm mấy tuần thì có sổ", {"time"}),
    ("hôm nay nộp thì mai lấy được chưa", {"time"}),
    ("hồ sơ này nộp cho ai hả cháu", {"place"}),
    ("khai báo thì lên công an hay ra ủy ban", {"place"}),
    ("muon xin xac nhan doc than thi di dau", {"place"}),
    ("có nộp trực tuyến được không em", {"online"}),
    ("sửa mái tôn có cần xin phép không", {"eligibility"}),
    ("me toi di lam thay duoc khong", {"eligibility"}),
    ("phải đủ bao nhiêu tuổi mới được nhận", {"eligibility"}),
    ("quy trình giải quyết thế nào", {"steps"}),
    ("làm xong thì được cấp cái gì", {"result"}),
    ("cái này quy định ở luật nào", {"legal_basis"}),
    ("đơn theo mẫu nào, tải ở đâu", {"form"}),
    ("khai sinh: giấy tờ, lệ phí, bao lâu?", {"documents", "fee", "time"}),
    ("ai được hưởng, cần những gì", {"eligibility", "documents"}),
    ("cần gì nộp đâu bao lâu", {"documents", "place", "time"}),
    ("Do I have to bring my passport?", {"documents"}),
    ("Do both of us have to be present?", {"eligibility"}),
    ("Can my wife submit the papers for me?", {"eligibility"}),
    ("where can I get the form", {"form"}),
    ("what do I need and what does it cost", {"documents", "fee"}),
]


@pytest.mark.parametrize(("text", "expected"), ASKED)
def test_exactly_what_is_asked_is_found(
    finder: AspectFinder, lexicon: Lexicon, text: str, expected: set[str]
) -> None:
    assert set(finder(lexicon.read(text).message)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "hỗ trợ chi phí học tập cho con",
        "trợ cấp mai táng phí",
        "nhà ở đầu hẻm muốn mở quán",
        "cấp sổ đỏ lần đầu",
        "đóng cửa mấy tháng rồi",
        "lập trường mẫu giáo",
        "giấy đủ điều kiện an toàn thực phẩm",
        "bán hàng online",
        "bố em không có lương hưu",
        "ghi sai họ chưa sửa",
    ],
)
def test_names_and_stories_ask_nothing(finder: AspectFinder, lexicon: Lexicon, text: str) -> None:
    assert finder(lexicon.read(text).message) == []


def test_what_one_aspect_claims_no_other_sees() -> None:
    table = {"form": {"vi": ["mau o dau"]}, "place": {"vi": ["o dau"]}}
    finder = AspectFinder(table)
    read = Normaliser({}, {})
    assert finder(read("mẫu ở đâu")) == ["form"]
    assert finder(read("mẫu ở đâu, nộp ở đâu")) == ["place", "form"]
