"""The counters of a simulated day: they call the next number, wait for its holder, and serve."""

import asyncio
import math
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from assistant.centre.hours import Schedule
from assistant.centre.model import Counter as Desk
from assistant.centre.service import Centre
from assistant.simulation.clock import DayClock
from assistant.simulation.record import Record
from robot_bridge.clock import wait_for_event

LOOK_EVERY = 15.0
"""Seconds between two looks whether somebody waits."""
OVERTIME = 20.0
"""Minutes after closing in which those who hold a number are still served."""
COMES_WITHIN = 150.0
"""Seconds for whoever was called to come to the counter."""
QUICKER = 0.8
"""How long serving takes on average, of what the centre's settings plan for it."""


@dataclass(slots=True)
class Turn:
    """Somebody with a number."""

    called: asyncio.Event = field(default_factory=asyncio.Event)
    here: asyncio.Event = field(default_factory=asyncio.Event)
    done: asyncio.Event = field(default_factory=asyncio.Event)
    gone: bool = False


class Counters:
    """Serves everybody who takes a number."""

    def __init__(self, centre: Centre, clock: DayClock, record: Record, seed: int) -> None:
        self._centre = centre
        self._clock = clock
        self._record = record
        self._seed = seed
        self._turns: dict[int, Turn] = {}
        self._waiting: Counter[str] = Counter()

    def take(self, number: int, counter: str) -> None:
        """Somebody holds this number from now on."""
        if number not in self._turns:
            self._waiting[counter] += 1
            self._turns[number] = Turn()

    def turn(self, number: int) -> Turn:
        """Of somebody who holds this number."""
        return self._turns[number]

    async def serve(self, counter: Desk) -> None:
        """One counter's day; ends never."""
        rng = Random(f"letan {self._seed} counter {counter.id}")
        schedule = self._centre.schedules.counters[counter.id]
        serving = False
        while True:
            call = None
            if self._works(schedule) and (serving or self._waiting[counter.id]):
                async with self._clock.standing_still():
                    call = await self._centre.call_next(counter.id)
            serving = call is not None
            if call is None:
                await self._clock.sleep(LOOK_EVERY)
                continue
            self._waiting[counter.id] -= 1
            turn = self._turns[call.number]
            turn.called.set()
            if not turn.gone and await wait_for_event(turn.here, self._clock, COMES_WITHIN):
                seconds = service_seconds(counter.service_minutes, rng)
                await self._clock.sleep(seconds)
                self._record.busy[counter.id] += round(seconds)
            turn.done.set()

    def _works(self, schedule: Schedule) -> bool:
        """Open, or shortly after: whoever has waited is still served."""
        now = self._clock.now()
        return schedule.is_open(now) or schedule.is_open(now - timedelta(minutes=OVERTIME))


def service_seconds(minutes: float, rng: Random) -> float:
    """How long one visitor is served: a few take long, most are quick (log-normal)."""
    spread = 0.45
    middle = math.log(minutes * QUICKER) - spread**2 / 2
    return min(max(rng.lognormvariate(middle, spread), 1.5), 45.0) * 60
