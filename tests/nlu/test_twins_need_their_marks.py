"""A near twin is not answered for words that it shares with what is meant, and what a message asks
counts for more than the story before it."""

from __future__ import annotations

import numpy as np
import pytest

from nlu.lexicon import Lexicon
from nlu.marks import Marks
from nlu.story import asked_in, together, weight_of

AGAIN_ABROAD, PLAIN_ABROAD = "2.000497", "1.001766"
CERTIFIED, UNDONE = "2.001035", "2.000913"


@pytest.fixture(scope="module")
def marks(lists: dict) -> Marks:
    return Marks(lists["marks"]["marks"])


def _weighed(marks: Marks, lexicon: Lexicon, text: str, codes: list[str]) -> np.ndarray:
    chances = np.asarray([0.8, 0.15, 0.05])
    return marks.weigh(codes, chances, lexicon.read(text))


@pytest.mark.parametrize(
    "text",
    [
        "vợ tôi người Pháp mất tại bệnh viện, báo tử ở đâu",
        "my french wife died here, where do I register it",
    ],
)
def test_nobody_registers_again_who_says_nothing_of_a_first_time(
    marks: Marks, lexicon: Lexicon, text: str
) -> None:
    weighed = _weighed(marks, lexicon, text, [AGAIN_ABROAD, PLAIN_ABROAD])
    assert weighed.argmax() == 1
    assert weighed.sum() == pytest.approx(1.0)


@pytest.mark.parametrize(
    "text",
    [
        "giấy khai tử của vợ tôi người Pháp bị mất, xin đăng ký lại",
        "register the death of my french wife again, the old record burned",
    ],
)
def test_who_tells_of_a_first_time_is_heard(marks: Marks, lexicon: Lexicon, text: str) -> None:
    weighed = _weighed(marks, lexicon, text, [AGAIN_ABROAD, PLAIN_ABROAD])
    assert weighed == pytest.approx([0.8, 0.15, 0.05])


@pytest.mark.parametrize(
    ("text", "undone"),
    [
        ("chứng thực hợp đồng thuê nhà", False),
        ("làm giấy ủy quyền nhận lương hộ", False),
        ("hủy giấy ủy quyền đã chứng thực năm kia", True),
        ("hop dong cho thue da chung thuc, gio thoi khong cho thue nua", True),
        ("I want to revoke the power of attorney", True),
    ],
)
def test_a_deed_taken_back_is_no_deed_to_certify(
    marks: Marks, lexicon: Lexicon, text: str, undone: bool
) -> None:
    assert int(_weighed(marks, lexicon, text, [CERTIFIED, UNDONE]).argmax()) == int(undone)


@pytest.mark.parametrize(
    ("text", "spoilt"),
    [
        ("giấy phép xây dựng mất mấy ngày", False),
        ("giấy phép xây nhà bị cháy, xin tờ nữa", True),
        ("lost building permit", True),
    ],
)
def test_a_permit_that_is_spoilt_is_not_asked_for_anew(
    marks: Marks, lexicon: Lexicon, text: str, spoilt: bool
) -> None:
    weighed = _weighed(marks, lexicon, text, ["1.013225", "1.013228"])
    assert int(weighed.argmax()) == int(spoilt)


def test_an_entry_alone_keeps_its_place_without_its_mark(marks: Marks, lexicon: Lexicon) -> None:
    reading = lexicon.read("khai tử")
    weighed = marks.weigh([AGAIN_ABROAD], np.asarray([0.98, 0.02]), reading)
    assert weighed.argmax() == 0


def test_a_broken_pattern_names_itself() -> None:
    with pytest.raises(ValueError, match="sửa"):
        Marks([{"codes": ["1.000001"], "said": "(sửa"}])


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("tháng trước ký hợp đồng bán xe rồi, giờ muốn sang tên xe", "muốn sang tên xe"),
        ("thang truoc ky hop dong ban xe roi gio muon sang ten xe", "muon sang ten xe"),
        ("xin giấy độc thân để vay tiền ngân hàng", "xin giấy độc thân"),
        ("we bought the flat last year and now register the title", "now register the title"),
    ],
)
def test_what_is_asked_stands_apart(lexicon: Lexicon, text: str, asked: str) -> None:
    reading = lexicon.read(text)
    span = asked_in(reading)
    assert span is not None
    assert " ".join(reading.message.tokens[slice(*span)]) == asked


@pytest.mark.parametrize(
    "text",
    ["đăng ký kết hôn cần gì", "tôi muốn làm khai sinh", "đất ông nội để lại chia thế nào", ""],
)
def test_a_plain_question_has_no_story(lexicon: Lexicon, text: str) -> None:
    assert asked_in(lexicon.read(text)) is None


def test_what_is_asked_decides_between_two_and_rules_out_none() -> None:
    both = together(np.asarray([0.6, 0.35, 0.05]), np.asarray([0.0, 0.9, 0.0]))
    assert both.argmax() == 1
    assert both[0] > 0.1
    assert both[2] == pytest.approx(0.05)
    assert both.sum() == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("text", "twin"),
    [
        ("bác tôi không muốn làm giám hộ cho em nữa", True),
        ("she is no longer the guardian of my niece", True),
        ("chú tôi nhận làm giám hộ cho em tôi", False),
    ],
)
def test_what_ends_goes_to_the_procedure_that_ends_it(
    marks: Marks, lexicon: Lexicon, text: str, twin: bool
) -> None:
    weighed = _weighed(marks, lexicon, text, ["1.004837", "1.004845"])
    assert bool(weighed.argmax() == 1) is twin
    assert weighed.sum() == pytest.approx(1.0)


def test_a_twin_that_was_not_found_gains_nothing(marks: Marks, lexicon: Lexicon) -> None:
    weighed = _weighed(marks, lexicon, "tôi thôi giám hộ rồi", ["1.004837", "1.000894"])
    assert weighed[0] < 0.1


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("giấy khai sinh mất rồi mà sổ của phường vẫn còn", True),
        ("mat khai sinh nhung so luu con nguyen", True),
        ("I lost it but the ward still has the register", True),
        ("giấy khai sinh mất, sổ ở xã cũng không còn", False),
        ("mat giay khai sinh, so khai sinh cung mat luon", False),
    ],
)
def test_where_the_register_is_kept_nothing_is_registered_again(
    marks: Marks, lexicon: Lexicon, text: str, kept: bool
) -> None:
    weighed = _weighed(marks, lexicon, text, ["1.004884", "2.000635"])
    assert bool(weighed.argmax() == 1) is kept


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("xóa tên con gái lấy chồng xa khỏi hộ khẩu", "1.003197"),
        ("bị gạch tên khỏi hộ khẩu, giờ xin nhập lại", "1.004222"),
    ],
)
def test_struck_off_and_back_again_are_told_apart(
    marks: Marks, lexicon: Lexicon, text: str, code: str
) -> None:
    for codes in (["1.004222", "1.003197"], ["1.003197", "1.004222"]):
        assert codes[int(_weighed(marks, lexicon, text, codes).argmax())] == code


def test_what_is_done_is_not_wanted_again(lexicon: Lexicon) -> None:
    done = lexicon.read("chứng thực hợp đồng mua bán xong rồi giờ muốn sang tên sổ")
    told = lexicon.read("bố mẹ cho tôi mảnh đất năm ngoái giờ muốn sang tên sổ")
    meant = lexicon.read("xin giấy xác nhận độc thân để mua nhà trả góp")
    weights = [weight_of(reading, *asked_in(reading)) for reading in (done, told, meant)]
    assert weights[0] == weights[2] > weights[1] > 0.0


@pytest.mark.parametrize(
    ("text", "abroad"),
    [
        ("tòa mới cho ly hôn, giờ giấy tờ phải làm gì", False),
        ("ly hôn ở tòa bên Đức, giờ ghi vào sổ", True),
        ("I divorced overseas and want it noted here", True),
    ],
)
def test_a_divorce_is_noted_where_a_court_abroad_granted_it(
    marks: Marks, lexicon: Lexicon, text: str, abroad: bool
) -> None:
    weighed = _weighed(marks, lexicon, text, ["2.000554", "1.013980"])
    assert bool(weighed.argmax() == 0) is abroad


NEW_SHOP, CHANGED_SHOP = "1.001612", "2.000720"
NEW_HOUSE, MORE_FLOORS = "1.013225", "1.013226"
FROM_REGISTER, FROM_ORIGINAL = "3.000467", "2.000815"
MARRIAGE, ADOPTION = "1.000894", "2.001263"
GROWN_UP, CHILD = "1.004772", "1.001193"


@pytest.mark.parametrize(
    ("text", "codes", "goes_over"),
    [
        ("tui muốn mở tiệm tạp hóa", [NEW_SHOP, CHANGED_SHOP], False),
        ("chú sang lại tiệm sửa xe cho tui", [NEW_SHOP, CHANGED_SHOP], True),
        ("giay phep quan com doi qua ten con", [NEW_SHOP, CHANGED_SHOP], True),
        ("we took over a coffee shop last week", [NEW_SHOP, CHANGED_SHOP], True),
        ("chưa có phép xây, muốn xây thêm phòng", [NEW_HOUSE, MORE_FLOORS], False),
        ("có giấy phép rồi mà muốn nâng thêm lầu", [NEW_HOUSE, MORE_FLOORS], True),
        ("bằng nghề mất bản gốc rồi", [FROM_REGISTER, FROM_ORIGINAL], False),
        ("bằng nghề tui có bản gốc đây", [FROM_REGISTER, FROM_ORIGINAL], True),
        ("we have the original diploma", [FROM_REGISTER, FROM_ORIGINAL], True),
        ("register our marriage", [MARRIAGE, ADOPTION], False),
        ("my wife wants to adopt my daughter of an earlier marriage", [MARRIAGE, ADOPTION], True),
        ("ông bốn mươi tuổi chưa có khai sinh", [GROWN_UP, CHILD], False),
        ("bé ba tháng tuổi chưa khai sinh", [GROWN_UP, CHILD], True),
    ],
)
def test_what_there_is_already_goes_over_and_is_not_begun(
    marks: Marks, lexicon: Lexicon, text: str, codes: list[str], goes_over: bool
) -> None:
    assert int(_weighed(marks, lexicon, text, codes).argmax()) == int(goes_over)


def test_who_moved_is_not_registered_for_the_army(marks: Marks, lexicon: Lexicon) -> None:
    army, home = "1.013137", "1.004194"
    moved = _weighed(marks, lexicon, "em vừa dọn đến đây, đăng ký chỗ ở", [army, home])
    served = _weighed(marks, lexicon, "em vừa dọn đến đây, nộp giấy nghĩa vụ", [army, home])
    assert (moved.argmax(), served.argmax()) == (1, 0)
