"""Missions and commands written down beside the work: a slow or dead database holds no robot up."""

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog

from assistant.errors import LetanError
from assistant.robots import repository
from assistant.robots.repository import Row
from assistant.storage.database import Database
from robot_bridge.journal import Command
from robot_bridge.missions import ENDED, Mission

AGAIN_SECONDS = 5.0
"""Between two attempts to write while the database does not answer."""
LAST_SECONDS = 2.0
"""For the last notes when the application ends."""
MOST_WAITING = 2000
"""Commands kept for a database that does not answer; the oldest give way."""
REMEMBERED = 200
"""Commands of all robots kept in memory, for pages that show them."""

log = structlog.get_logger(__name__)


class StoredJournal:
    """Takes the notes of all robots (`robot_bridge.journal.Journal`)."""

    def __init__(
        self,
        database: Database,
        *,
        keep: timedelta = timedelta(days=90),
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._keep = keep
        self._now = now
        self._missions: dict[str, Row] = {}
        self._commands: deque[Row] = deque(maxlen=MOST_WAITING)
        self._recent: deque[Command] = deque(maxlen=REMEMBERED)
        self._recall: Callable[[str, Row], None] = lambda robot, row: None
        self._hold: Callable[[str], None] = lambda robot: None
        self._took_over: list[str] = []
        self._noted = asyncio.Event()
        self._writing = asyncio.Lock()
        self._writer: asyncio.Task[None] | None = None

    async def open(
        self,
        recall: Callable[[str, Row], None],
        hold: Callable[[str], None] = lambda robot: None,
    ) -> None:
        """Begin to write; returns at once. ``recall``: told the last mission of a robot that was
        taken over, when an earlier process left it unfinished. ``hold``: told a robot that was
        stopped there and never released."""
        self._recall, self._hold = recall, hold
        self._writer = asyncio.create_task(self._run(), name="robots' journal")

    def took_over(self, robot: str) -> None:
        """This process drives the robot now: what another one has not finished is interrupted."""
        self._took_over.append(robot)
        self._noted.set()

    async def close(self) -> None:
        """Write what is left, for a moment at most."""
        writer, self._writer = self._writer, None
        if writer is None:
            return
        writer.cancel()
        await asyncio.gather(writer, return_exceptions=True)
        try:
            await asyncio.wait_for(self._flush(), LAST_SECONDS)
        except (LetanError, TimeoutError):
            log.error("robots' last notes are lost", commands=len(self._commands))

    def command(self, command: Command) -> None:
        self._recent.appendleft(command)
        if len(self._commands) == MOST_WAITING:
            log.warning("a robot's command is not written down", command=command.command)
        self._commands.append(
            {
                "robot": command.robot,
                "mission": command.mission,
                "command": command.command,
                "sent": command.sent[:120],
                "came_back": command.came_back[:200],
                "asked_by": command.asked_by[:48],
                "at": command.at,
            }
        )
        self._noted.set()

    def mission(self, robot: str, mission: Mission) -> None:
        self._missions[mission.id] = {
            "id": mission.id,
            "robot": robot,
            "kind": mission.kind,
            "target": mission.target.id,
            "pace": mission.pace,
            "requested_by": mission.requested_by[:48],
            "state": mission.state,
            "reason": mission.reason,
            "created_at": mission.created_at,
            "changed_at": self._now(),
        }
        self._noted.set()

    def recent(self, robot: str) -> list[Command]:
        """The last commands of a robot since the process began, newest first; from memory."""
        return [command for command in self._recent if command.robot == robot]

    async def missions(self, robot: str, limit: int) -> list[Row]:
        """Newest first. Raises LetanError `database_…`."""
        await self._flush()
        return await self._database.read(partial(repository.missions, robot=robot, limit=limit))

    async def commands(self, robot: str, limit: int) -> list[Row]:
        """Newest first. Raises LetanError `database_…`."""
        await self._flush()
        return await self._database.read(partial(repository.commands, robot=robot, limit=limit))

    async def _run(self) -> None:
        forgotten = False
        while True:
            try:
                if not forgotten:
                    before = self._now() - self._keep
                    await self._database.write(partial(repository.forget, before=before))
                    forgotten = True
                while self._took_over:
                    await self._interrupt(self._took_over[0])
                    del self._took_over[0]
                await self._flush()
                if not self._took_over:
                    await self._noted.wait()
            except LetanError as error:
                log.warning("robots' journal cannot be written", code=error.code)
                await asyncio.sleep(AGAIN_SECONDS)

    async def _interrupt(self, robot: str) -> None:
        work = partial(repository.interrupt, robots=[robot], ended=sorted(ENDED), now=self._now())
        await self._database.write(work)
        last = await self._database.read(partial(repository.missions, robot=robot, limit=1))
        if last and last[0]["state"] == "interrupted":
            log.warning("mission was interrupted", robot=robot, mission=last[0]["id"])
            self._recall(robot, last[0])
        if await self._database.read(partial(repository.was_stopped, robot=robot)):
            log.warning("robot was stopped before", robot=robot)
            self._hold(robot)

    async def _flush(self) -> None:
        async with self._writing:
            self._noted.clear()
            missions, commands = dict(self._missions), list(self._commands)
            if not missions and not commands:
                return
            rows = list(missions.values())
            await self._database.write(partial(repository.store, missions=rows, commands=commands))
            for id_, row in missions.items():
                if self._missions.get(id_) is row:
                    del self._missions[id_]
            written = {id(row) for row in commands}
            while self._commands and id(self._commands[0]) in written:
                self._commands.popleft()
