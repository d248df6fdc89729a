"""A vehicle built on the independent package vda5050-sdk (VDA 5050 2.1.0), for the tests.

The package accepts orders, stitches updates, cancels and reports; here are only wheels. Started
with one argument: its settings as JSON. Lives until it is killed or its input ends.
"""

import asyncio
import json
import math
import sys
from typing import Any

from vda5050.client.agv.client import VehicleClient
from vda5050.config import VehicleConfig

TICK = 0.02


class Wheels:
    """Drives to the released nodes, one after the other."""

    def __init__(self, client: VehicleClient, factor: float) -> None:
        self._state = client.publisher
        self._factor = factor
        self.x, self.y, self.theta = 1.0, 1.0, 0.0
        self._speeds: dict[str, float] = {}
        self._places: dict[str, Any] = {}
        self._moving = False

    def learn(self, order: Any) -> None:
        for edge in order.edges:
            self._speeds[edge.end_node_id] = edge.max_speed
        for node in order.nodes:
            self._places[node.node_id] = node.node_position

    def report(self, speed: float) -> None:
        if self._state.driving != (speed > 0):
            self._state.set_driving(speed > 0)
        self._state.set_velocity(vx=speed, vy=0.0, omega=0.0)
        self._state.update_position(x=self.x, y=self.y, theta=self.theta, map_id="lobby")

    def tick(self) -> None:
        """A step of the wheels; the next one follows by itself."""
        asyncio.get_running_loop().call_later(TICK, self.tick)
        ahead = [node for node in self._state.node_states if node.released]
        if ahead and not self._state.paused:
            self._moving = True
            self.advance(ahead[0], TICK * self._factor)
        elif self._moving:
            self._moving = False
            self.report(0.0)

    def advance(self, node: Any, seconds: float) -> None:
        place, speed = self._places[node.node_id], self._speeds.get(node.node_id, 0.3)
        dx, dy = place.x - self.x, place.y - self.y
        length, way = math.hypot(dx, dy), speed * seconds
        if length <= way or length < 1e-6:
            self.x, self.y = place.x, place.y
            self.theta = place.theta if place.theta is not None else self.theta
            last = len(self._state.node_states) == 1
            self.report(0.0 if last else speed)
            self._state.mark_node_traversed(node.node_id, node.sequence_id)
            return
        self.theta = math.atan2(dy, dx)
        self.x, self.y = self.x + dx / length * way, self.y + dy / length * way
        self.report(speed)


async def main(settings: dict[str, Any]) -> None:
    client = VehicleClient(
        VehicleConfig(
            broker_url=settings["url"],
            manufacturer=settings["manufacturer"],
            serial_number=settings["serial"],
            state_interval=settings["statePeriod"],
            keepalive=2,
            validate_messages=True,
        )
    )
    await client.connect()
    wheels = Wheels(client, settings["factor"])
    client.on_order(wheels.learn)
    wheels.report(0.0)
    wheels.tick()
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await client.disconnect()


asyncio.run(main(json.loads(sys.argv[1])))
