"""Who has a procedure open to edit: "đang được … sửa". It hinders nobody; versions do."""

import time
from collections.abc import Callable
from typing import Any

LASTS_SECONDS = 90.0
"""Whoever has not been heard of for so long has gone."""
_PRESENCE = "catalogue_presence"


class Presence:
    """On `app.state`; forgotten when the process ends."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: dict[tuple[str, str], tuple[str, float]] = {}

    def here(self, code: str, key: str, name: str) -> list[str]:
        """Say that ``name`` has it open; ``key`` names the page or session. Returns the others."""
        now = self._clock()
        self._seen = {k: seen for k, seen in self._seen.items() if seen[1] > now - LASTS_SECONDS}
        self._seen[code, key] = name, now
        return sorted({who for (c, k), (who, _) in self._seen.items() if c == code and k != key})

    def gone(self, code: str, key: str) -> None:
        self._seen.pop((code, key), None)


def presence_of(state: Any) -> Presence:
    """The one of this application, on its ``app.state``."""
    found = getattr(state, _PRESENCE, None)
    if not isinstance(found, Presence):
        found = Presence()
        setattr(state, _PRESENCE, found)
    return found
