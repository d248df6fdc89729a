"""What robots know of the counters: the centre's own live view, looked at now and then."""

import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from robot_bridge.places import Place, read_places

LOOK_EVERY = 2.0
"""Seconds that a look at the counters is good for."""


class CentreView(Protocol):
    """The part of the centre that is needed here; answers from memory."""

    def static(self) -> dict[str, Any]: ...

    def context(self) -> dict[str, Any]: ...


class CentreCounters:
    """The counters of a centre (`robot_bridge.counters.Counters`)."""

    def __init__(self, centre: CentreView, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._centre = centre
        self._monotonic = monotonic
        self._looked: float | None = None
        self._live: Mapping[str, Any] = {}

    def closed(self, place: Place) -> bool:
        """Whether it does not serve now; what the centre does not know is not closed."""
        counter = self._at(place.id)
        live = self._now().get(counter["id"]) if counter is not None else None
        return live is not None and not live["open"]

    def instead(self, place: Place) -> Place | None:
        """The open counter with the same matters where fewest people wait."""
        counter, live = self._at(place.id), self._now()
        if counter is None:
            return None
        wanted = set(counter["services"])
        others = [
            other
            for other in self._centre.static()["counters"]
            if other["id"] != counter["id"]
            and wanted & set(other["services"])
            and live.get(other["id"], {}).get("open")
        ]
        places = {found.id: found for found in read_places(self._centre.static()["places"])}
        for other in sorted(others, key=lambda other: live[other["id"]].get("waiting") or 0):
            if other["place"] in places:
                return places[other["place"]]
        return None

    def _at(self, place: str) -> Mapping[str, Any] | None:
        for counter in self._centre.static()["counters"]:
            if counter["place"] == place:
                found: Mapping[str, Any] = counter
                return found
        return None

    def _now(self) -> Mapping[str, Any]:
        now = self._monotonic()
        if self._looked is None or now - self._looked >= LOOK_EVERY:
            self._live, self._looked = self._centre.context()["counters"], now
        return self._live
