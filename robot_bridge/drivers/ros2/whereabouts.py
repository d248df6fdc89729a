"""Where the robot is: its localisation, carried on by its odometry.

A localised robot that stands tells its pose once and then nothing (AMCL publishes when it has
moved); its odometry goes on. A pose therefore counts as fresh while the odometry is.
"""

import math

from robot_bridge.drivers.ros2.readings import Placed
from robot_bridge.lobby_map import LobbyMap

JUMP = 1.5
"""Metres between where it should be and where it says to be that no correction explains."""
FASTEST = 2.0
"""Metres a second that nothing in a lobby drives."""
SETTLE_SECONDS = 3.0
"""After a jump, without another one, until the pose is believed."""
BLIND = 2.0
"""Metres by its wheels alone, then it has to be told again where it is."""
STEADY = 0.02
"""Metres and radians by which a standing robot's pose may waver."""


class Whereabouts:
    """The pose in the map, and whether it can be believed."""

    def __init__(self, lobby_map: LobbyMap, frame: str, base: str, deviation: float) -> None:
        self._map = lobby_map
        self._frame = frame_of(frame)
        self._base = frame_of(base)
        self._most_deviation = deviation
        self._tree: dict[str, Placed] = {}
        self._odometry: Placed | None = None
        self._odometry_at: float | None = None
        self._anchor: tuple[Placed, Placed | None] | None = None
        self._anchor_at: float | None = None
        self._deviation = 0.0
        self._settled_from = -math.inf
        self._rested: tuple[Placed, float] | None = None
        self._no_pose = "no pose has come"
        self._leap = 0.0

    @property
    def position(self) -> Placed | None:
        """Metres and radians in the map frame."""
        if self._anchor is None:
            return None
        pose, then = self._anchor
        if then is None or self._odometry is None:
            return pose
        return pose.then(self._odometry.seen_from(then))

    @property
    def at(self) -> float | None:
        """When the position was last known to be right."""
        if self._anchor_at is None or self._anchor is None:
            return None
        if self._odometry_at is None or self._anchor[1] is None:
            return self._anchor_at
        return max(self._anchor_at, self._odometry_at)

    def localised(self, now: float) -> bool:
        here = self.position
        return (
            here is not None
            and now >= self._settled_from
            and self._deviation <= self._most_deviation
            and self._blindly <= BLIND
            and self._map.inside(here.x, here.y)
        )

    def trouble(self, now: float) -> str:
        """Why it is not localised, in words; empty when it is."""
        here = self.position
        if here is None:
            return self._no_pose
        if now < self._settled_from:
            return f"the pose has jumped by {self._leap:.1f} m"
        if self._deviation > self._most_deviation:
            return f"the pose may be wrong by {self._deviation:.1f} m"
        if self._blindly > BLIND:
            return f"no pose for {self._blindly:.1f} m"
        return "" if self._map.inside(here.x, here.y) else "the pose is not on the map"

    @property
    def _blindly(self) -> float:
        """Metres from where it was last told to be."""
        here = self.position
        if here is None or self._anchor is None:
            return 0.0
        return math.dist((here.x, here.y), (self._anchor[0].x, self._anchor[0].y))

    def still_for(self, now: float) -> float:
        """Seconds for which the position has not changed, as far as it was told."""
        return 0.0 if self._rested is None else now - self._rested[1]

    def take_pose(self, placed: Placed | None, now: float) -> None:
        """What the localisation says; None: something that is no pose."""
        if placed is None:
            self._lose("the pose is no position")
            return
        if placed.frame and placed.frame != self._frame:
            self._lose(f"the pose is told in the frame {placed.frame}, not {self._frame}")
            return
        expected = self.position
        if expected is not None and self.at is not None:
            leap = math.dist((expected.x, expected.y), (placed.x, placed.y))
            if leap > JUMP + FASTEST * min(5.0, now - self.at):
                self._settled_from, self._leap = now + SETTLE_SECONDS, leap
        self._deviation = placed.deviation
        self._anchor, self._anchor_at = (placed, self._odometry), now
        self._watch(now)

    def take_odometry(self, placed: Placed | None, now: float) -> None:
        """Where the robot believes to be by its wheels."""
        last, last_at = self._odometry, self._odometry_at
        if placed is None:
            return
        if last is not None and last_at is not None and self._anchor is not None:
            leap = math.dist((last.x, last.y), (placed.x, placed.y))
            if leap > 0.5 + FASTEST * min(5.0, now - last_at):
                here = self.position  # the wheels count anew; the robot stays where it is
                assert here is not None
                self._anchor = (here, placed)
            elif self._anchor[1] is None:
                self._anchor = (self._anchor[0], placed)
        self._odometry, self._odometry_at = placed, now
        self._watch(now)

    def take_transforms(self, found: list[Placed], now: float) -> None:
        """Transforms of TF; the pose is where they lead from the map to the robot's base."""
        for transform in found:
            if len(self._tree) < 500 or transform.child in self._tree:
                self._tree[transform.child] = transform
        chain: list[Placed] = []
        frame = self._base
        while frame != self._frame and frame in self._tree and len(chain) < 20:
            chain.append(self._tree[frame])
            frame = chain[-1].frame
        if frame != self._frame or not chain:
            self._no_pose = f"TF does not lead from {self._frame} to {self._base}"
            return
        if not any(transform in chain for transform in found):
            return
        pose = chain.pop()
        while chain:
            pose = pose.then(chain.pop())
        self.take_pose(pose, now)

    def _lose(self, problem: str) -> None:
        self._anchor = self._anchor_at = None
        self._no_pose = problem

    def _watch(self, now: float) -> None:
        here, rested = self.position, self._rested
        if here is None:
            self._rested = None
            return
        if rested is not None:
            moved = math.dist((here.x, here.y), (rested[0].x, rested[0].y))
            turned = abs(math.remainder(here.theta - rested[0].theta, math.tau))
            if moved <= STEADY and turned <= STEADY:
                return
        self._rested = (here, now)


def frame_of(name: str) -> str:
    return name.lstrip("/")
