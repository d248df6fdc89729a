"""One robot of the fleet, and how it is seen."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from assistant.robots.view import RobotView, activity_of, busy_of, line_of
from assistant.settings import RobotSettings
from robot_bridge.conductor import Conductor, Posts
from robot_bridge.lease import Lease
from robot_bridge.link import KeptDriver
from robot_bridge.planner import Point, path_length


@dataclass(slots=True)
class Member:
    """A robot with all that the fleet keeps about it."""

    settings: RobotSettings
    posts: Posts
    kept: KeptDriver
    lease: Lease
    conductor: Conductor
    watchers: set[asyncio.Event]
    way: tuple[Point, ...] = ()

    def touch(self) -> None:
        touch(self.watchers)

    def view(self, at: datetime) -> RobotView:
        state, mission = self.conductor.state(), self.conductor.mission
        under_way = mission is not None and not mission.ended
        path: tuple[Point, ...] = ()
        remaining: float | None = None
        if under_way:
            path = state.path or self.way
            remaining = path_length(path) if state.remaining is None and path else state.remaining
        return RobotView(
            id=self.settings.id,
            name=self.settings.name,
            driver=self.settings.driver,
            link=state.link,
            pose=state.pose,
            speed=round(state.speed, 3),
            battery=state.battery,
            charging=state.charging,
            e_stop=state.e_stop,
            stopped=self.conductor.stopped,
            activity=activity_of(state, mission),
            blocked=state.blocked or state.field_violation,
            mission=mission,
            path=path,
            remaining=remaining,
            busy_seconds=busy_of(self.conductor),
            line=line_of(self.conductor),
            errors=state.errors,
            at=at,
        )


def touch(watchers: set[asyncio.Event]) -> None:
    """Wake everybody who looks at states."""
    for watcher in watchers:
        watcher.set()
