"""A bridge as a process of its own, to be killed: sends its vehicle far away and says so."""

import asyncio
import sys

from small_lobby import DOCK, HOME, small_lobby

from robot_bridge.clock import SystemClock
from robot_bridge.driver import DriverConfig, Goal, Pose, Progress
from robot_bridge.drivers.vda5050 import KIND


async def main(url: str, factor: float) -> None:
    options = {"manufacturer": "letan-test", "serial": "peer-1"}
    clock = SystemClock(factor)
    driver = KIND(
        DriverConfig(
            "robot-1", small_lobby(), HOME.pose, DOCK.pose, 0.6, clock, url, "lobby", None, options
        )
    )
    await driver.connect()
    events = driver.events()
    await driver.go_to(Goal("a", Pose(6.5, 1.0, 0.0)))
    async for event in events:
        if isinstance(event, Progress) and event.remaining < 4.8:
            print("driving", flush=True)


asyncio.run(main(sys.argv[1], float(sys.argv[2])))
