"""People who stroll about a simulated lobby: somewhere, stand a while, somewhere else."""

import math
from random import Random

from robot_bridge.clock import Clock, wait_for_event
from robot_bridge.drivers.simulator.people import Walker
from robot_bridge.drivers.simulator.world import World
from robot_bridge.planner import NoPath, Point, plan

ROOM = 0.35
"""Metres from walls at which people stand."""
_LONGEST = 60.0
"""Seconds after which somebody who does not get on wants to go elsewhere."""
_TRIES = 200


async def stroll(world: World, clock: Clock, number: int) -> None:
    """One person's time in the lobby; ends only by being cancelled."""
    rng = Random(f"stroller {number}")
    start = _somewhere(world, rng)
    if start is None:
        return
    walker = Walker(*start, pace=rng.uniform(0.6, 1.3))
    here = world.welcome(walker)
    try:
        while True:
            await clock.sleep(rng.uniform(2.0, 20.0))
            there = _somewhere(world, rng)
            if there is None:
                continue
            try:
                way = plan(world.map, (walker.x, walker.y), there, clearance=walker.radius + 0.04)
            except NoPath:
                continue
            walker.go(way[1:])
            await wait_for_event(walker.arrived, clock, _LONGEST)
            walker.stop()
    finally:
        world.farewell(here)


def _somewhere(world: World, rng: Random) -> Point | None:
    """A free place of the map with nobody near; None: none was found."""
    wide, high = world.map.width, world.map.height
    for _ in range(_TRIES):
        spot = world.map.to_world(rng.uniform(0, wide - 1), rng.uniform(0, high - 1))
        if world.map.clearance(*spot) >= ROOM and all(
            math.dist(spot, (thing.x, thing.y)) - thing.radius > 0.8 for thing in world.others(None)
        ):
            return spot
    return None
