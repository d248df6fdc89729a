"""Chat spelling, regional words, aspects and entities as the shipped lists have them."""

import pytest

from nlu.aspects import ASPECTS, AspectFinder
from nlu.entities import EntityFinder
from nlu.lexicon import Lexicon


def test_only_listed_chat_tokens_are_rewritten(lexicon: Lexicon) -> None:
    assert lexicon.read("e ko bik lm gks").message.text == "em không biết làm giấy khai sinh"


def test_regional_words_meet_the_written_ones(lexicon: Lexicon) -> None:
    assert lexicon.read("mần khai sanh ở mô").message.text == "làm khai sinh ở đâu"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("sao bản chánh gởi đi mỹ", "sao bản chính gửi đi mỹ"),
        ("làm giấy giá thú", "làm giấy kết hôn"),
        ("con ngoài giá thú", "con ngoài giá thú"),
        ("thiệt hại do bão", "thiệt hại do bão"),
        ("cho xin biểu mẫu", "cho xin biểu mẫu"),
    ],
)
def test_southern_and_old_words_meet_the_written_ones(
    lexicon: Lexicon, text: str, meant: str
) -> None:
    assert lexicon.read(text).message.text == meant


def test_a_possessive_hides_no_word(lexicon: Lexicon) -> None:
    assert "change_biz" in lexicon.read("change my shop's name").concepts


def test_dying_at_home_asks_nobody_to_come(lexicon: Lexicon) -> None:
    assert "mobile" not in lexicon.read("my uncle died at home").concepts
    assert "mobile" not in lexicon.read("ông mất tại nhà").concepts


def test_false_friends_of_regional_words_stay(lexicon: Lexicon) -> None:
    text = "chi phí đăng ký mô tô, đau răng"
    assert lexicon.read(text).message.text == "chi phí đăng ký mô tô đau răng"


def test_sound_alike_spellings_share_a_concept(lexicon: Lexicon) -> None:
    assert set(lexicon.read("nưu chú").concepts) & set(lexicon.read("lưu trú").concepts)


def test_languages_share_concepts(lexicon: Lexicon) -> None:
    assert "redbook" in lexicon.read("my red book").concepts
    assert "redbook" in lexicon.read("bìa đỏ nhà tôi").concepts


def test_matters_of_others_are_marked(lexicon: Lexicon) -> None:
    assert lexicon.read("tra giá vàng").outside
    assert not lexicon.read("ra văn phòng công chứng").outside


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cần mang theo những gì", {"documents"}),
        ("hết bao nhiêu tiền và mất mấy ngày", {"fee", "time"}),
        ("le phi bao nhieu, nop o dau", {"fee", "place"}),
        ("làm trên mạng được không", {"online"}),
        ("nhờ chị gái nộp hộ được không", {"eligibility"}),
        ("gồm những bước nào", {"steps"}),
        ("căn cứ nghị định nào", {"legal_basis"}),
        ("cho xin mẫu tờ khai", {"form"}),
        ("what documents and how much is the fee", {"documents", "fee"}),
        ("how long does it take and where do i go", {"time", "place"}),
    ],
)
def test_aspects_are_found_together(
    lexicon: Lexicon, lists: dict, text: str, expected: set[str]
) -> None:
    assert set(AspectFinder(lists["aspects"])(lexicon.read(text).message)) == expected


@pytest.mark.parametrize("text", ["làm giấy khai sinh", "nộp hồ sơ kết hôn", "gia đình tôi ở đây"])
def test_aspects_have_no_false_friends(lexicon: Lexicon, lists: dict, text: str) -> None:
    assert AspectFinder(lists["aspects"])(lexicon.read(text).message) == []


def test_unknown_aspects_are_refused() -> None:
    with pytest.raises(ValueError, match="colour"):
        AspectFinder({"colour": {"vi": ["mau gi"]}})
    assert len(ASPECTS) == 10


@pytest.fixture
def finder(lists: dict) -> EntityFinder:
    places = {"toilet": ["nhà vệ sinh", "wc", "restroom"]}
    counters = {"3": ["quầy hộ tịch"], "12": []}
    return EntityFinder(places, counters, lists["entities"]["documents"])


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("dẫn tôi ra quầy số ba", "counter", "3"),
        ("quay 12 o dau", "counter", "12"),
        ("quầy hộ tịch ở đâu", "counter", "3"),
        ("nha ve sinh dau em", "place", "toilet"),
        ("where is the restroom", "place", "toilet"),
        ("cái thứ hai", "ordinal", 2),
        ("the last one", "ordinal", -1),
        ("cái đầu tiên", "ordinal", 1),
        ("tôi có giấy chứng sinh rồi", "document", "birth_attestation"),
        ("I have my passport", "document", "passport"),
    ],
)
def test_entities_are_found(
    lexicon: Lexicon, finder: EntityFinder, text: str, kind: str, value: object
) -> None:
    found = finder(lexicon.read(text).message)
    assert (kind, value) in [(e["entity"], e["value"]) for e in found]
