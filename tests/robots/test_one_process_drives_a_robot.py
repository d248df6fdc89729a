"""Two processes have one robot in their settings: one drives, the other may only stop it."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiomqtt
import pytest
from throwaway_postgres import cluster
from vda_broker import Mosquitto
from vda_peers import Peer, sdk_vehicle

from assistant.settings import ROOT
from assistant.storage.database import Database
from assistant.storage.migrate import migrate

SECONDS = 20.0
FACTOR = 4.0


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'letan.db'}"
        return
    with cluster() as url:
        yield url.replace("postgresql://", "postgresql+asyncpg://")


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    made = Mosquitto(tmp_path)
    made.start()
    yield made
    made.kill()


@pytest.fixture
def vehicle(broker: Mosquitto) -> Iterator[Peer]:
    started = sdk_vehicle(broker.url, factor=FACTOR)
    yield started
    started.kill()


class Bridge:
    """A process of its own; its lines are read as they come."""

    def __init__(self, database: str, broker: Mosquitto, field: str) -> None:
        folders = (ROOT, ROOT / "tests" / "robot_bridge")
        self.process = subprocess.Popen(
            [
                sys.executable,
                str(Path(__file__).parent / "lease_process.py"),
                database,
                broker.url,
                field,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": ":".join(map(str, folders))},
        )

    def order(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    async def says(self, wanted: str) -> None:
        """Wait for one of its lines."""
        await asyncio.wait_for(asyncio.to_thread(self._read_until, wanted), SECONDS)

    def _read_until(self, wanted: str) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.strip() == wanted:
                return
        raise AssertionError(f"it ended without saying {wanted!r}")

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait(10)
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with suppress(BrokenPipeError):
                    stream.close()


class Ear:
    """Everything that anybody tells the vehicle: (``first`` or ``second``, message)."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self._news = asyncio.Condition()

    async def listen(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            assert isinstance(message.payload, bytes)
            body = json.loads(message.payload)
            if "actions" in body:
                sender = "second" if "instantActions" in body else "first"
            else:
                last = body["nodes"][-1]["nodePosition"]
                sender = "first" if last["x"] > 3 else "second"
            async with self._news:
                self.heard.append((sender, body))
                self._news.notify_all()

    async def order_of(self, sender: str) -> None:
        """Wait until somebody has sent an order."""
        async with self._news:
            await asyncio.wait_for(
                self._news.wait_for(
                    lambda: any(who == sender and "nodes" in body for who, body in self.heard)
                ),
                SECONDS,
            )


@pytest.fixture
async def ear(broker: Mosquitto) -> AsyncIterator[Ear]:
    made = Ear()
    async with aiomqtt.Client("127.0.0.1", broker.port) as client:
        for topic in ("order", "instantActions"):
            await client.subscribe(f"uagv/v2/letan-test/peer-1/{topic}")
        listening = asyncio.create_task(made.listen(client))
        yield made
        listening.cancel()


@pytest.mark.usefixtures("vehicle")
async def test_it_is_taken_over_from_the_frozen_and_the_dead(
    database: str, broker: Mosquitto, ear: Ear
) -> None:
    shared = Database(database)
    await migrate(shared)
    await shared.close()
    first = Bridge(database, broker, "actions")
    second: Bridge | None = None
    try:
        await first.says("link up")
        second = Bridge(database, broker, "both")
        await second.says("link lost")
        second.order("lead near")
        await second.says("robot_unavailable")
        first.order("lead far")
        await ear.order_of("first")
        assert {who for who, _ in ear.heard} == {"first"}, "whoever does not drive is mute"

        first.process.send_signal(signal.SIGSTOP)
        await second.says("link up")
        second.order("lead near")
        await ear.order_of("second")
        known = len(ear.heard)
        first.process.send_signal(signal.SIGCONT)
        await first.says("far failed")
        await second.says("near arrived")
        assert {who for who, _ in ear.heard[known:]} <= {"second"}, "who has slept is mute"

        second.order("lead far")
        await second.says("far moving")
        first.order("stop")
        await second.says("far stopped")
        assert ("first", "cancelOrder") in [
            (who, action["actionType"])
            for who, body in ear.heard[known:]
            for action in body.get("actions", [])
        ], "a stop is for everybody"

        second.process.send_signal(signal.SIGKILL)
        await first.says("link up")
    finally:
        first.kill()
        if second is not None:
            second.kill()
