"""A robot's current mission, and everybody who is told of it: pages, the journal, the log."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog

from robot_bridge.clock import Clock
from robot_bridge.journal import Command, Journal
from robot_bridge.missions import Mission, MissionState

log = structlog.get_logger(__name__)


class Record:
    """Changes the mission in one place only; whoever listens cannot disturb it."""

    def __init__(
        self,
        robot_id: str,
        clock: Clock,
        journal: Journal,
        on_mission: Callable[[Mission], None],
        on_change: Callable[[], None],
    ) -> None:
        self._id = robot_id
        self._clock = clock
        self._journal = journal
        self._on_mission = on_mission
        self._on_change = on_change
        self.mission: Mission | None = None
        """The one that runs, or the last one."""

    @property
    def running(self) -> Mission | None:
        return self.mission if self.mission is not None and not self.mission.ended else None

    def begin(self, mission: Mission) -> None:
        """A new mission takes the place of one that has ended."""
        self.mission = mission
        log.info(
            "mission accepted",
            robot=self._id,
            mission=mission.id,
            kind=mission.kind,
            to=mission.target.id,
            requested_by=mission.requested_by,
        )
        self._tell(mission)

    def recall(self, mission: Mission) -> None:
        """Show a mission of an earlier process, unless there is one of this process."""
        if self.mission is None and mission.ended:
            self.mission = mission
            self._on_change()

    def set(self, mission: Mission, state: MissionState, reason: str | None = None) -> bool:
        """Change a mission that is still the current one and has not ended; whether it was."""
        changed = self.change(mission, state=state, reason=reason, question=None)
        if changed:
            log.info(
                "mission state", robot=self._id, mission=mission.id, state=state, reason=reason
            )
        return changed

    def change(self, mission: Mission, **fields: Any) -> bool:
        """The same for other fields than its state."""
        current = self.mission
        if current is None or current.id != mission.id or current.ended:
            return False
        self.mission = replace(current, **fields)
        self._tell(self.mission)
        return True

    def note(
        self, command: str, sent: str, came_back: str, asked_by: str, at: datetime | None = None
    ) -> None:
        """Write a command down, under the mission that runs or has just run."""
        mission = self.mission.id if self.mission is not None else None
        self._journal.command(
            Command(self._id, command, sent, came_back, asked_by, mission, at or self._clock.now())
        )

    def _tell(self, mission: Mission) -> None:
        try:
            self._journal.mission(self._id, mission)
            self._on_mission(mission)
        except Exception:  # whoever listens, the mission goes on
            log.exception("mission not told", robot=self._id, mission=mission.id)
        self._on_change()
