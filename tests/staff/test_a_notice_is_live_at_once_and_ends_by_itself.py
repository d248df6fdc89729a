"""Notices through the staff's door, on the board and in what a turn knows."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from desk_fixtures import until
from test_only_staff_with_the_right_gets_further import API, account, app_of, code_of

from assistant.centre.service import Centre

BASE = f"{API}/notices"
WORDS = "Quầy 3 nghỉ chiều nay, mời bà con sang quầy 4."


async def shown(http: httpx.AsyncClient) -> list[dict[str, Any]]:
    board = (await http.get("/api/v1/board")).json()
    found: list[dict[str, Any]] = board["notices"]
    return [notice for notice in found if notice["vi"] == WORDS]


async def test_it_is_on_the_board_and_in_the_next_turn_and_goes_when_taken_down(
    http: httpx.AsyncClient,
) -> None:
    clerk = await account(http, "lan", "clerk")
    answer = await http.post(BASE, json={"vi": WORDS, "counter": "3"}, headers=clerk)
    assert answer.status_code == 201, answer.text
    assert await shown(http) == [{"vi": WORDS, "en": WORDS, "counter": "3", "procedure": None}]
    centre: Centre = app_of(http).state.centre
    assert WORDS in [notice["vi"] for notice in centre.context()["notices"]]
    gone = await http.delete(f"{BASE}/{answer.json()['id']}", headers=clerk)
    assert gone.status_code == 204
    assert await shown(http) == []
    kept = (await http.get(BASE, headers=clerk)).json()
    assert [(each["vi"], each["live"], each["who"]) for each in kept] == [(WORDS, False, "lan")]


async def test_it_begins_and_ends_by_itself(http: httpx.AsyncClient) -> None:
    clerk = await account(http, "lan", "clerk")
    centre: Centre = app_of(http).state.centre
    now = datetime.now(UTC)
    times = {"start": now + timedelta(hours=1), "end": now + timedelta(hours=2)}
    body = {"vi": WORDS, **{key: at.isoformat() for key, at in times.items()}}
    assert (await http.post(BASE, json=body, headers=clerk)).status_code == 201
    at = {
        hours: [n["vi"] for n in centre.context(now + timedelta(hours=hours))["notices"]]
        for hours in (0, 1.5, 2.5)
    }
    assert WORDS not in at[0]
    assert WORDS in at[1.5]
    assert WORDS not in at[2.5]


async def test_what_another_process_puts_up_is_seen(http: httpx.AsyncClient) -> None:
    clerk = await account(http, "lan", "clerk")
    app = app_of(http)
    other = Centre(app.state.database, app.state.settings.content_dir / "centre")
    await other.start()
    try:
        await http.post(BASE, json={"vi": WORDS}, headers=clerk)
        await until(lambda: WORDS in [n["vi"] for n in other.context()["notices"]])
    finally:
        await other.close()


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"vi": "  "}, "input_invalid", "vi"),
        ({"vi": "x" * 301}, "input_invalid", "vi"),
        ({"counter": "99"}, "counter_unknown", "counter"),
        ({"end": "2020-01-01T00:00:00+07:00"}, "notice_times_wrong", "end"),
        ({"end": "2030-01-01T00:00:00"}, "input_invalid", "end"),
        ({"nonsense": 1}, "input_invalid", "nonsense"),
    ],
)
async def test_a_mistake_names_its_field(
    http: httpx.AsyncClient, change: dict[str, Any], code: str, field: str
) -> None:
    clerk = await account(http, "lan", "clerk")
    answer = await http.post(BASE, json={"vi": WORDS, **change}, headers=clerk)
    assert (answer.json()["code"], answer.json()["field"]) == (code, field)
    assert await shown(http) == []


async def test_a_viewer_cannot_put_one_up(http: httpx.AsyncClient) -> None:
    viewer = await account(http, "hoa", "viewer")
    answer = await http.post(BASE, json={"vi": WORDS}, headers=viewer)
    assert code_of(answer) == (403, "right_missing")
    clerk = await account(http, "lan", "clerk")
    assert code_of(await http.delete(f"{BASE}/none", headers=clerk)) == (404, "notice_unknown")
