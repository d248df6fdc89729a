"""A battery that a lobby robot may have: a day standing, a few hours driving, two to charge."""

from dataclasses import dataclass

IDLE_HOURS = 24.0
DRIVING_HOURS = 5.0
CHARGING_HOURS = 2.0


@dataclass(slots=True)
class Battery:
    """``level`` is 0 to 1."""

    level: float = 0.9

    def pass_time(self, seconds: float, *, driving: bool, charging: bool) -> None:
        if charging:
            change = seconds / 3600 / CHARGING_HOURS
        else:
            change = -seconds / 3600 / (DRIVING_HOURS if driving else IDLE_HOURS)
        self.level = min(1.0, max(0.0, self.level + change))
