"""Context and board come from memory, and follow the database, other processes and the clock."""

import asyncio
import json
from pathlib import Path

from assistant.centre.service import Centre
from assistant.storage.database import Database

CONTENT = Path(__file__).resolve().parents[2] / "data" / "centre"
SHAPE = {"now", "centre", "counters", "offices", "notices"}


async def test_context_has_the_shape_of_the_contract(sqlite_centre: Centre, clock) -> None:
    context = sqlite_centre.context(clock.now)
    assert context.keys() == SHAPE
    assert context["now"] == "2026-11-23T09:00:00+07:00"
    assert context["centre"]["open_now"] is True
    assert context["centre"]["opens_at"] is None
    assert context["centre"]["closes_at"] == "2026-11-23T11:30:00+07:00"
    assert context["centre"]["hours"].keys() == {"vi", "en"}
    assert context["counters"]["3"] == {
        "open": True,
        "opens_at": None,
        "waiting": 0,
        "tickets": True,
        "expected_wait_minutes": 0,
    }
    assert context["offices"]["ward-police"] == {"open": True, "opens_at": None}
    json.dumps(context)


async def test_context_works_after_the_database_is_gone(sqlite_centre: Centre) -> None:
    await sqlite_centre.issue_ticket("3")
    await sqlite_centre.close()
    await sqlite_centre._database.close()
    assert sqlite_centre.context()["counters"]["3"]["waiting"] == 1
    assert sqlite_centre.board()["counters"][2]["next"] == [3001]


async def test_context_on_a_holiday(sqlite_centre: Centre, clock) -> None:
    clock.forward(24 * 60)
    centre = sqlite_centre.context()["centre"]
    assert centre["open_now"] is False
    assert centre["reason"]["vi"] == "nghỉ lễ: Ngày Văn hóa Việt Nam"
    assert centre["opens_at"] == "2026-11-25T07:30:00+07:00"


async def test_a_new_process_sees_the_queue(centre: Centre, database: Database, clock) -> None:
    for _ in range(3):
        await centre.issue_ticket("3")
    await centre.call_next("3")
    other = Centre(database, CONTENT, clock=clock)
    await other.start()
    try:
        assert other.board() == centre.board()
        assert other.context() == centre.context()
    finally:
        await other.close()


async def test_changes_of_another_process_arrive_by_themselves(
    centre: Centre, database: Database, clock
) -> None:
    other = Centre(database, CONTENT, clock=clock)
    boards = centre.board_events()
    first = await anext(boards)
    await other.issue_ticket("5")
    second = await asyncio.wait_for(anext(boards), 20)
    assert first["counters"][4]["waiting"] == 0
    assert second["counters"][4]["next"] == [5001]
    await boards.aclose()


async def test_the_board_changes_when_the_centre_closes(sqlite_centre: Centre, clock) -> None:
    boards = sqlite_centre.board_events()
    assert (await anext(boards))["open_now"] is True
    clock.forward(2.5 * 60)
    closed = await asyncio.wait_for(anext(boards), 20)
    assert closed["open_now"] is False
    assert closed["reason"]["vi"] == "đang giờ nghỉ trưa"
    await boards.aclose()


async def test_a_refresh_never_undoes_a_ticket(centre: Centre) -> None:
    async def refresh() -> None:
        for _ in range(20):
            await centre.refresh()

    await asyncio.gather(refresh(), *(centre.issue_ticket("3") for _ in range(20)))
    assert centre.context()["counters"]["3"]["waiting"] == 20


async def test_the_wait_grows_with_the_queue_and_skips_lunch(sqlite_centre: Centre, clock) -> None:
    first = await sqlite_centre.issue_ticket("3")
    assert (first.ahead, first.expected_wait_minutes) == (0, 0)
    await sqlite_centre.call_next("3")
    clock.forward(5)
    assert (await sqlite_centre.issue_ticket("3")).expected_wait_minutes == 7
    assert (await sqlite_centre.issue_ticket("3")).expected_wait_minutes == 19
    clock.forward(140)  # 11:25, closing at 11:30
    wait = sqlite_centre.context()["counters"]["3"]["expected_wait_minutes"]
    assert wait == 24 + 90


async def test_real_service_times_replace_the_configured_one(centre: Centre, clock) -> None:
    for _ in range(7):
        await centre.issue_ticket("3")
    for _ in range(4):
        await centre.call_next("3")
        clock.forward(4)
    assert (await centre.issue_ticket("3")).wait_basis == "configured"
    for _ in range(2):
        await centre.call_next("3")
        clock.forward(4)
    ticket = await centre.issue_ticket("3")
    assert ticket.wait_basis == "measured"
    assert (ticket.ahead, ticket.expected_wait_minutes) == (2, 8)


async def test_a_forgotten_call_does_not_spoil_the_average(centre: Centre, clock) -> None:
    for _ in range(8):
        await centre.issue_ticket("3")
    for minutes in (5, 5, 5, 0.1, 5, 100, 5):
        await centre.call_next("3")
        clock.forward(minutes)
    await centre.call_next("3")
    ticket = await centre.issue_ticket("3")
    assert (ticket.wait_basis, ticket.expected_wait_minutes) == ("measured", 5)


async def test_a_ticket_too_late_for_today_says_so(sqlite_centre: Centre, clock) -> None:
    assert (await sqlite_centre.issue_ticket("3")).before_closing
    clock.forward(7.9 * 60)  # 16:54, one waits, twelve minutes each
    assert not (await sqlite_centre.issue_ticket("3")).before_closing
