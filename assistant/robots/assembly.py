"""How a robot of the settings is put together: driver, lease, conductor, and who is told."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from assistant.robots.announcements import Announcements
from assistant.robots.errors import post_unknown
from assistant.robots.journal import StoredJournal
from assistant.robots.leases import StoredLeases
from assistant.robots.member import Member, touch
from assistant.settings import RobotSettings
from robot_bridge.clock import Clock
from robot_bridge.conductor import Conductor, Posts
from robot_bridge.counters import Counters
from robot_bridge.driver import DriverConfig, RobotDriver
from robot_bridge.lease import Lease, Sole
from robot_bridge.link import KeptDriver
from robot_bridge.lobby_map import LobbyMap
from robot_bridge.missions import Policy
from robot_bridge.passages import Passages
from robot_bridge.places import Place


@dataclass(frozen=True, slots=True)
class Assembly:
    """What all robots of a fleet share."""

    lobby_map: LobbyMap
    places: Mapping[str, Place]
    stops: tuple[Place, ...]
    policy: Policy
    clock: Clock
    counters: Counters | None
    journal: StoredJournal | None
    passages: Passages
    announcements: Announcements
    leases: StoredLeases | None
    drivers: Callable[[str], Callable[[DriverConfig], RobotDriver]]

    def member(self, robot: RobotSettings) -> Member:
        """Raises LetanError `robot_post_unknown`."""
        home = self.places.get(robot.home)
        if home is None:
            raise post_unknown(robot.id, "home", robot.home, list(self.places))
        posts = Posts(home, self.places.get(robot.dock), self.stops)
        policy = replace(self.policy, max_speed=robot.max_speed)
        config = DriverConfig(
            robot.id,
            self.lobby_map,
            home.pose,
            posts.dock.pose if posts.dock else None,
            robot.max_speed,
            self.clock,
            robot.url.get_secret_value() if robot.url else None,
            robot.map,
            robot.capabilities,
            robot.options,
        )
        lease: Lease = self.leases.of(robot.id) if self.leases is not None else Sole()
        guarded = replace(config, may_send=lease.held)
        kept = KeptDriver(
            robot.id,
            lambda: self.drivers(robot.driver)(guarded),
            self.clock,
            lease,
            (lambda: self.drivers(robot.driver)(config)) if robot.url is not None else None,
        )
        watchers: set[asyncio.Event] = set()
        conductor = Conductor(
            robot.id,
            kept,
            lobby_map=self.lobby_map,
            posts=posts,
            policy=policy,
            clock=self.clock,
            on_change=lambda: touch(watchers),
            on_say=lambda said: self.announcements.said(robot.id, said),
            on_mission=lambda mission: self.announcements.changed(robot.id, mission),
            counters=self.counters,
            journal=self.journal,
            passages=self.passages,
        )
        return Member(robot, posts, kept, lease, conductor, watchers)
