"""How long a stop takes with many VDA 5050 vehicles that talk all the time (docs/robots.md).

``.venv/bin/python -m benchmarks.robot_stops [--vehicles 20] [--rate 50] [--rounds 5]``: a real
mosquitto, one process that plays the vehicles, and the application's fleet with its journal and its
leases in SQLite. All vehicles are stopped at once; told is the wall time from the call until the
``cancelOrder`` is written to the socket (our part), has reached the vehicle through the broker, and
to the answer of the door, for which the vehicle has to say that it stands.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import structlog
from paho.mqtt.enums import CallbackAPIVersion

from assistant.robots.journal import StoredJournal
from assistant.robots.leases import StoredLeases
from assistant.robots.service import Fleet
from assistant.settings import ROOT, RobotSettings
from assistant.storage.database import Database
from assistant.storage.migrate import migrate
from robot_bridge.drivers.vda5050.mqtt import MqttLink
from robot_bridge.lobby_map import load_map
from robot_bridge.missions import Policy

sys.path.insert(0, str(ROOT / "tests" / "robot_bridge"))
CENTRE = ROOT / "data" / "centre"
PLACES = [{"id": "home", "kind": "home", "pose": {"x": 0.0, "y": -4.0}}]
MAKER = "letan-bench"
TARGET_MS = 200


class Vehicles:
    """Many vehicles in one process: they drive when told, and stand after a cancelOrder."""

    def __init__(self, port: int, count: int) -> None:
        self.driving = [False] * count
        self.ended: list[list[str]] = [[] for _ in range(count)]
        self.cancelled_at: list[float | None] = [None] * count
        self._header = 0
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self._client.on_message = lambda _, __, message: self._take(message)
        self._client.connect("127.0.0.1", port)
        self._client.subscribe(f"uagv/v2/{MAKER}/+/instantActions")
        self._client.loop_start()

    def _take(self, message: mqtt.MQTTMessage) -> None:
        now, number = time.monotonic(), int(message.topic.split("/")[3][1:])
        for action in json.loads(message.payload)["actions"]:
            if action["actionType"] != "cancelOrder":
                continue
            if self.driving[number]:
                self.cancelled_at[number] = now
            self.driving[number] = False
            self.ended[number] = [*self.ended[number][-3:], action["actionId"]]
            self.report(number)

    def go(self) -> None:
        self.cancelled_at = [None] * len(self.driving)
        self.driving = [True] * len(self.driving)

    def report(self, number: int) -> None:
        """Send a state of the usual size."""
        driving = self.driving[number]
        self._header += 1
        nodes = [{"nodeId": f"n{k}", "sequenceId": 2 * k, "released": True} for k in range(10)]
        state = {
            "headerId": self._header,
            "timestamp": "2026-11-22T08:00:00.00Z",
            "version": "2.0.0",
            "manufacturer": MAKER,
            "serialNumber": f"s{number}",
            "orderId": "another" if driving else "",
            "orderUpdateId": 0,
            "lastNodeId": "n0",
            "lastNodeSequenceId": 0,
            "driving": driving,
            "operatingMode": "AUTOMATIC",
            "nodeStates": nodes if driving else [],
            "edgeStates": [],
            "actionStates": [
                {"actionId": id_, "actionType": "cancelOrder", "actionStatus": "FINISHED"}
                for id_ in self.ended[number]
            ],
            "batteryState": {"batteryCharge": 80, "charging": False},
            "errors": [],
            "safetyState": {"eStop": "NONE", "fieldViolation": False},
            "agvPosition": {
                "x": 0.0,
                "y": -4.0,
                "theta": 0.0,
                "mapId": "lobby",
                "positionInitialized": True,
            },
            "velocity": {"vx": 0.5 if driving else 0.0, "vy": 0.0, "omega": 0.0},
        }
        self._client.publish(f"uagv/v2/{MAKER}/s{number}/state", json.dumps(state))

    def live(self, rate: float) -> None:
        """Until the input ends: a line sets them in motion, another one asks when they stood."""
        asked = asyncio.Event()

        async def listen() -> None:
            while line := await asyncio.to_thread(sys.stdin.readline):
                if line == "go\n":
                    self.go()
                now = time.monotonic()
                print(json.dumps([self._header, now, self.cancelled_at]), flush=True)
            asked.set()

        async def talk() -> None:
            listening = asyncio.create_task(listen())
            due = time.monotonic()
            while not asked.is_set():
                for number in range(len(self.driving)):
                    self.report(number)
                due += 1 / rate
                await asyncio.sleep(max(0.0, due - time.monotonic()))
            await listening

        asyncio.run(talk())


def robots(count: int, url: str) -> list[RobotSettings]:
    return [
        RobotSettings.model_validate(
            {
                "id": f"robot-{number}",
                "driver": "vda5050",
                "url": url,
                "map": "lobby",
                "manufacturer": MAKER,
                "serial": f"s{number}",
                "instant_actions_field": "actions",
            }
        )
        for number in range(count)
    ]


def play(port: int, count: int, rate: float) -> "subprocess.Popen[str]":
    """The vehicles as a process of their own."""
    command = [sys.executable, "-m", "benchmarks.robot_stops", "--play", str(port)]
    return subprocess.Popen(
        [*command, "--vehicles", str(count), "--rate", str(rate)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


async def measure(count: int, rate: float, rounds: int, folder: Path) -> dict[str, Any]:
    """The figures, times in milliseconds."""
    from vda_broker import Mosquitto

    broker = Mosquitto(folder)
    broker.start()
    peer = play(broker.port, count, rate)
    database = Database(f"sqlite+aiosqlite:///{folder / 'letan.db'}")
    await migrate(database)
    fleet = Fleet(
        robots(count, broker.url),
        load_map(CENTRE / "map.yaml"),
        PLACES,
        policy=Policy(return_after=None),
        journal=StoredJournal(database),
        leases=StoredLeases(database),
        watch_loop=True,
    )
    sent = _watch_sockets()
    ours: list[float] = []
    reached: list[float] = []
    answered: list[float] = []
    confirmed = 0
    try:
        await fleet.start()
        await _until_linked(fleet)
        cpu, (before, began, _) = time.process_time(), await _ask(peer, "when")
        await asyncio.sleep(3)
        after, ended, _ = await _ask(peer, "when")
        share = (time.process_time() - cpu) / (ended - began)
        for _ in range(rounds):
            await _ask(peer, "go")
            await asyncio.sleep(1)
            sent.clear()
            at = time.monotonic()

            async def stop(robot: str, at: float = at) -> bool:
                result = await fleet.stop(robot)
                answered.append((time.monotonic() - at) * 1000)
                return result.confirmed

            confirmed += sum(await asyncio.gather(*(stop(id_) for id_ in fleet.ids())))
            ours += [(t - at) * 1000 for t in sorted(sent)[:count]]
            await asyncio.sleep(0.5)
            _, _, cancelled = await _ask(peer, "when")
            reached += [(t - at) * 1000 for t in cancelled if t is not None]
            await asyncio.gather(*(fleet.resume(id_) for id_ in fleet.ids()))
    finally:
        await fleet.close()
        await database.close()
        peer.kill()
        peer.wait()
        broker.kill()
    return {
        "vehicles": count,
        "states a second": round((after - before) / (ended - began)),
        "share of a core": round(share, 3),
        "load of the machine": round(os.getloadavg()[0], 1),
        "stops": count * rounds,
        "reached the vehicle": len(reached),
        "confirmed": confirmed,
        "out of our hands, ms": _spread(ours),
        "to the vehicle, ms": _spread(reached),
        "to the answer, ms": _spread(answered),
    }


async def _until_linked(fleet: Fleet) -> None:
    for _ in range(600):
        if all(robot.link == "up" for robot in fleet.robots()):
            return
        await asyncio.sleep(0.1)
    raise TimeoutError("not all vehicles were found within a minute")


async def _ask(peer: "subprocess.Popen[str]", line: str) -> tuple[int, float, list[float | None]]:
    """States sent so far, the time of that, and when each vehicle was told to stand."""
    assert peer.stdin is not None
    assert peer.stdout is not None
    peer.stdin.write(f"{line}\n")
    peer.stdin.flush()
    sent, at, cancelled = json.loads(await asyncio.to_thread(peer.stdout.readline))
    return sent, at, cancelled


def _watch_sockets() -> list[float]:
    """When instant actions have been written to a socket: there our part of a stop ends."""
    sent: list[float] = []
    send = MqttLink.send

    def watched(link: MqttLink, topic: str, payload: bytes) -> None:
        send(link, topic, payload)
        if topic.endswith("instantActions"):
            sent.append(time.monotonic())

    MqttLink.send = watched  # type: ignore[method-assign]
    return sent


def _spread(values: Sequence[float]) -> dict[str, float]:
    ordered = sorted(values)
    if not ordered:
        return {}
    pick = {"median": 0.5, "95 %": 0.95}
    shown = {name: ordered[int(share * (len(ordered) - 1))] for name, share in pick.items()}
    return {name: round(value, 1) for name, value in {**shown, "longest": ordered[-1]}.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vehicles", type=int, default=20)
    parser.add_argument("--rate", type=float, default=50.0, help="states a second of each")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--play", type=int, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.play is not None:
        Vehicles(wanted.play, wanted.vehicles).live(wanted.rate)
        return 0
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(measure(wanted.vehicles, wanted.rate, wanted.rounds, Path(folder)))
    print(json.dumps(found, indent=1))
    return int(found["out of our hands, ms"].get("longest", TARGET_MS + 1) > TARGET_MS)


if __name__ == "__main__":
    raise SystemExit(main())
