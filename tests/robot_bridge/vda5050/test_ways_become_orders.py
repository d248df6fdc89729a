"""Paths and lanes as nodes and edges, and how much of them a vehicle is given at a time."""

import json
import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_lobby import DOCK, TOILET
from vda_rig import Floor, open_scene
from vda_scripted import ScriptedVehicle

from robot_bridge.driver import DriverError, FailureCode, Goal
from robot_bridge.drivers.vda5050.lanes import LanesError, read_lanes
from robot_bridge.drivers.vda5050.order import HORIZON, Order, Part
from robot_bridge.drivers.vda5050.reader import Report, read_state
from robot_bridge.drivers.vda5050.route import Route, route_along

POINT = st.tuples(st.floats(-50, 50), st.floats(-50, 50))
PATH = st.lists(POINT, min_size=1, max_size=8)
STATE = ScriptedVehicle(0).state()


def route(path: list[tuple[float, float]], step: float = 0.5) -> Route:
    return route_along(
        path, 9.0, prefix="p", start_id="here", map_id="lobby", step=step, deviation=0.2
    )


@settings(deadline=None, max_examples=40)
@given(PATH, st.floats(0.2, 5))
def test_a_path_becomes_nodes_that_are_never_far_apart(
    path: list[tuple[float, float]], step: float
) -> None:
    made = route(path, step)
    nodes = made.nodes
    assert len(nodes) >= 2
    assert nodes[0].id == "here"
    assert len({node.id for node in nodes}) == len(nodes)
    assert math.dist((nodes[-1].x, nodes[-1].y), path[-1]) < 0.03
    assert nodes[-1].theta == pytest.approx(math.remainder(9.0, math.tau))
    assert all(node.theta is None for node in nodes[:-1])
    for a, b in pairwise(nodes):
        assert 0 < b.at - a.at <= step + 0.03


def report(order: Order, node: int) -> Report:
    return read_state(
        {
            **STATE,
            "orderId": order.id,
            "orderUpdateId": order.update_id,
            "lastNodeId": order.route.nodes[node].id,
            "lastNodeSequenceId": 2 * node,
        }
    )


@settings(deadline=None, max_examples=40)
@given(PATH, st.floats(0.5, 5), st.integers(2, 30))
def test_no_more_is_released_than_the_base_is_long(
    path: list[tuple[float, float]], base: float, longest: int
) -> None:
    order = Order("o", route(path, base / 3), base, longest)
    nodes = order.route.nodes
    part: Part | None = order.first_part(0.6)
    assert part is not None
    end = 0
    for place in range(len(nodes)):
        if part is not None:
            assert part.first == end, "an update begins where the base ended"
            assert part.released >= 2
            end = part.first + part.released - 1
            assert part.nodes == nodes[part.first : part.first + len(part.nodes)]
            assert len(part.nodes) <= max(longest, part.released)
            assert len(part.nodes) - part.released <= HORIZON
        ahead = nodes[end].at - nodes[min(place, end)].at
        assert ahead <= base + 0.03 or end == place + 1
        assert end >= min(place + 1, len(nodes) - 1), "there is always something to drive to"
        order.follow(report(order, place), None)
        part = order.next_part(0.6)
    assert order.complete
    assert order.remaining == 0


@given(PATH, st.lists(st.tuples(st.floats(-60, 60), st.floats(-60, 60)), max_size=20))
@settings(deadline=None, max_examples=40)
def test_what_has_been_made_never_gets_less(
    path: list[tuple[float, float]], places: list[tuple[float, float]]
) -> None:
    made = route(path)
    at = 0.0
    for place in places:
        further = made.along(*place, at)
        assert at <= further <= max(at, made.length) + 1e-9
        assert made.ahead(further)[-1] == (made.nodes[-1].x, made.nodes[-1].y)
        at = further


LAYOUT: dict[str, Any] = {
    "metaInformation": {"lifVersion": "1.0.0"},
    "layouts": [
        {
            "layoutId": "ground",
            "nodes": [
                {"nodeId": "N1", "nodePosition": {"x": 1.0, "y": 1.0}, "mapId": "lobby"},
                {"nodeId": "N2", "nodePosition": {"x": 4.0, "y": 2.0}, "mapId": "lobby"},
                {"nodeId": "N3", "nodePosition": {"x": 6.5, "y": 1.0}, "mapId": "lobby"},
                {"nodeId": "N4", "nodePosition": {"x": 3.0, "y": 1.0}, "mapId": "lobby"},
                {"nodeId": "U1", "nodePosition": {"x": 1.0, "y": 1.0}, "mapId": "upstairs"},
            ],
            "edges": [
                {
                    "edgeId": "E1",
                    "startNodeId": "N1",
                    "endNodeId": "N2",
                    "vehicleTypeEdgeProperties": [{"maxSpeed": 0.4}, {"maxSpeed": 0.9}],
                },
                {"edgeId": "E2", "startNodeId": "N2", "endNodeId": "N3"},
                {"edgeId": "E3", "startNodeId": "N3", "endNodeId": "N1"},
                {"edgeId": "E4", "startNodeId": "N1", "endNodeId": "U1"},
            ],
        }
    ],
}


async def test_a_vehicle_with_lanes_keeps_to_them(floor: Floor, tmp_path: Path) -> None:
    layout = tmp_path / "lobby.lif.json"
    layout.write_text(json.dumps(LAYOUT))
    vehicle = ScriptedVehicle(floor.broker.port, last_node="N1")
    await vehicle.connect()
    scene = await open_scene(floor, vehicle, lanes=layout)
    await floor.until(lambda: scene.state().link == "up", 5)
    scene.lead(TOILET)
    await floor.until(scene.ended)
    assert scene.outcome == ("arrived", None)
    passed = [node["nodeId"] for node in vehicle.orders[0]["nodes"]]
    assert passed == ["N1", "N2", "N3"]
    assert [edge["maxSpeed"] for edge in vehicle.orders[0]["edges"]] == [0.4, 0.6]
    with pytest.raises(DriverError) as error:
        await scene.driver.go_to(Goal("a", DOCK.pose))
    assert error.value.code is FailureCode.UNREACHABLE
    await scene.close()


@pytest.mark.parametrize(
    "content",
    [
        "not json",
        "[]",
        "{}",
        '{"layouts": [{"nodes": [{"nodeId": 4}]}]}',
        '{"layouts": [{"nodes": [{"nodeId": "a", "nodePosition": {"x": 1, "y": 2}}]}]}',
        '{"layouts": [{"edges": [{"startNodeId": "a"}]}]}',
    ],
)
def test_a_layout_that_cannot_be_used_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "lanes.json"
    path.write_text(content)
    with pytest.raises(LanesError, match=r"lanes\.json"):
        read_lanes(path, "lobby")
    with pytest.raises(LanesError, match=r"missing\.json"):
        read_lanes(tmp_path / "missing.json", None)
