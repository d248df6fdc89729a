"""What people write is redacted before it is stored; what staff need stays."""

import re

import pytest
from desk_fixtures import Desk
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import text as sql

from assistant.conversation.redaction import redact
from assistant.startup import sweep

SAMPLES = [
    ("Tôi tên là Nguyễn Văn A, số 0912 345 678", "Tôi tên là [tên], số [điện thoại]"),
    ("cccd 001089012345 của em", "cccd [số định danh] của em"),
    ("cmnd 012.345.678", "cmnd [số định danh]"),
    ("gọi +84 912-345-678 nhé", "gọi [điện thoại] nhé"),
    ("thư a.b+c@phuong.gov.vn ạ", "thư [email] ạ"),
    ("stk 1903 4567 8901 2345", "stk [số]"),
    ("hồ sơ H29.12-231123-0001 đến đâu", "hồ sơ [mã hồ sơ] đến đâu"),
    ("xe 51F-123.45 bị mất giấy", "xe [biển số] bị mất giấy"),
    ("họ và tên: Trần Thị Năm sinh năm 1990", "họ và tên: [tên] sinh năm 1990"),
    ("toi ten la le van b muon lam khai sinh", "toi ten la [tên] muon lam khai sinh"),
    ("My name is John Smith and I want a copy", "My name is [tên] and I want a copy"),
    ("con tên Bảo An sinh 01/02/2024", "con tên [tên] sinh [ngày]"),
    ("không chín một hai ba bốn năm sáu bảy tám", "[số]"),
    ("0 chín 1 2 ba bốn năm 6 7 8", "[số]"),
    ("oh nine one two three four five six", "[số]"),
    ("gọi 0912 - 345 - 678", "gọi [điện thoại]"),
    ("0 9 1 2 3 4 5 6 7 8", "[điện thoại]"),
    ("căn cước 001-089-012-345", "căn cước [số định danh]"),
    ("hộ chiếu C1234567 hết hạn", "hộ chiếu [số định danh] hết hạn"),
    ("lan chấm vũ a còng gmail chấm com", "[email]"),
    ("tôi ở 12 Lê Lợi, cần gì", "tôi ở [địa chỉ], cần gì"),
    ("nhà em ở số 12 ngõ 5 đường Láng cần tạm trú", "nhà em ở số [địa chỉ] cần tạm trú"),
    ("địa chỉ: 123/4B Trần Hưng Đạo, phường 1", "địa chỉ: [địa chỉ], phường 1"),
    ("I live at 12 Nguyen Trai street", "I live at [địa chỉ]"),
    ("ngày sinh: 1-2-1990", "ngày sinh: [ngày]"),
    ("born on 2 March 1990", "born on [ngày]"),
    ("bé gái 03/10/2026 làm thẻ bảo hiểm", "bé gái [ngày] làm thẻ bảo hiểm"),
    ("bà tôi 27/03/1938", "bà tôi [ngày]"),
    ("chồng tôi là ông Lê Văn Dũng", "chồng tôi là ông [tên]"),
    ("tran thi hoa can gi", "[tên] can gi"),
    ("my husband John Smith is here", "my husband [tên] is here"),
]
KEPT = [
    "thủ tục 1.001193 lệ phí 8.000 đồng, quầy 3",
    "đổi họ tên cho con cần giấy tờ gì",
    "sai tên trên giấy khai sinh",
    "căn cước cho trẻ 14 tuổi, làm trong 7 ngày, lúc 13:30",
    "nghị định 123/2015/NĐ-CP",
    "301/2026/NĐ-CP ngày 15/11/2026",
    "luật số 60/2014/QH13",
    "mã 1.001193.000.00.00.H29, 2.000815 và 1.000894",
    "vốn 15.000.000 đồng, phí 8.000 - 50.000 đồng, vay 200000000 đồng",
    "giai đoạn 2020-2026, năm 2025 2026",
    "số A012 quầy 3 chờ 15 phút",
    "gọi 1900 1234",
    "từ ngày 02/09/2026 đến 04/09/2026 nghỉ lễ",
    "nghỉ lễ 02/09/2026-04/09/2026",
    "nghỉ lễ 02.09.2026 - 04.09.2026",
    "mua giấy tay trước ngày 01/8/2024",
    "nộp lệ phí 8.000 đồng ngày 21/11/2026",
    "đường Nguyễn Thị Minh Khai ở đâu",
    "thành phố Hồ Chí Minh cấp lại",
    "Đăng Ký Khai Sinh Cần Giấy Tờ Gì",
    "tôi ở trọ 3 năm rồi cần đăng ký tạm trú không",
    "tạm trú 30 ngày, 2 nơi",
    "quầy 3 đường nào, 12 thôn, 10 tổ dân phố",
    "my name is wrong in the book",
    "hai ba bốn năm sáu ngày",
]


@pytest.mark.parametrize(("written", "kept"), SAMPLES)
def test_personal_data_is_replaced(written: str, kept: str) -> None:
    assert redact(written) == kept


@pytest.mark.parametrize("written", KEPT)
def test_questions_stay_readable(written: str) -> None:
    assert redact(written) == written


numbers = st.from_regex(r"[0-9]([ .-]?[0-9]){8,18}", fullmatch=True)
around = st.sampled_from(["", " ", ", ", "số ", " nhé", ": ", "("])


@given(around, numbers, around)
@example("", "0.000000.00", "")  # not a procedure's code, though it begins like one
@example("", "12 0.912345", "")
@example("", "000.0.0.2030", "")  # the end of it is written like a day
@example("", "000-1-1-2030", "")
@example("", "2030.1.1.000", "")
@example("", "2030-1-1 000", "")
def test_no_long_number_is_left(before: str, number: str, after: str) -> None:
    left = redact(f"a {before}{number}{after} b")
    assert not re.search(r"\d(?:[ .-]?\d){8,}", left)


@given(st.emails(), around)
def test_no_address_is_left(address: str, before: str) -> None:
    assert "@" not in redact(f"thư {before} {address} ạ")


@given(st.text(max_size=200))
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


async def test_the_database_never_sees_it(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    conversation = await desk.open()
    await desk.say(conversation, "Tôi tên là Lê Thị Hoa, cccd 001089012345", message_id="m1")
    assert desk.asked()[-1]["text"].endswith("001089012345")
    async with desk.app.state.database.reading() as session:
        stored = (await session.execute(sql("SELECT message FROM turns"))).scalar_one()
    assert stored == "Tôi tên là [tên], cccd [số định danh]"
    assert "001089012345" not in capsys.readouterr().err


async def test_retention_is_enforced(desk: Desk) -> None:
    old, new = await desk.open(), await desk.open()
    for conversation in (old, new):
        await desk.say(conversation, "xin chào", message_id="m1")
    async with desk.app.state.database.session() as session:
        await session.execute(
            sql("UPDATE conversations SET last_at = '2020-01-01 00:00:00.000000' WHERE id = :id"),
            {"id": old},
        )
    await sweep(desk.app)
    async with desk.app.state.database.reading() as session:
        left = (await session.execute(sql("SELECT id FROM conversations"))).scalars().all()
        turns = (await session.execute(sql("SELECT conversation FROM turns"))).scalars().all()
    assert left == turns == [new]
    assert (desk.fault / "forgotten").read_text().split() == [old]
