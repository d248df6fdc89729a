"""Replies of the engine, recorded, as messages: complete, in lines, in both languages."""

import ast
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from babel.messages.pofile import read_po
from PIL import Image

from assistant.centre.service import Centre
from assistant.channels.zalo import rendering
from assistant.channels.zalo.choices import Choice, Composed
from assistant.channels.zalo.map_picture import draw
from assistant.channels.zalo.messages import OutgoingMap, OutgoingText, from_json
from assistant.channels.zalo.splitting import length
from assistant.channels.zalo.surroundings import Surroundings, short_name
from assistant.channels.zalo.welcome import answer_to
from assistant.conversation.turns import Reply
from assistant.zalo_settings import ReceptionPoint

ROOT = Path(__file__).resolve().parents[2]
ZALO = ROOT / "assistant" / "channels" / "zalo"
RECORDED: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parent / "recorded_replies.json").read_text("utf-8")
)
MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SUNDAY = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
VIETNAMESE = re.compile("[ạảấầẩẫậắằẳẵặẹẻẽếềểễệịỉọỏốồổỗộớờởỡợụủứừửữựỵỷỹđĐ]")


@pytest.fixture(scope="module")
def centre() -> Centre:
    return Centre(SimpleNamespace(), ROOT / "data" / "centre")  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def around(centre: Centre) -> Surroundings:
    return surroundings_at(centre, MONDAY)


def surroundings_at(centre: Centre, now: datetime) -> Surroundings:
    names = ("Chứng thực bản sao", "Khai sinh", "Khai tử", "Kết hôn", "Độc thân")
    menu = [Choice(name, f"procedure:1.00{n}") for n, name in enumerate(names * 2)]
    return Surroundings(
        centre.static(), centre.context(now), {"vi": menu, "en": menu}, "https://desk.example"
    )


def composed(name: str, around: Surroundings, **more: Any) -> Composed:
    reply = RECORDED[name]["reply"]
    return rendering.compose(Reply(json.dumps(reply), reply["outcome"]), around=around, **more)


def texts(found: Composed) -> str:
    return "\n".join(one.text for one in found.messages if isinstance(one, OutgoingText))


def part_of(name: str, kind: str) -> dict[str, Any]:
    parts: list[dict[str, Any]] = RECORDED[name]["reply"]["parts"]
    return next(part for part in parts if part["type"] == kind)


@pytest.mark.parametrize("name", RECORDED)
def test_every_reply_keeps_the_platforms_limits(name: str, around: Surroundings) -> None:
    for first in (True, False):
        found = composed(name, around, first_contact=first, heard="một câu " * 300)
        assert found.messages
        assert all(from_json(one.to_json()) == one for one in found.messages)
        written = [one for one in found.messages if isinstance(one, OutgoingText)]
        assert all(0 < length(one.text) <= 2000 for one in written)
        assert all(not one.buttons for one in written[:-1])
        assert all(len(one.buttons) <= 5 for one in written)
        assert all(length(b.title) <= 100 for one in written for b in one.buttons)
        assert "màn hình" not in texts(found)
        assert "screen" not in texts(found)
        assert not re.search(r"\bNone\b(?! of)", texts(found))


@pytest.mark.parametrize("name", ["birth", "birth_en", "check", "card", "building", "disabled"])
def test_an_answer_about_papers_is_complete(name: str, around: Surroundings) -> None:
    text, card = texts(composed(name, around)), part_of(name, "procedure")
    assert short_name(card["name"]) in text
    assert card["code"] in text
    papers = card["sections"]["documents"]["items"]
    for paper in papers:
        assert f"• {paper['title']}" in text
        assert (paper["note"] or "").rstrip(".") in text
    assert f"({len(papers)})" in text
    for line in card["sections"]["fee"]["lines"][:3]:
        assert line.rstrip(".;") in text
    assert card["sections"]["time"]["lines"][-1].rstrip(".")[2:] in text
    assert card["sections"]["place"]["lines"][0] in text
    assert re.search(r"đang mở cửa|open", text)
    assert re.search(r"(Nguồn|Source): .+2026|2025", text)
    assert f"https://desk.example/p/{card['code']}" in text
    assert text.count(str(papers[0]["title"])) == 1, "said once, not read out before the list too"


def test_originals_and_copies_are_told_apart(around: Surroundings) -> None:
    text = texts(composed("birth", around))
    assert "• Giấy chứng sinh – nộp 1 bản" in text
    assert re.search(r"• Giấy tờ tùy thân.+ – cho cán bộ xem", text)


def test_one_question_gets_one_answer(around: Surroundings) -> None:
    """A fee was asked: no papers again."""
    text = texts(composed("birth_1", around))
    assert "8.000 đồng" in text
    assert "Giấy chứng sinh" not in text.split("Bé sinh")[0]


def test_what_nobody_knows_is_said_to_be_unknown(around: Surroundings) -> None:
    assert "CÁC BƯỚC: em chưa có dữ liệu" in texts(composed("steps", around))


def test_what_nobody_has_verified_says_so(around: Surroundings) -> None:
    assert "chưa được kiểm chứng" in texts(composed("building", around))
    assert "chưa được kiểm chứng" not in texts(composed("birth", around))


def test_the_case_that_was_counted_is_named(around: Surroundings) -> None:
    assert "Tính cho trường hợp: Người khuyết tật." in texts(composed("disabled", around))


def test_a_question_stands_apart_with_its_buttons(around: Surroundings) -> None:
    found = composed("birth", around)
    last = found.messages[-1]
    assert isinstance(last, OutgoingText)
    assert last.text.startswith("Bé sinh thế nào ạ?")
    assert [button.payload.split("#")[0] for button in last.buttons if button.payload] == [
        "case:c1",
        "case:c2",
        "case:c7",
        "condition:no",
    ]
    assert "4. Không phải các trường hợp này" in last.text


def test_a_counter_is_found_from_home(centre: Centre, around: Surroundings) -> None:
    for name, words in (
        ("counter", ("Số 1 đường Ví Dụ", "Giờ làm việc", "7:30", "Vào sảnh")),
        ("counter_en", ("1 Vi Du Street", "Opening hours", "7:30", "In the hall")),
        ("birth_2", ("Số 1 đường Ví Dụ", "đang mở cửa", "Nguồn")),
    ):
        found = composed(name, around)
        text = texts(found)
        assert all(word in text for word in words), text
        assert any(isinstance(one, OutgoingMap) for one in found.messages)
    closed = texts(composed("birth_2", surroundings_at(centre, SUNDAY)))
    assert "đang đóng, mở lại lúc 7:30 ngày mai, thứ Hai ngày 23/11" in closed


def test_where_no_picture_goes_the_words_say_the_way(around: Surroundings) -> None:
    found = composed("counter", around, pictures=False)
    assert all(isinstance(one, OutgoingText) for one in found.messages)
    assert "Vào sảnh" in texts(found)


def test_a_person_is_found_with_hours_and_nobody_is_promised(around: Surroundings) -> None:
    text = texts(composed("staff", around))
    assert all(word in text for word in ("Bàn hướng dẫn", "0200 000 0101", "Giờ làm việc"))
    assert "em mời cán bộ" not in text


def test_an_emergency_begins_with_the_number_to_call(around: Surroundings) -> None:
    for first in (True, False):
        found = composed("fire", around, first_contact=first)
        assert isinstance(found.messages[0], OutgoingText)
        assert "114" in found.messages[0].text
        assert "Giờ làm việc" not in found.messages[0].text


def test_a_ticket_tells_its_day(centre: Centre, around: Surroundings) -> None:
    number = str(part_of("ticket", "ticket")["number"])
    open_ = texts(composed("ticket", around))
    assert open_.count(number) == 1
    assert "chỉ dùng trong ngày này" in open_
    assert "lấy số mới" not in open_
    assert "lấy số mới" in texts(composed("ticket", surroundings_at(centre, SUNDAY)))


def test_a_checklist_asks_paper_by_paper_and_ends_in_lines(around: Surroundings) -> None:
    asked = composed("check_1", around)
    assert len(asked.messages) == 1
    assert "(Giấy 1 trong 6)" in texts(asked)
    assert asked.offer is not None
    assert [one.payload for one in asked.offer.choices] == ["have:yes", "have:no", "have:unsure"]
    done = texts(composed("check_7", around))
    assert re.search(r"CÒN THIẾU \(1\)\n✗ Giấy báo tử", done)
    assert "✓ Văn bản ủy quyền" in done
    assert "? Giấy tờ tùy thân" in done
    assert done.count("Giấy báo tử") == 1


def test_a_situation_is_a_list_whose_numbers_are_the_buttons(around: Surroundings) -> None:
    for name in ("life", "life_en"):
        checklist, found = part_of(name, "checklist"), composed(name, around)
        text = texts(found)
        assert found.offer is not None
        for number, choice in enumerate(found.offer.choices, 1):
            code = choice.payload.removeprefix("procedure:")
            item = next(one for one in checklist["items"] if one["id"] == code)
            assert f"{number}. {item['title']}" in text
        assert all(one["title"] in text for one in checklist["counters"])
        assert text.count(checklist["items"][0]["title"]) == 1


def test_a_voice_note_is_shown_back(around: Surroundings) -> None:
    first = composed("birth", around, heard="đăng ký khai sinh cần giấy tờ gì").messages[0]
    assert isinstance(first, OutgoingText)
    assert first.text.startswith("Em nghe là: “đăng ký khai sinh cần giấy tờ gì”")


@pytest.mark.parametrize(
    "said", ["đặt lịch hẹn ngày mai", "Cho tôi hẹn trước", "book an appointment"]
)
def test_appointments_are_answered_as_far_as_there_is_something(
    said: str, centre: Centre, around: Surroundings
) -> None:
    found = composed("out", around, said=said)
    assert "chưa đặt lịch hẹn được" in texts(found)
    assert "không trả lời được" not in texts(found)
    assert found.offer is not None
    assert all(one.payload.startswith("ticket:") for one in found.offer.choices)
    assert composed("out", surroundings_at(centre, SUNDAY), said=said).offer is None
    both = texts(composed("birth", around, said="đặt lịch đăng ký khai sinh"))
    assert "chưa đặt lịch hẹn được" in both
    assert "Giấy chứng sinh" in both
    assert "đặt lịch" not in texts(composed("out", around, said="lịch sử Việt Nam"))


def test_first_contact_says_what_there_is_to_know(around: Surroundings) -> None:
    found = composed("greet", around, first_contact=True)
    text = texts(found)
    for words in ("máy trả lời tự động", "không phải người", "thông tin cá nhân", "gặp cán bộ"):
        assert words in text
    assert all(f"\n{number}. " in text for number in range(1, 11))
    assert found.offer is not None
    assert len(found.offer.choices) == 10
    asked = composed("birth", around, first_contact=True)
    assert isinstance(asked.messages[0], OutgoingText)
    assert "không phải người" in asked.messages[0].text
    assert "Bé sinh thế nào" in texts(asked)
    assert "không phải người" not in texts(composed("birth", around))


KINDS = (
    *("image", "gif", "video", "file", "link", "location", "sticker", "card", "follow", "chatnow"),
    *("submit_info", "audio", "stale", "unanswered", "too_long", "empty", "again"),
    *("note_too_long", "note_not_audio", "note_silent", "note_unclear", "note_unheard"),
)


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_sent_gets_a_polite_and_useful_answer(kind: str, around: Surroundings) -> None:
    found = {}
    for language in ("vi", "en"):
        answer = answer_to(kind, language=language, around=around, first_contact=False)
        found[language] = texts(answer)
        assert 0 < length(found[language]) <= 2000
    assert found["vi"] != found["en"]
    assert re.search(r"\bạ\b|\bem\b", found["vi"], re.IGNORECASE)
    first = texts(answer_to(kind, language="vi", around=around, first_contact=True))
    assert "không phải người" in first


POINTS = [
    ReceptionPoint(
        name="Trụ sở A", name_en="Office A", address="Số 1", latitude=21.03, longitude=105.85
    ),
    ReceptionPoint(name="Điểm B", address="Số 9", latitude=10.77, longitude=106.70),
]


@pytest.mark.parametrize(
    ("latitude", "longitude", "name", "far"),
    [(21.028, 105.852, "Trụ sở A", "300 mét"), (10.80, 106.75, "Điểm B", "6,4 ki-lô-mét")],
)
def test_a_location_leads_to_the_nearest_reception_point(
    latitude: float, longitude: float, name: str, far: str, around: Surroundings
) -> None:
    where = {"latitude": latitude, "longitude": longitude, "points": POINTS}
    found = answer_to("location", language="vi", around=around, **where)  # type: ignore[arg-type]
    assert name in texts(found)
    assert far in texts(found)
    last = found.messages[-1]
    assert isinstance(last, OutgoingText)
    assert last.buttons[0].url is not None
    none = answer_to("location", language="vi", around=around)
    assert "Số 1 đường Ví Dụ" in texts(none)


async def test_the_way_is_a_picture_that_the_platform_takes(centre: Centre) -> None:
    for place in centre.static()["places"]:
        if place["kind"] not in ("poi", "counter"):
            continue
        png = await draw(centre, OutgoingMap(place["id"], "vi", ""))
        assert png is not None, place["id"]
        assert len(png) < 1_000_000
        break
    ways = {to: await draw(centre, OutgoingMap(to, "en", "")) for to in ("counter-3", "counter-10")}
    assert ways["counter-3"] != ways["counter-10"]
    import io

    with Image.open(io.BytesIO(ways["counter-3"] or b"")) as picture:
        assert (picture.format, picture.width * 9) == ("PNG", picture.height * 16)
        colours = {colour for _, colour in picture.convert("RGB").getcolors(1 << 20) or ()}
        assert len(colours) > 8
    assert await draw(centre, OutgoingMap("ward-police", "vi", "")) is None
    assert await draw(centre, OutgoingMap("nowhere", "vi", "")) is None


@pytest.mark.parametrize("name", ["birth", "check_7", "life", "counter", "ticket", "staff"])
def test_a_part_that_is_broken_costs_nobody_the_answer(name: str, around: Surroundings) -> None:
    """Any field of it is missing, or something else than it should be."""
    for kind in ("procedure", "checklist", "route", "ticket", "handoff", "choices"):
        for field in ("name", "code", "sections", "items", "to", "title", "choices", "asked"):
            for odd in (None, 5, "x" * 3000, [5], {"a": 1}):
                reply = json.loads(json.dumps(RECORDED[name]["reply"]))
                for part in reply["parts"]:
                    if part["type"] == kind:
                        part[field] = odd
                found = rendering.compose(Reply(json.dumps(reply), "answered"), around=around)
                assert all(one.text for one in found.messages if isinstance(one, OutgoingText))
    words = json.loads(json.dumps(RECORDED["birth"]["reply"]))
    words["parts"][1].pop("name")
    text = texts(rendering.compose(Reply(json.dumps(words), "answered"), around=around))
    assert words["parts"][0]["text"] in text, "what the card would have said"


def test_nothing_is_known_and_still_it_answers() -> None:
    """The centre's content cannot be read, and the catalogue is not there."""
    nothing = Surroundings()
    for name in RECORDED:
        assert composed(name, nothing, first_contact=True).messages
    for kind in KINDS:
        assert answer_to(kind, language="en", around=nothing).messages


def test_every_sentence_of_the_channel_is_there_in_english() -> None:
    with (ZALO / "locale" / "en" / "LC_MESSAGES" / "zalo.po").open("rb") as file:
        known = {str(one.id): str(one.string) for one in read_po(file) if one.id}
    wanted = {text for path in ZALO.rglob("*.py") for text in _sentences(path)}
    assert not wanted - set(known)
    assert not [
        text for text, english in known.items() if not english or VIETNAMESE.search(english)
    ]


def _sentences(path: Path) -> set[str]:
    """First texts of `say(…)`, and Vietnamese in tables."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say":
            values = node.args[1:2]
        elif isinstance(node, ast.Dict):
            values = [one for one in node.values if one is not None]
        else:
            continue
        told = [one.value for one in values if isinstance(one, ast.Constant)]
        found |= {one for one in told if isinstance(one, str) and VIETNAMESE.search(one)}
    return found


@pytest.mark.parametrize("name", ["birth_en", "counter_en", "life_en"])
def test_an_english_reader_reads_english(name: str, around: Surroundings) -> None:
    found = composed(name, around)
    titles = [
        b.title for one in found.messages if isinstance(one, OutgoingText) for b in one.buttons
    ]
    assert not VIETNAMESE.search(texts(found) + "".join(titles))
