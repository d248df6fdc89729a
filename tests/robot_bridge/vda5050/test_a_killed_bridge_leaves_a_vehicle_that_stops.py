"""kill -9 while driving (robot.md §11, 31): the vehicle stops at the end of its base."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import aiomqtt
import pytest
from small_lobby import HOME, small_lobby
from vda_broker import Mosquitto
from vda_peers import ROOT, Peer, node_vehicle, sdk_vehicle

from robot_bridge.clock import SystemClock
from robot_bridge.driver import DriverConfig, Goal
from robot_bridge.drivers.vda5050 import KIND
from robot_bridge.drivers.vda5050.reader import Report, decode, read_state

FACTOR = 2.0


async def states(client: aiomqtt.Client) -> AsyncIterator[Report]:
    await client.subscribe("uagv/v2/letan-test/peer-1/state")
    async for message in client.messages:
        assert isinstance(message.payload, bytes)
        yield read_state(decode(message.payload))


def start_bridge(url: str) -> "subprocess.Popen[bytes]":
    here = Path(__file__).parent
    return subprocess.Popen(
        [sys.executable, str(here / "lone_bridge.py"), url, str(FACTOR)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{here.parent}"},
    )


@pytest.mark.parametrize("vehicle", [node_vehicle, sdk_vehicle])
async def test_the_next_start_cancels_what_the_killed_one_began(
    broker: Mosquitto, vehicle: Callable[..., Peer]
) -> None:
    peer = vehicle(broker.url, factor=FACTOR)
    bridge = start_bridge(broker.url)
    try:
        assert bridge.stdout is not None
        line = await asyncio.wait_for(asyncio.to_thread(_until_driving, bridge), 30)
        assert line == b"driving\n"
        bridge.kill()
        bridge.wait(10)
        config = DriverConfig(
            "robot-1",
            small_lobby(),
            HOME.pose,
            None,
            0.6,
            SystemClock(FACTOR),
            broker.url,
            "lobby",
            None,
            {"manufacturer": "letan-test", "serial": "peer-1"},
        )
        async with aiomqtt.Client("127.0.0.1", broker.port) as client:
            report = await asyncio.wait_for(_resting(states(client)), 30)
        assert report.has_order, "it waits at the end of its base"
        assert report.position is not None
        assert report.position.x <= 1.0 + (5.5 - 4.3) + 1.5, "what was released and no more"
        driver = KIND(config)
        await driver.connect()
        try:
            assert (await driver.stop("look")).confirmed
            await driver.resume()
            await driver.go_to(Goal("b", HOME.pose))
        finally:
            await driver.close()
    finally:
        bridge.kill()
        bridge.wait(10)
        peer.kill()


def _until_driving(bridge: "subprocess.Popen[bytes]") -> bytes:
    """The line that says so, among those of the log."""
    assert bridge.stdout is not None
    for line in bridge.stdout:
        if line == b"driving\n":
            return line
    return b""


async def _resting(reports: AsyncIterator[Report]) -> Report:
    """The last state before the vehicle has nothing more to say."""
    last: Report | None = None
    while True:
        try:
            last = await asyncio.wait_for(anext(reports), 2)
        except TimeoutError:
            assert last is not None
            return last
