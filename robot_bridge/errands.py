"""How each kind of mission is carried out, once it has been taken. The conductor owns the rest."""

import math
from dataclasses import dataclass
from typing import Protocol

import structlog

from robot_bridge.clock import Clock
from robot_bridge.driver import Capability, DriverError, FailureCode, Goal, Pose
from robot_bridge.journey import Journey, LegFailed, Watcher
from robot_bridge.link import KeptDriver
from robot_bridge.missions import Mission, MissionState, Policy
from robot_bridge.places import Place
from robot_bridge.sentences import EXCUSE_ME, FOLLOW_ME, GOING_HOME, GOING_TO_CHARGE

log = structlog.get_logger(__name__)


class Progress(Protocol):
    """What an errand may do to the mission that it carries out."""

    def current(self) -> Mission:
        """The mission as it is now."""

    def show(self, state: MissionState) -> None:
        """Change its state, unless it has ended."""

    def say(self, source: str, place: Place | None = None) -> None: ...

    def gate(self) -> None:
        """Raise `LegFailed` when the robot may not move now."""


@dataclass(frozen=True, slots=True)
class Errands:
    """Drives one robot through missions; one at a time."""

    robot_id: str
    driver: KeptDriver
    journey: Journey
    policy: Policy
    clock: Clock

    async def perform(self, run: Progress) -> None:
        """Return when the mission is done. Raises `LegFailed` and `DriverError`."""
        await {"lead": self._lead, "return": self._return, "dock": self._charge}[
            run.current().kind
        ](run)

    async def _lead(self, run: Progress) -> None:
        await self._announce(run, FOLLOW_ME)
        await self._set_off(run)
        await self._go(run, run.current().target.pose)

    async def _return(self, run: Progress) -> None:
        await self._announce(run, GOING_HOME)
        await self._set_off(run)
        await self._go(run, run.current().target.pose)

    async def _charge(self, run: Progress) -> None:
        await self._announce(run, GOING_TO_CHARGE)
        if self.driver.snapshot().charging:
            return
        await self._set_off(run)
        await self._go(run, run.current().target.pose)
        if Capability.DOCK in self.driver.capabilities():
            await self._dock(run)

    async def _announce(self, run: Progress, source: str) -> None:
        run.show("announcing")
        run.say(source, run.current().target)
        await self.clock.sleep(self.policy.announce_seconds)

    async def _set_off(self, run: Progress) -> None:
        """The gate again, the speed, and away from the charger."""
        run.gate()
        run.show("moving")
        can = self.driver.capabilities()
        if Capability.SPEED_LIMIT in can:
            await self.driver.set_speed_limit(self.policy.max_speed)
        state = self.driver.snapshot()
        if Capability.DOCK in can and (state.activity == "docked" or state.charging):
            await self.journey.drive(
                self.driver.undock, self._watcher(run), self.policy.manoeuvre_seconds, again=False
            )

    async def _go(self, run: Progress, pose: Pose) -> None:
        await self.journey.drive(
            lambda goal_id: self.driver.go_to(Goal(goal_id, pose)),
            self._watcher(run),
            self._longest(pose),
        )

    async def _dock(self, run: Progress) -> None:
        """Docked is who charges, whatever the robot answers."""
        for _ in range(self.policy.dock_attempts):
            try:
                await self.journey.drive(
                    self.driver.dock,
                    self._watcher(run),
                    self.policy.manoeuvre_seconds,
                    again=False,
                )
            except (LegFailed, DriverError) as error:
                if error.code is not FailureCode.DOCKING_FAILED:
                    raise
                log.warning("docking failed", robot=self.robot_id, text=error.text)
            if self.driver.snapshot().charging:
                return
        raise LegFailed(FailureCode.DOCKING_FAILED, "the robot does not charge")

    def _watcher(self, run: Progress) -> Watcher:
        def show(waits: bool) -> None:
            if (run.current().state == "waiting") != waits:
                run.show("waiting" if waits else "moving")

        return Watcher(waiting=show, ask=lambda: run.say(EXCUSE_ME))

    def _longest(self, target: Pose) -> float:
        """Seconds that a way may take when the robot does not tell how far it is."""
        pose = self.driver.snapshot().pose
        straight = 0.0 if pose is None else math.dist((pose.x, pose.y), (target.x, target.y))
        return 3 * straight / self.policy.slowest + 30
