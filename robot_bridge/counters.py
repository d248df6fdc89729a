"""What missions need to know of the centre's counters; the application tells it."""

from typing import Protocol

from robot_bridge.places import Place


class Counters(Protocol):
    """Answers at once, from memory."""

    def closed(self, place: Place) -> bool:
        """Whether the counter at this place does not serve now; False for what is no counter."""

    def instead(self, place: Place) -> Place | None:
        """The next counter that is open and serves the same matters; None: there is none."""


class AlwaysOpen:
    """Where nothing is known of counters, nothing is closed."""

    def closed(self, place: Place) -> bool:
        return False

    def instead(self, place: Place) -> Place | None:
        return None
