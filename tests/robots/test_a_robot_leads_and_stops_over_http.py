"""Through a real server and a real WebSocket: led to the counter, stopped on the way."""

import asyncio
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets
from small_fleet import KIOSK_1, OPERATOR, fleet_of, places, serve

from robot_bridge.clock import SystemClock
from robot_bridge.missions import Policy

COUNTER = next(place["pose"] for place in places() if place["id"] == "counter-3")

PATIENT = Policy(stop_seconds=30)
"""A machine that tests share may be slow to confirm; what is promised is that it is confirmed."""


async def states_until(
    socket: websockets.ClientConnection,
    condition: Callable[[dict[str, Any]], bool],
    seconds: float = 60,
) -> list[dict[str, Any]]:
    """States from the socket up to the first that fulfils the condition."""
    seen: list[dict[str, Any]] = []
    async with asyncio.timeout(seconds):
        async for message in socket:
            seen.append(json.loads(message))
            if condition(seen[-1]):
                return seen
    pytest.fail(f"the socket ended; last state: {seen[-1:]}")


async def test_it_leads_to_counter_3(tmp_path: Path) -> None:
    clock = SystemClock(factor=8)
    async with (
        serve(fleet_of(clock), tmp_path) as served,
        httpx.AsyncClient(base_url=served.http) as http,
        websockets.connect(f"{served.ws}/robots/robot-1/states") as socket,
    ):
        await states_until(socket, lambda state: state["link"] == "up")
        answer = await http.post(
            "/robots/robot-1/missions", json={"kind": "lead", "to": "counter-3"}, headers=KIOSK_1
        )
        assert answer.status_code == 201, answer.text
        mission = answer.json()
        assert (mission["kind"], mission["to"]) == ("lead", "counter-3")
        assert mission["path"][-1] == [COUNTER["x"], COUNTER["y"]]
        seen = await states_until(
            socket, lambda state: bool(state["mission"]) and state["mission"]["state"] == "arrived"
        )
        last = seen[-1]
        assert last["mission"]["id"] == mission["id"]
        assert (
            math.dist((last["pose"]["x"], last["pose"]["y"]), (COUNTER["x"], COUNTER["y"])) <= 0.25
        )
        order = list(dict.fromkeys(state["mission"]["state"] for state in seen if state["mission"]))
        assert order[-2:] == ["moving", "arrived"]
        moving = [state for state in seen if state["activity"] == "moving"]
        assert len(moving) > 20, "a moving robot is seen moving"
        assert max(state["speed"] for state in seen) <= 0.6 + 1e-6
        left = [s["mission"]["remaining_m"] for s in moving if s["mission"]["remaining_m"]]
        assert left[0] > left[-1]


async def test_anybody_stops_it_on_the_way(tmp_path: Path) -> None:
    async with (
        serve(fleet_of(SystemClock(factor=4), policy=PATIENT), tmp_path) as served,
        httpx.AsyncClient(base_url=served.http) as http,
        websockets.connect(f"{served.ws}/robots/robot-1/states") as socket,
    ):
        await states_until(socket, lambda state: state["link"] == "up")
        await http.post(
            "/robots/robot-1/missions", json={"kind": "lead", "to": "counter-3"}, headers=OPERATOR
        )
        await states_until(socket, lambda state: state["speed"] > 0.5)
        answer = await http.post("/robots/robot-1/stop")
        assert answer.status_code == 200
        stopped = answer.json()
        assert (stopped["stopped"], stopped["confirmed"], stopped["speed"]) == (True, True, 0)
        assert stopped["mission"]["state"] == "stopped"
        again = (await http.post("/robots/robot-1/stop")).json()
        assert again["confirmed"]
        refused = await http.post(
            "/robots/robot-1/missions", json={"kind": "lead", "to": "counter-3"}, headers=OPERATOR
        )
        assert (refused.status_code, refused.json()["code"]) == (409, "robot_stopped")
        resumed = await http.post("/robots/robot-1/resume", headers=OPERATOR)
        assert resumed.json()["stopped"] is False
        seen = [json.loads(await asyncio.wait_for(socket.recv(), 10)) for _ in range(4)]
        assert {(s["pose"]["x"], s["pose"]["y"]) for s in seen if s["stopped"] is False} <= {
            (stopped["pose"]["x"], stopped["pose"]["y"])
        }


async def test_stop_acts_while_the_server_is_busy_with_many(tmp_path: Path) -> None:
    async with (
        serve(fleet_of(SystemClock(), policy=PATIENT), tmp_path) as served,
        httpx.AsyncClient(base_url=served.http) as http,
    ):
        async with websockets.connect(f"{served.ws}/robots/robot-1/states") as socket:
            await states_until(socket, lambda state: state["link"] == "up")
            await http.post(
                "/robots/robot-1/missions", json={"kind": "lead", "to": "exit"}, headers=OPERATOR
            )
            await states_until(socket, lambda state: state["speed"] > 0.2)
            crowd = [http.get("/robots") for _ in range(60)]
            stop, *others = await asyncio.gather(http.post("/robots/robot-1/stop"), *crowd)
        assert {answer.status_code for answer in others} == {200}
        assert stop.json()["confirmed"]
        assert stop.json()["speed"] == 0


async def test_a_flood_of_garbage_on_a_socket_holds_nothing_up(tmp_path: Path) -> None:
    async with (
        serve(fleet_of(SystemClock(), policy=PATIENT), tmp_path) as served,
        httpx.AsyncClient(base_url=served.http) as http,
        websockets.connect(f"{served.ws}/robots/robot-1/states") as socket,
        websockets.connect(f"{served.ws}/robots/robot-1/events") as flooding,
    ):
        await states_until(socket, lambda state: state["link"] == "up")
        await http.post(
            "/robots/robot-1/missions", json={"kind": "lead", "to": "exit"}, headers=OPERATOR
        )

        async def flood() -> None:
            for number in range(800):
                await flooding.send(b"\xff" * 300 if number % 2 else '{"op": "stop", "stop": [[[')
                await socket.send("[" * 500)

        flooded = asyncio.create_task(flood())
        await states_until(socket, lambda state: state["speed"] > 0.2)
        stop = await http.post("/robots/robot-1/stop")
        assert stop.json()["confirmed"]
        await flooded
        await states_until(socket, lambda state: state["stopped"])


async def test_the_sockets_end_with_the_fleet(tmp_path: Path) -> None:
    async with (
        serve(fleet_of(SystemClock()), tmp_path) as served,
        websockets.connect(f"{served.ws}/robots/robot-1/states") as socket,
    ):
        await asyncio.wait_for(socket.recv(), 10)
        await served.fleet.close()
        with pytest.raises(websockets.ConnectionClosed):
            async with asyncio.timeout(10):
                while True:
                    await socket.recv()


async def test_a_socket_for_no_robot_says_so(tmp_path: Path) -> None:
    async with (
        serve(fleet_of(SystemClock()), tmp_path) as served,
        websockets.connect(f"{served.ws}/robots/robot-9/states") as socket,
    ):
        problem = json.loads(await asyncio.wait_for(socket.recv(), 10))
        assert problem["code"] == "robot_unknown"
        assert "robot-1" in problem["detail"]
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await asyncio.wait_for(socket.recv(), 10)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4404
