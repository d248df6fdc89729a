"""What is known about a vehicle: its newest report, how fresh it is, and whether to trust it.

Time is the bridge's own monotonic clock: what a vehicle writes into its timestamps decides nothing.
"""

import math
from collections import deque

from robot_bridge.drivers.vda5050.dialect import GONE
from robot_bridge.drivers.vda5050.factsheet import Factsheet
from robot_bridge.drivers.vda5050.reader import Position, Report

JUMP = 1.0
"""Metres that a position may be off by itself."""
FASTEST = 2.0
"""Metres a second that no vehicle here can make."""
DOUBT = 2.0
"""Seconds for which a position that has jumped is not trusted."""
TAKE_OVER = 1.0
"""Seconds in which a vehicle tells whose order it has."""
RIVALRY = 30.0
"""Seconds for which a second vehicle or master is remembered."""


class HeaderWatch:
    """Notices two senders on one topic by their counters (§6.4): these fall again and again.

    A vehicle that starts anew falls once; one that does not count at all never does.
    """

    FALLS = 3
    WINDOW = 100.0
    """Seconds: three states of a vehicle that stands and has nothing to tell."""

    def __init__(self) -> None:
        self._count: int | None = None
        self._falls: deque[float] = deque(maxlen=self.FALLS)

    def look(self, count: int | None, now: float) -> bool:
        """Take the next count; whether two senders take turns."""
        if count is None:
            return False
        if self._count is not None and count < self._count:
            self._falls.append(now)
        self._count = count
        return len(self._falls) == self.FALLS and now - self._falls[0] <= self.WINDOW


class Vehicle:
    """The vehicle as far as it has told, and since when."""

    def __init__(self, map_id: str | None) -> None:
        self._map_id = map_id
        self._headers = HeaderWatch()
        self._doubt_until = -math.inf
        self._rival_until = self._rival_since = -math.inf
        self._moved: tuple[Position, float] | None = None
        self._estimate = 0.0
        self._knows_place = False
        self.report: Report | None = None
        self.reports = 0
        """How many states have come."""
        self.state_at: float | None = None
        self.position: Position | None = None
        self.position_at: float | None = None
        self.speed: float | None = None
        self.charge_at: float | None = None
        self.gone = False
        """The broker or the vehicle itself says that it is away."""
        self.silent = False
        """It did not speak when it should have; only a new state changes that."""
        self.factsheet: Factsheet | None = None
        self.rival: str = ""

    def take_state(self, report: Report, now: float) -> None:
        """Note a state message that has just come."""
        if self._headers.look(report.header_id, now):
            self.note_rival("two vehicles use this serial number", now)
        self.report, self.state_at = report, now
        self.reports += 1
        self.gone = self.silent = False
        if report.charge is not None:
            self.charge_at = now
        if report.says_position:
            self.take_position(report.position, report.speed, now)
        elif report.speed is not None:
            self.speed = report.speed
        if not report.driving and report.speed is None:
            self.speed = 0.0

    def take_position(self, position: Position | None, speed: float | None, now: float) -> None:
        """Note a position and a speed, from a state or a visualization message."""
        if position is None:
            self.position = None
        else:
            self._check_jump(position, now)
            self.position, self.position_at = position, now
            if position.localised is not None:
                self._knows_place = position.localised
        self.speed = speed if speed is not None else self._estimate

    def take_connection(self, state: str) -> None:
        """Note a connection message; a state that comes afterwards knows better."""
        self.gone = state in GONE

    def note_rival(self, what: str, now: float) -> None:
        """Somebody else speaks for or to this vehicle."""
        if not self.rivalled(now):
            self._rival_since = now
        self.rival, self._rival_until = what, now + RIVALRY

    def forget(self) -> None:
        """The connection is lost: what was known is not fresh any more."""
        self.report = self.state_at = self.position = self.position_at = None
        self.speed = self.charge_at = self._moved = None
        self._headers = HeaderWatch()
        self._knows_place = False

    def rivalled(self, now: float) -> bool:
        return now < self._rival_until

    def taken_over(self, now: float) -> bool:
        """Whether somebody else has been there for so long that the vehicle must have told."""
        return self.rivalled(now) and now - self._rival_since >= TAKE_OVER

    def localised(self, now: float) -> bool:
        """Whether the vehicle knows where it is, and on which map."""
        here = self.position
        known = here is not None and self._knows_place
        return known and now >= self._doubt_until and self.on_map

    @property
    def on_map(self) -> bool:
        """Whether it drives by the map that the settings name."""
        return self._map_id is None or (
            self.position is not None and self.position.map_id == self._map_id
        )

    def fresh(self, now: float, limit: float) -> bool:
        """Whether a state has come within so many seconds, from a vehicle that is there."""
        if self.state_at is None or self.gone or self.silent:
            return False
        return now - self.state_at <= limit

    def _check_jump(self, position: Position, now: float) -> None:
        last = self._moved
        if last is not None:
            way = math.dist((position.x, position.y), (last[0].x, last[0].y))
            passed = now - last[1]
            if way > JUMP + FASTEST * passed or position.map_id != last[0].map_id:
                self._doubt_until = now + DOUBT
            elif passed < 0.2:
                return  # too soon to tell a speed from it
            else:
                self._estimate = way / passed if passed < 3 else 0.0
        self._moved = (position, now)
