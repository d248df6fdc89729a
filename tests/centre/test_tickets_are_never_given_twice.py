"""Numbers: unique, in order, called once, kept through a crash."""

import asyncio
import json
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from assistant.centre.service import Centre
from assistant.errors import LetanError
from assistant.storage.database import Database

ROOT = Path(__file__).resolve().parents[2]
CONTENT = ROOT / "data" / "centre"


async def test_numbers_count_up_from_the_counter(centre: Centre) -> None:
    numbers = [(await centre.issue_ticket("3")).number for _ in range(3)]
    assert numbers == [3001, 3002, 3003]
    assert (await centre.issue_ticket("10")).number == 10001


async def test_twenty_at_once_get_twenty_numbers(centre: Centre) -> None:
    tickets = await asyncio.gather(*(centre.issue_ticket("3") for _ in range(20)))
    assert sorted(ticket.number for ticket in tickets) == list(range(3001, 3021))
    assert sorted(ticket.ahead for ticket in tickets) == list(range(20))


async def test_two_processes_never_give_the_same_number(
    centre: Centre, database: Database, clock
) -> None:
    other = Centre(database, CONTENT, clock=clock)
    rooms = [centre, other] * 10
    tickets = await asyncio.gather(*(room.issue_ticket("2") for room in rooms))
    assert len({ticket.number for ticket in tickets}) == 20


async def test_two_clerks_never_call_the_same_number(
    centre: Centre, database: Database, clock
) -> None:
    for _ in range(10):
        await centre.issue_ticket("3")
    other = Centre(database, CONTENT, clock=clock)
    calls = await asyncio.gather(*(room.call_next("3") for room in [centre, other] * 5))
    assert sorted(call.number for call in calls if call) == list(range(3001, 3011))
    assert await centre.call_next("3") is None
    assert centre.board()["now_calling"] == []


async def test_the_previous_number_is_closed_by_the_next_call(centre: Centre) -> None:
    for _ in range(3):
        await centre.issue_ticket("4")
    await centre.call_next("4")
    await centre.call_next("4")
    [entry] = centre.board()["now_calling"]
    assert entry["number"] == 4002
    [counter] = [c for c in centre.board()["counters"] if c["id"] == "4"]
    assert (counter["current"], counter["next"], counter["waiting"]) == (4002, [4003], 1)


async def test_a_recall_announces_the_same_number_later(centre: Centre, clock) -> None:
    assert await centre.recall("3") is None
    await centre.issue_ticket("3")
    first = await centre.call_next("3")
    clock.forward(2)
    again = await centre.recall("3")
    assert first and again
    assert again.number == first.number
    assert again.called_at == first.called_at
    assert again.announced_at - first.announced_at == timedelta(minutes=2)


async def test_the_same_key_gets_the_same_ticket(centre: Centre) -> None:
    tickets = await asyncio.gather(*(centre.issue_ticket("3", None, "k-1") for _ in range(8)))
    assert {ticket.number for ticket in tickets} == {3001}
    assert (await centre.issue_ticket("3", None, "k-2")).number == 3002


async def test_the_same_key_in_two_processes_gets_the_same_ticket(
    centre: Centre, database: Database, clock
) -> None:
    other = Centre(database, CONTENT, clock=clock)
    rooms = [centre, other] * 4
    tickets = await asyncio.gather(*(room.issue_ticket("3", None, "k-1") for room in rooms))
    assert {ticket.number for ticket in tickets} == {3001}


async def test_a_key_of_another_counter_is_a_conflict(sqlite_centre: Centre) -> None:
    await sqlite_centre.issue_ticket("3", None, "k")
    with pytest.raises(LetanError) as caught:
        await sqlite_centre.issue_ticket("4", None, "k")
    assert (caught.value.code, caught.value.status) == ("idempotency_conflict", 409)


async def test_every_day_counts_from_one(centre: Centre, clock) -> None:
    await centre.issue_ticket("3")
    await centre.issue_ticket("3")
    clock.now = datetime(2026, 11, 25, 8, 0, tzinfo=clock.now.tzinfo)
    assert centre.context()["counters"]["3"]["waiting"] == 0
    assert await centre.call_next("3") is None
    assert (await centre.issue_ticket("3")).number == 3001


async def test_numbers_end_instead_of_running_into_another_counter(
    sqlite_database: Database, folder: Path, clock
) -> None:
    hours = folder / "hours.yaml"
    hours.write_text(hours.read_text().replace("digits: 3", "digits: 2"))
    centre = Centre(sqlite_database, folder, clock=clock)
    for _ in range(99):
        await centre.issue_ticket("1")
    with pytest.raises(LetanError) as caught:
        await centre.issue_ticket("1")
    assert caught.value.code == "tickets_exhausted"


async def test_an_unknown_counter_names_the_known_ones(sqlite_centre: Centre) -> None:
    for call in (sqlite_centre.issue_ticket("99"), sqlite_centre.call_next("x" * 5000)):
        with pytest.raises(LetanError) as caught:
            await call
        error = caught.value
        assert (error.code, error.status, error.field) == ("counter_unknown", 404, "counter")
        assert "1, 2, 3" in error.vi
        assert len(error.en) < 300


@pytest.mark.parametrize(
    ("when", "counter", "opens"),
    [
        ("2026-11-23T12:10", "3", "13:00 hôm nay"),
        ("2026-11-24T09:00", "3", "7:30 ngày mai, thứ Tư ngày 25/11"),
        ("2026-11-21T09:00", "10", "7:30 thứ Hai ngày 23/11"),
        ("2026-11-23T17:00", "3", "7:30 thứ Tư ngày 25/11"),
    ],
)
async def test_a_closed_counter_says_when_it_opens(
    sqlite_centre: Centre, clock, when: str, counter: str, opens: str
) -> None:
    clock.now = datetime.fromisoformat(when).replace(tzinfo=clock.now.tzinfo)
    with pytest.raises(LetanError) as caught:
        await sqlite_centre.issue_ticket(counter)
    error = caught.value
    assert (error.code, error.status, error.field) == ("counter_closed", 409, "counter")
    assert opens in error.vi
    assert error.retry_after and error.retry_after > 0


async def test_tickets_begin_shortly_before_opening(sqlite_centre: Centre, clock) -> None:
    clock.now = datetime(2026, 11, 23, 6, 59, tzinfo=clock.now.tzinfo)
    with pytest.raises(LetanError):
        await sqlite_centre.issue_ticket("3")
    clock.forward(1)
    ticket = await sqlite_centre.issue_ticket("3")
    assert ticket.expected_wait_minutes == 30  # the doors open at 7:30


async def test_a_trial_may_give_tickets_at_night(
    sqlite_database: Database, folder: Path, clock
) -> None:
    hours = folder / "hours.yaml"
    hours.write_text(
        hours.read_text("utf-8").replace("outside_hours: refuse", "outside_hours: allow")
    )
    clock.forward(14 * 60)
    centre = Centre(sqlite_database, folder, clock=clock)
    ticket = await centre.issue_ticket("3")
    assert (ticket.number, ticket.before_closing) == (3001, False)
    second = await centre.issue_ticket("3")
    assert second.expected_wait_minutes == 12  # the night is not part of the queue
    assert centre.context()["counters"]["3"]["tickets"] is True


async def test_forgetting_a_conversation_keeps_its_ticket(
    centre: Centre, database: Database
) -> None:
    await centre.issue_ticket("3", "conversation-1", "k")
    await centre.forget("conversation-1")
    async with database.reading() as session:
        rows = (await session.execute(text("SELECT number, conversation FROM tickets"))).all()
    assert [tuple(row) for row in rows] == [(3001, None)]


_ISSUE_AND_HANG = """
import asyncio, sys
from datetime import datetime
from pathlib import Path
from assistant.centre.service import Centre
from assistant.storage.database import Database

async def main():
    clock = lambda: datetime.fromisoformat("2026-11-23T09:00:00+07:00")
    centre = Centre(Database(sys.argv[1]), Path(sys.argv[2]), clock=clock)
    print((await centre.issue_ticket("3")).number, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_an_issued_ticket_survives_kill_9(
    database_url: str, database: Database, clock
) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _ISSUE_AND_HANG,
        database_url,
        str(CONTENT),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    assert process.stdout is not None
    number = int(await process.stdout.readline())
    process.kill()
    await process.wait()
    centre = Centre(database, CONTENT, clock=clock)
    await centre.start()
    try:
        [counter] = [c for c in centre.board()["counters"] if c["id"] == "3"]
        assert counter["next"] == [number]
        assert (await centre.issue_ticket("3")).number == number + 1
    finally:
        await centre.close()


async def test_the_board_holds_no_conversation(sqlite_centre: Centre) -> None:
    await sqlite_centre.issue_ticket("3", "secret-conversation", "k")
    await sqlite_centre.call_next("3")
    shown = json.dumps([sqlite_centre.board(), sqlite_centre.context()])
    assert "secret-conversation" not in shown
