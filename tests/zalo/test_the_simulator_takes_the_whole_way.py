"""`/simulator/zalo`: a page for training, on this machine only, whose messages take the whole way
of the channel: door, inbox, desk, outbox, sender."""

import json
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from desk_fixtures import client_of, publish_release, until
from zalo_events import Zalo, with_zalo

from assistant.main import create_app
from assistant.settings import Settings
from assistant.startup import Background
from assistant.zalo_settings import ReceptionPoint

pytestmark = pytest.mark.asyncio(loop_scope="module")

PAGE = "/simulator/zalo"
POINT = ReceptionPoint(name="Trụ sở A", address="Số 1", latitude=21.03, longitude=105.85)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def school(ward: tuple[Settings, Path]) -> AsyncIterator[Zalo]:
    """The application with the page; speech does not run."""
    settings = with_zalo(
        ward[0], simulator=True, app_id=None, oa_secret_key=None, reception_points=[POINT]
    )
    await publish_release(settings, "first")
    background = Background(create_app(settings))
    async with background.running(robots=False, speech=False), client_of(background.app) as client:
        await background.wait_engine(30)
        yield Zalo(background.app, client, ward[1])


async def say(school: Zalo, phone: str, **event: Any) -> httpx.Response:
    return await school.http.post(f"{PAGE}/events", json={"phone": phone, **event})


async def known(school: Zalo, phone: str) -> None:
    """Somebody who has been greeted."""
    await say(school, phone, kind="follow")
    await shown(school, phone, "không phải người")


async def shown(school: Zalo, phone: str, words: str) -> list[dict[str, Any]]:
    """The messages of a phone, once one of them has these words."""
    found: list[dict[str, Any]] = []

    async def there() -> bool:
        nonlocal found
        state = school.app.state.zalo.phones
        found = await state.after(f"simulator.{phone}", 0, 0.05)
        return any(words in message["text"] for message in found)

    await until(there, 15)
    return found


async def test_without_the_flag_there_is_no_page(ward: tuple[Settings, Path]) -> None:
    app = create_app(with_zalo(ward[0]))
    async with client_of(app) as client:
        for path in (PAGE, f"{PAGE}/messages?phone=abcd1", f"{PAGE}/static/phone.js"):
            assert (await client.get(path)).status_code == 404
        assert (await client.post(f"{PAGE}/events", json={})).status_code in (404, 405)


async def test_it_opens_on_this_machine_only(school: Zalo) -> None:
    assert (await school.http.get(PAGE)).status_code == 200
    async with client_of(school.app, peer="192.168.1.20") as elsewhere:
        for path in (PAGE, f"{PAGE}/messages?phone=abcd1", f"{PAGE}/static/phone.js"):
            assert (await elsewhere.get(path)).status_code == 403
        told = {"phone": "abcd1", "kind": "text", "text": "xin chào"}
        assert (await elsewhere.post(f"{PAGE}/events", json=told)).status_code == 403
        assert (await elsewhere.post(f"{PAGE}/files", content=b"x")).status_code == 403
    forwarded = await school.http.get(PAGE, headers={"X-Forwarded-For": "203.0.113.7"})
    assert forwarded.status_code == 403


@pytest.mark.parametrize(("language", "word"), [("vi", "Ghi âm"), ("en", "Record")])
async def test_the_page_speaks_both_languages(school: Zalo, language: str, word: str) -> None:
    page = await school.http.get(PAGE, params={"lang": language})
    strings = page.text.partition('data-strings="')[2].partition('"')[0]
    assert json.loads(unescape(strings))["record"] == word
    for name, kind in (("phone.js", "javascript"), ("phone.css", "css")):
        file = await school.http.get(f"{PAGE}/static/{name}")
        assert kind in file.headers["content-type"]
    assert (await school.http.get(f"{PAGE}/static/endpoints.py")).status_code == 404


async def test_what_is_written_is_answered_by_the_desk(school: Zalo) -> None:
    await known(school, "aaaa1")
    school.asked()
    assert (await say(school, "aaaa1", kind="text", text="xin chào phường")).status_code == 202
    messages = await shown(school, "aaaa1", "xin chào phường")
    assert "không phải người" in messages[0]["text"], "the introduction comes first"
    assert school.asked() == ["xin chào phường"]
    rows = await school.rows(
        "SELECT state FROM zalo_outbox WHERE citizen = 'zalo_oa:simulator.aaaa1'"
    )
    assert len(rows) == len(messages)
    await say(school, "aaaa1", kind="text", text="câu thứ hai")
    second = await shown(school, "aaaa1", "câu thứ hai")
    assert [one["n"] for one in second] == list(range(1, len(second) + 1))
    waited = await school.http.get(f"{PAGE}/messages", params={"phone": "aaaa1", "after": 1})
    assert [one["n"] for one in waited.json()["messages"]] == list(range(2, len(second) + 1))


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("follow", "hay hỏi"),
        ("image", "chưa xem được hình"),
        ("sticker", "không phải người"),
        ("location", "Trụ sở A"),
        ("card", "danh thiếp"),
        ("link", "không mở đường dẫn"),
        ("file", "chưa mở được tệp"),
    ],
)
async def test_other_kinds_of_messages_are_answered(school: Zalo, kind: str, words: str) -> None:
    phone = f"k{kind}"
    assert (await say(school, phone, kind=kind)).status_code == 202
    await shown(school, phone, words if kind != "follow" else "thủ tục gì")


async def test_an_officer_makes_the_machine_silent(school: Zalo) -> None:
    await known(school, "bbbb1")
    await say(school, "bbbb1", kind="text", text="câu một")
    before = await shown(school, "bbbb1", "câu một")
    await say(school, "bbbb1", kind="takeover", text="Tôi là cán bộ")
    await say(school, "bbbb1", kind="text", text="câu hai")
    await school.settled()
    assert await shown(school, "bbbb1", "câu một") == before


async def test_who_withdraws_is_forgotten(school: Zalo) -> None:
    await known(school, "cccc1")
    await say(school, "cccc1", kind="text", text="một câu")
    await shown(school, "cccc1", "một câu")
    await say(school, "cccc1", kind="withdraw")
    await school.settled()
    found = await school.rows("SELECT id FROM zalo_citizens WHERE id LIKE '%simulator.cccc1'")
    assert found == []


async def test_files_are_kept_for_a_while_and_not_all(school: Zalo) -> None:
    kept = await school.http.post(f"{PAGE}/files", content=b"\x89PNG....")
    got = await school.http.get(f"{PAGE}/files/{kept.json()['file']}")
    assert (got.status_code, got.content) == (200, b"\x89PNG....")
    assert (await school.http.get(f"{PAGE}/files/none-such-file")).status_code == 404
    for n in range(45):
        await school.http.post(f"{PAGE}/files", content=str(n).encode())
    assert (await school.http.get(f"{PAGE}/files/{kept.json()['file']}")).status_code == 404
    large = await school.http.post(f"{PAGE}/files", content=bytes(11 * 1024 * 1024))
    assert large.status_code == 413
    fits = await school.http.post(f"{PAGE}/files", content=bytes(3 * 1024 * 1024))
    assert fits.status_code == 201


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"phone": "abcd1"},
        {"phone": "AB", "kind": "text"},
        {"phone": "simulator.x/../", "kind": "text", "text": "a"},
        {"phone": "abcd1", "kind": "oa_send_text"},
        {"phone": "abcd1", "kind": "text", "text": 5},
        {"phone": "abcd1", "kind": "location", "latitude": 91},
        {"phone": "abcd1", "kind": "audio", "file": "../../etc/passwd"},
        {"phone": "abcd1", "kind": "text", "text": "a", "more": 1},
    ],
)
async def test_odd_requests_are_refused_clearly(school: Zalo, event: dict[str, Any]) -> None:
    answer = await school.http.post(f"{PAGE}/events", json=event)
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("application/problem+json")


async def test_the_real_doors_stay_closed_beside_it(school: Zalo) -> None:
    """Its secret is made at each start and opens nothing else."""
    answer = await school.oa({"app_id": "simulator", "event_name": "user_send_text"})
    assert answer.status_code == 503
