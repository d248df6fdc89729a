"""Missions outlive the process, nothing resumes by itself, and every command is written down."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from small_fleet import KIOSK_1, KIOSK_2, OPERATOR, application, fleet_of

from assistant.errors import LetanError
from assistant.robots.journal import StoredJournal
from assistant.robots.service import Fleet
from assistant.storage.database import Database
from assistant.storage.migrate import migrate
from robot_bridge.clock import ManualClock


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'letan.db'}")
    await migrate(database)
    yield database
    await database.close()


async def started(journal: Any) -> tuple[Fleet, ManualClock]:
    clock = ManualClock()
    fleet = fleet_of(clock, journal=journal)
    await fleet.start()
    await clock.advance(0.2)
    return fleet, clock


async def until_true(condition: Callable[[], bool], clock: ManualClock) -> None:
    for _ in range(20_000):
        if condition():
            return
        await clock.settle()
    pytest.fail("never")


async def test_a_mission_is_written_down_with_all_that_was_sent(database: Database) -> None:
    fleet, clock = await started(StoredJournal(database))
    await fleet.start_mission("robot-1", "lead", "counter-3", "kiosk-1", pace="elderly")
    with pytest.raises(LetanError):
        await fleet.start_mission("robot-1", "lead", "toilet", "kiosk-1")
    await clock.advance(4)
    stopping = asyncio.create_task(fleet.stop("robot-1", "asked", "kiosk-1"))
    await clock.advance(1)
    assert (await stopping).confirmed
    await fleet.resume("robot-1", "operator")
    (mission,) = await fleet.missions("robot-1")
    assert (mission["kind"], mission["target"], mission["state"]) == (
        "lead",
        "counter-3",
        "stopped",
    )
    assert (mission["pace"], mission["requested_by"]) == ("elderly", "kiosk-1")
    noted = [
        (row["command"], row["sent"], row["came_back"], row["asked_by"])
        for row in reversed(await fleet.commands("robot-1"))
    ]
    assert noted == [
        ("mission", "lead counter-3 elderly", "accepted", "kiosk-1"),
        ("mission", "lead toilet normal", "robot_busy", "kiosk-1"),
        noted[2],
        ("stop", "asked", "confirmed", "kiosk-1"),
        ("resume", "", "released", "operator"),
    ]
    assert noted[2][0] == "go_to"
    assert noted[2][2:] == ("called off", "kiosk-1")
    assert fleet.recent_commands("robot-1")[0].command == "resume"
    assert await fleet.missions("robot-2") == []
    await fleet.close()


async def test_after_a_crash_it_is_shown_as_interrupted_and_nothing_moves(
    database: Database,
) -> None:
    fleet, clock = await started(StoredJournal(database))
    led = await fleet.start_mission("robot-1", "lead", "counter-3", "kiosk-1")
    await clock.advance(4)
    assert (await fleet.missions("robot-1"))[0]["state"] == "moving"

    again, later = await started(StoredJournal(database))
    await until_true(lambda: again.robot("robot-1").mission is not None, later)
    mission = again.robot("robot-1").mission
    assert mission is not None
    assert (mission.id, mission.state, mission.target.id) == (led.id, "interrupted", "counter-3")
    before = again.robot("robot-1").pose
    await later.advance(120)
    assert again.robot("robot-1").pose == before
    assert again.robot("robot-2").mission is None
    new = await again.start_mission("robot-1", "lead", "counter-3", "kiosk-1")
    await later.advance(25)
    arrived = again.robot("robot-1").mission
    assert arrived is not None
    assert (arrived.id, arrived.state) == (new.id, "arrived")
    await again.close()
    await fleet.close()


async def test_a_stop_outlives_the_process_and_its_release_too(database: Database) -> None:
    fleet, clock = await started(StoredJournal(database))
    stopping = asyncio.create_task(fleet.stop("robot-1", "asked", "kiosk-1"))
    await clock.advance(1)
    await stopping
    await fleet.close()

    again, later = await started(StoredJournal(database))
    await until_true(lambda: again.robot("robot-1").stopped, later)
    await later.advance(1)
    with pytest.raises(LetanError) as refused:
        await again.start_mission("robot-1", "lead", "counter-3", "kiosk-1")
    assert refused.value.code == "robot_stopped"
    assert not again.robot("robot-2").stopped
    await again.resume("robot-1", "operator")
    await again.close()

    last, _ = await started(StoredJournal(database))
    assert (await last.commands("robot-1"))[0]["command"] == "resume"
    await last.start_mission("robot-1", "lead", "counter-3", "kiosk-1")
    await last.close()


async def test_a_dead_database_holds_no_robot_up(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'nowhere' / 'letan.db'}")
    fleet, clock = await started(StoredJournal(database))
    await fleet.start_mission("robot-1", "lead", "counter-3", "kiosk-1")
    await clock.advance(25)
    mission = fleet.robot("robot-1").mission
    assert mission is not None
    assert mission.state == "arrived"
    assert [c.command for c in fleet.recent_commands("robot-1")] == ["go_to", "mission"]
    with pytest.raises(LetanError):
        await fleet.missions("robot-1")
    await fleet.close()
    await database.close()


async def test_the_log_is_for_the_operator_and_its_own_kiosk(
    database: Database, tmp_path: Path
) -> None:
    fleet, clock = await started(StoredJournal(database))
    await fleet.start_mission("robot-1", "lead", "counter-3", "kiosk-1")
    await clock.advance(1)
    transport = httpx.ASGITransport(application(fleet, tmp_path))
    async with httpx.AsyncClient(transport=transport, base_url="http://here/api/v1") as http:
        for path in ("/robots/robot-1/missions", "/robots/robot-1/commands"):
            assert (await http.get(path)).status_code == 401
            assert (await http.get(path, headers=KIOSK_2)).status_code == 403
            assert (await http.get(path, headers=KIOSK_1)).status_code == 200
            wrong = await http.get(path, headers=OPERATOR, params={"limit": 0})
            assert wrong.status_code == 422
        (mission,) = (await http.get("/robots/robot-1/missions", headers=OPERATOR)).json()
        assert (mission["to"], mission["state"]) == ("counter-3", "announcing")
        (command,) = (await http.get("/robots/robot-1/commands", headers=OPERATOR)).json()
        assert (command["command"], command["asked_by"]) == ("mission", "kiosk-1")
    await fleet.close()
