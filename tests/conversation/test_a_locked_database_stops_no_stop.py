"""Somebody else holds the database: robots stop at once all the same, others are told to wait."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from desk_fixtures import Desk, until
from sqlalchemy import event

from assistant.settings import Settings

OPERATOR = {"Authorization": "Bearer the operator's token"}


@pytest.fixture
def hold(settings: Settings, desk: Desk) -> Iterator[sqlite3.Connection]:
    """A connection that can take the write lock; the application waits 50 ms for it, not 10 s."""
    engine = desk.app.state.database.engine.sync_engine
    engine.dispose()
    event.listen(
        engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=50")
    )
    holder = sqlite3.connect(Path(settings.data_dir) / "letan.db", isolation_level=None)
    yield holder
    holder.close()


async def test_stop_is_obeyed_before_anything_is_read(desk: Desk, hold: sqlite3.Connection) -> None:
    kiosk = (
        await desk.http.post("/api/v1/conversations", json={"kiosk": "kiosk-1"}, headers=OPERATOR)
    ).json()["id"]
    fleet = desk.app.state.fleet
    await until(lambda: fleet.robot("robot-1").link == "up")
    hold.execute("BEGIN IMMEDIATE")
    answer = await desk.say(kiosk, "dừng lại", message_id="m-1")
    assert fleet.robot("robot-1").stopped
    assert (answer.status_code, answer.json()["code"]) == (503, "database_busy")
    assert answer.headers["retry-after"]
    assert (await desk.http.post("/api/v1/robots/robot-1/stop")).status_code == 200
    hold.execute("ROLLBACK")
    assert (await desk.say(kiosk, "dừng lại", message_id="m-1")).json()["outcome"] == "stopped"


async def test_others_are_told_to_wait_and_answered_afterwards(
    desk: Desk, hold: sqlite3.Connection
) -> None:
    conversation = await desk.open()
    hold.execute("BEGIN IMMEDIATE")
    refused = await desk.say(conversation, "xin chào", message_id="m-1")
    assert (refused.status_code, refused.json()["code"]) == (503, "database_busy")
    hold.execute("ROLLBACK")
    answered = await desk.say(conversation, "xin chào", message_id="m-1")
    assert answered.status_code == 200
