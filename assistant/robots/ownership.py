"""Robots that change hands: from a process that has ended, and stops for those of another one."""

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any

from assistant.robots.journal import StoredJournal
from assistant.robots.leases import StoredLeases, Told
from assistant.robots.member import Member

ANOTHER_PROCESS = "another process"
"""Who asks when a stop has been passed on."""

EARLIER = "earlier process"


class Ownership:
    """Follows the leases of a fleet's robots."""

    def __init__(
        self,
        robots: Mapping[str, Member],
        leases: StoredLeases | None,
        journal: StoredJournal | None,
    ) -> None:
        self._robots = robots
        self._leases = leases
        self._journal = journal
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self) -> None:
        """Begin to take over what is free."""
        for robot in self._robots.values():
            self._spawn(self._take_over(robot), f"{robot.settings.id} lease")
        if self._leases is not None:
            self._leases.start(self._told)

    async def close(self) -> None:
        """Give all robots back; after their drivers are closed."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._leases is not None:
            await self._leases.close()

    def pass_on(self, robot: Member, what: Told) -> None:
        """A stop is for whoever drives; it is passed on beside our own."""
        if self._leases is not None and not robot.lease.held():
            self._leases.tell(robot.settings.id, what)

    def hold(self, robot_id: str) -> None:
        """It was stopped before this process had it, and nobody has released it."""
        conductor = self._robots[robot_id].conductor
        if not conductor.stopped:
            self._spawn(conductor.stop("stopped before", EARLIER), f"{robot_id} stop")

    async def _take_over(self, robot: Member) -> None:
        """What another process has not finished is interrupted as soon as the robot is ours."""
        while True:
            await robot.lease.gained()
            if self._journal is not None:
                self._journal.took_over(robot.settings.id)
            await robot.lease.lost()

    def _told(self, robot_id: str, what: Told) -> None:
        conductor = self._robots[robot_id].conductor
        if what == "stop":
            self._spawn(conductor.stop("asked elsewhere", ANOTHER_PROCESS), f"{robot_id} stop")
        else:
            self._spawn(conductor.resume(ANOTHER_PROCESS), f"{robot_id} resume")

    def _spawn(self, work: Coroutine[Any, Any, Any], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
