"""Questions and answers through the staff's door: versions, undo, warnings, what is refused."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from test_only_staff_with_the_right_gets_further import API, account, app_of, code_of

from assistant.faq.content import parse, render
from assistant.faq.service import FaqRoom
from assistant.releases.content import ensure_content

BASE = f"{API}/faqs"
WIFI = {
    "question": {"vi": "Mật khẩu wifi là gì?", "en": "What is the wifi password?"},
    "answer": {"vi": "Mạng khách không có mật khẩu.", "en": "The guests' network has none."},
    "variants": ["ở đây có wifi không"],
}


@pytest.fixture
async def editor(http: httpx.AsyncClient) -> dict[str, str]:
    return await account(http, "lan", "editor")


@pytest.fixture
async def wifi(http: httpx.AsyncClient, editor: dict[str, str]) -> dict[str, Any]:
    answer = await http.post(BASE, json=WIFI, headers=editor)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_a_question_is_made_found_and_changed(
    http: httpx.AsyncClient, editor: dict[str, str], wifi: dict[str, Any]
) -> None:
    assert (wifi["id"], wifi["version"]) == ("mat-khau-wifi-la-gi", 1)
    for words in ("wifi", "mat khau", "khong co mat khau"):
        found = (await http.get(BASE, params={"q": words}, headers=editor)).json()
        assert [each["id"] for each in found["faqs"]] == [wifi["id"]]
    assert (await http.get(BASE, params={"q": "gửi xe"}, headers=editor)).json()["total"] == 0
    body = {**wifi, "answer": "Hỏi bàn hướng dẫn."}
    saved = (await http.put(f"{BASE}/{wifi['id']}", json=body, headers=editor)).json()
    assert saved["version"] == 2
    assert saved["answer"] == {"vi": "Hỏi bàn hướng dẫn.", "en": None}
    again = await http.put(f"{BASE}/{wifi['id']}", json=saved, headers=editor)
    assert again.json()["version"] == 2
    chief = await account(http, "chi", "administrator")
    log = (await http.get(f"{API}/audit?thing={wifi['id']}", headers=chief)).json()["entries"]
    assert [each["action"] for each in log] == ["faq.changed", "faq.created"]


async def test_of_two_who_save_at_once_one_is_told(
    http: httpx.AsyncClient, editor: dict[str, str], wifi: dict[str, Any]
) -> None:
    bodies = [{**wifi, "answer": text} for text in ("Một.", "Hai.")]
    sent = [http.put(f"{BASE}/{wifi['id']}", json=body, headers=editor) for body in bodies]
    answers = await asyncio.gather(*sent)
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    lost = next(answer for answer in answers if answer.status_code == 409)
    assert code_of(lost) == (409, "faq_changed")
    assert "lan" in lost.json()["detail"]
    stale = await http.delete(f"{BASE}/{wifi['id']}?version=1", headers=editor)
    assert code_of(stale) == (409, "faq_changed")


async def test_deleting_has_an_undo(
    http: httpx.AsyncClient, editor: dict[str, str], wifi: dict[str, Any]
) -> None:
    gone = await http.delete(f"{BASE}/{wifi['id']}?version=1", headers=editor)
    assert gone.json() == {"version": 2}
    assert code_of(await http.get(f"{BASE}/{wifi['id']}", headers=editor)) == (404, "faq_unknown")
    undo = {"version": 2, "earlier": 1}
    back = await http.post(f"{BASE}/{wifi['id']}/restore", json=undo, headers=editor)
    assert back.json()["version"] == 3
    assert back.json()["answer"] == wifi["answer"]
    history = (await http.get(f"{BASE}/{wifi['id']}/history", headers=editor)).json()
    assert [(each["version"], each["faq"] is None) for each in history] == [
        (3, False),
        (2, True),
        (1, False),
    ]
    again = await http.post(f"{BASE}/{wifi['id']}/restore", json=undo, headers=editor)
    assert code_of(again) == (409, "faq_changed")


WRONG: tuple[tuple[dict[str, Any], str], ...] = (
    ({"question": ""}, "question.vi"),
    ({"answer": "x" * 1501}, "answer.vi"),
    ({"answer": None}, "answer"),
    ({"variants": "một câu"}, "variants"),
    ({"variants": [{"vi": "a"}]}, "variants[0]"),
    ({"valid_from": "2026-05-02", "valid_until": "2026-05-01"}, "valid_until"),
    ({"valid_from": "02/05/2026"}, "valid_from"),
    ({"id": "Có Dấu"}, "id"),
    ({"colour": "red"}, "colour"),
    ({"question": "a\u0000b"}, "question.vi"),
)


async def test_what_is_wrong_is_told_with_its_field(
    http: httpx.AsyncClient, editor: dict[str, str]
) -> None:
    for wrong, field in WRONG:
        answer = await http.post(BASE, json={**WIFI, **wrong}, headers=editor)
        assert code_of(answer) == (422, "faq_invalid"), wrong
        assert answer.json()["field"].startswith(field)


async def test_a_wording_has_one_answer(
    http: httpx.AsyncClient, editor: dict[str, str], wifi: dict[str, Any]
) -> None:
    body = {"question": "Có mạng không?", "answer": "Có.", "variants": ["mat khau WIFI la gi"]}
    answer = await http.post(BASE, json=body, headers=editor)
    assert code_of(answer) == (409, "faq_asked_twice")
    assert wifi["id"] in answer.json()["detail"]
    # of two that follow each other in time each has its own
    until = {**wifi, "valid_until": "2026-12-31"}
    assert (await http.put(f"{BASE}/{wifi['id']}", json=until, headers=editor)).status_code == 200
    later = {**body, "valid_from": "2027-01-01"}
    assert (await http.post(BASE, json=later, headers=editor)).status_code == 201
    assert code_of(await http.post(BASE, json={**WIFI, "id": wifi["id"]}, headers=editor)) == (
        409,
        "faq_exists",
    )


async def test_a_wording_near_a_procedures_is_warned_of(
    http: httpx.AsyncClient, editor: dict[str, str]
) -> None:
    app = app_of(http)
    await ensure_content(app.state.settings, app.state.database)
    listed = (await http.get(f"{API}/procedures", headers=editor)).json()["procedures"]
    named = listed[0]
    body = {"question": f"{named['name']}?", "answer": "từ " * 70}
    found = (await http.post(f"{BASE}/check", json=body, headers=editor)).json()
    close = next(each for each in found if each["code"] == "wording_close")
    assert (close["near"]["kind"], close["near"]["id"]) == ("procedure", named["code"])
    assert close["near"]["closeness"] == 100
    codes = {each["code"] for each in found}
    assert codes == {"wording_close", "answer_long", "english_missing", "variants_missing"}
    quiet = (await http.post(f"{BASE}/check", json=WIFI, headers=editor)).json()
    assert quiet == []


async def test_markup_stays_text(http: httpx.AsyncClient, editor: dict[str, str]) -> None:
    body = {"question": "<img src=x onerror=alert(1)>", "answer": "=HYPERLINK(1)"}
    made = (await http.post(BASE, json=body, headers=editor)).json()
    assert made["question"]["vi"] == body["question"]
    assert made["answer"]["vi"] == body["answer"]


async def test_a_viewer_reads_and_changes_nothing(
    http: httpx.AsyncClient, wifi: dict[str, Any]
) -> None:
    viewer = await account(http, "xem", "viewer")
    assert (await http.get(BASE, headers=viewer)).json()["total"] == 1
    for send in (
        http.post(BASE, json=WIFI, headers=viewer),
        http.put(f"{BASE}/{wifi['id']}", json=wifi, headers=viewer),
        http.delete(f"{BASE}/{wifi['id']}", headers=viewer),
    ):
        assert code_of(await send) == (403, "right_missing")


async def test_a_release_holds_them_and_the_file_says_the_same(
    http: httpx.AsyncClient, wifi: dict[str, Any], tmp_path: Path
) -> None:
    room = FaqRoom(app_of(http).state.database)
    assert await room.snapshot(tmp_path / "faqs.json") == 1
    first = (tmp_path / "faqs.json").read_bytes()
    assert await room.snapshot(tmp_path / "faqs.json") == 1
    assert (tmp_path / "faqs.json").read_bytes() == first
    (kept,) = json.loads(first)["faqs"]
    assert kept["id"] == wifi["id"]
    entries = [each.entry for each in await room.all()]
    assert parse("faqs.yaml", render(entries).encode()) == entries
