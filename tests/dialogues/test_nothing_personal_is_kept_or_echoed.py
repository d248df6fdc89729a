"""Numbers, addresses and names that a visitor types reach no reply, no database file and no log."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from running_engine import Engine

from dialogues.masking import MASK, mask, without_masked

SECRETS = (
    "079099000123",
    "0900 000 123",
    "0900000124",
    "19034567890012",
    "lan.nguyen@example.vn",
    "Nguyễn Thị Bưởi",
    "không chín không một hai ba bốn năm sáu bảy",
)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("cccd 001089012345 của em", f"cccd {MASK} của em"),
        ("tên tôi là Lê Văn Bảy, muốn làm khai sinh", f"tên tôi là {MASK}, muốn làm khai sinh"),
        ("My name is John Smith and I want a copy", f"My name is {MASK} and I want a copy"),
        ("thư a.b+c@phuong.gov.vn ạ", f"thư {MASK} ạ"),
        ("thủ tục 1.001193 lệ phí 8.000 đồng", "thủ tục 1.001193 lệ phí 8.000 đồng"),
        ("đổi họ tên cho con cần giấy tờ gì", "đổi họ tên cho con cần giấy tờ gì"),
        ("bé sinh ngày 01/02/2024", f"bé sinh ngày {MASK}"),
        ("giấy viết tay trước ngày 15/10/1993", "giấy viết tay trước ngày 15/10/1993"),
        ("ngày 30/4/2026 có làm việc không", "ngày 30/4/2026 có làm việc không"),
        ("nghị định 301/2026/NĐ-CP", "nghị định 301/2026/NĐ-CP"),
        ("nhà em ở 12 Lê Lợi, cần tạm trú", f"nhà em ở {MASK}, cần tạm trú"),
        ("hộ chiếu C1234567 hết hạn", f"hộ chiếu {MASK} hết hạn"),
        ("lan chấm vũ a còng gmail chấm com", MASK),
    ],
)
def test_what_identifies_is_masked_and_the_question_stays(text: str, masked: str) -> None:
    assert mask(text) == masked
    assert mask(masked) == masked


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Tên tôi là Lê Văn Bảy, sao y bao nhiêu tiền?", "sao y bao nhiêu tiền?"),
        ("tôi tên Lê Văn Bảy muốn làm khai sinh cho con", "muốn làm khai sinh cho con"),
        ("cccd 001089012345 của em bị mất làm lại sao", "cccd của em bị mất làm lại sao"),
        ("hồ sơ H29.12-231123-0001 đến đâu rồi", "hồ sơ đến đâu rồi"),
        (
            "My passport is C1234567 and the house is to be registered",
            "the house is to be registered",
        ),
        ("số căn cước của em là 001089012345 và em cần tách hộ", "em cần tách hộ"),
    ],
)
def test_what_is_asked_beside_it_is_still_asked(text: str, asked: str) -> None:
    left = " ".join(without_masked(mask(text)).split())
    assert left.endswith(asked)
    assert "passport" not in left
    assert "căn cước" not in left


@given(st.integers(min_value=10**8, max_value=10**15), st.sampled_from(["", "số", "cccd ", "H"]))
def test_no_long_number_is_left(number: int, before: str) -> None:
    assert str(number) not in mask(f"{before}{number} nhé")


def test_a_conversation_leaves_no_trace_of_them(trained: Path, tmp_path: Path) -> None:
    engine = Engine(trained, tmp_path, f"sqlite:///{tmp_path / 'trackers.db'}", "--unverified")
    engine.wait_ready()
    replies = [
        engine.turn("kiosk-p", text=text)
        for text in (
            "Tên tôi là Nguyễn Thị Bưởi, căn cước 079099000123, sao y bao nhiêu tiền?",
            "Tôi cần chứng thực, gọi tôi số 0900 000 123",
            "số 0900000124 của tôi, số tài khoản 19034567890012",
            "chuyển vào lan.nguyen@example.vn giúp tôi",
            "số của tôi là không chín không một hai ba bốn năm sáu bảy",
            "nhờ cán bộ gọi lại cho tôi",
            "nhắc lại",
        )
    ]
    shown = json.dumps(replies, ensure_ascii=False)
    engine.process.stdin.close()
    log = engine.process.stderr.read().decode()
    engine.process.wait(60)
    engine.process.stderr.close()
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("trackers.db*"))
    assert b"kiosk-p" in kept
    for secret in SECRETS:
        assert secret not in shown
        assert secret not in log
        assert secret.encode() not in kept
        assert json.dumps(secret)[1:-1].encode() not in kept  # as JSON writes accents
