"""The simulated scanner: exact on the grid, walls hide what is behind them, nothing is invented."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robot_bridge.drivers.simulator.lidar import Lidar
from robot_bridge.lobby_map import OCCUPIED, LobbyMap

BOXES = st.lists(
    st.tuples(st.integers(0, 38), st.integers(0, 28), st.integers(1, 8), st.integers(1, 8)),
    max_size=7,
)
SPOT = st.tuples(st.floats(0.2, 3.8), st.floats(0.2, 2.8))
THINGS = st.lists(
    st.tuples(st.floats(0.2, 3.8), st.floats(0.2, 2.8), st.floats(0.05, 0.4)), max_size=5
)


def room(boxes: list[tuple[int, int, int, int]], turned: float = 0.0) -> LobbyMap:
    """4 m x 3 m at 10 cm with boxes in it."""
    cells = np.zeros((30, 40), dtype=np.int8)
    for column, row, width, height in boxes:
        cells[row : row + height, column : column + width] = OCCUPIED
    return LobbyMap(0.1, (0.0, 0.0, turned), cells)


def first_wall(lobby_map: LobbyMap, x: float, y: float, angle: float, reach: float) -> float:
    """Where a ray enters the first closed cell, by the borders that it crosses, one by one."""
    column, row = lobby_map.to_grid_exact(x, y)
    angle -= lobby_map.origin[2]
    across, along = math.cos(angle), math.sin(angle)
    crossings = {0.0}
    for start, direction, size in ((column, across, 40), (row, along, 30)):
        if direction:
            crossings |= {(border - start) / direction for border in range(size + 1)}
    ordered = sorted(crossing for crossing in crossings if crossing >= 0)
    for here, there in zip(ordered, [*ordered[1:], ordered[-1] + 1], strict=True):
        if there - here < 1e-5:  # through a corner: either way round is right
            continue
        middle = (here + there) / 2
        ci, ri = math.floor(column + middle * across), math.floor(row + middle * along)
        if not (0 <= ci < 40 and 0 <= ri < 30) or lobby_map.blocked[ri, ci]:
            return min(here * lobby_map.resolution, reach)
    return reach


@settings(max_examples=150, deadline=None)
@given(BOXES, SPOT, st.floats(-math.pi, math.pi), st.sampled_from([0.0, 0.6]))
def test_a_ray_ends_where_the_first_wall_begins(
    boxes: list[tuple[int, int, int, int]],
    spot: tuple[float, float],
    angle: float,
    turned: float,
) -> None:
    lobby_map = room(boxes, turned)
    # Neither on a border of cells nor along one: there either side is right.
    spot = (math.floor(spot[0] * 50) / 50 + 0.0123, math.floor(spot[1] * 50) / 50 + 0.0147)
    angle = round(angle, 2) + 0.00123
    x, y = lobby_map.to_world(spot[0] * 10 - 0.5, spot[1] * 10 - 0.5)
    measured = float(Lidar(lobby_map, reach=3.0).walls(x, y, np.array([angle]))[0])
    assert measured == pytest.approx(first_wall(lobby_map, x, y, angle, 3.0), abs=1e-4)


@settings(max_examples=100, deadline=None)
@given(BOXES, SPOT, st.floats(-math.pi, math.pi), THINGS)
def test_a_thing_is_seen_exactly_when_the_scan_meets_it_first(
    boxes: list[tuple[int, int, int, int]],
    spot: tuple[float, float],
    theta: float,
    things: list[tuple[float, float, float]],
) -> None:
    lidar = Lidar(room(boxes), beams=90, reach=3.0)
    ranges = lidar.scan(*spot, theta, things)
    met = set()
    for beam, distance in enumerate(ranges):
        angle = theta + beam * math.tau / 90
        x, y = spot[0] + distance * math.cos(angle), spot[1] + distance * math.sin(angle)
        for index, (cx, cy, radius) in enumerate(things):
            if distance < 3.0 and math.dist((x, y), (cx, cy)) <= radius + 1e-6:
                met.add(index)
    seen = set(lidar.seen(*spot, theta, things))
    assert seen <= met
    touching = {  # two that overlap are met at the same point: one of them is enough
        index
        for index in met - seen
        if any(
            math.dist(things[index][:2], things[other][:2])
            <= things[index][2] + things[other][2] + 1e-6
            for other in seen
        )
    }
    behind_glass = {index for index in met - seen - touching if _grazes(index, things, boxes)}
    assert met - seen == touching | behind_glass


def _grazes(
    index: int,
    things: list[tuple[float, float, float]],
    boxes: list[tuple[int, int, int, int]],
) -> bool:
    """Whether a thing stands in a wall: the ray ends at both at once."""
    x, y, radius = things[index]
    blocked = room(boxes).blocked
    rows, columns = np.nonzero(blocked)
    edges = np.hypot(
        np.clip(x * 10, columns, columns + 1) - x * 10, np.clip(y * 10, rows, rows + 1) - y * 10
    )
    inside = 0.3 <= x <= 3.7 and 0.3 <= y <= 2.7
    return bool((edges <= radius * 10 + 1e-3).any()) or not inside


def test_a_wall_hides_whoever_stands_behind_it() -> None:
    lidar = Lidar(room([(20, 0, 1, 20)]))
    assert lidar.seen(1.0, 1.0, 0.0, [(3.0, 1.0, 0.25)]) == []
    assert lidar.seen(1.0, 2.5, 0.0, [(3.0, 2.5, 0.25)]) == [0]


def test_a_person_hides_another_one() -> None:
    lidar = Lidar(room([]))
    assert lidar.seen(0.5, 1.5, 0.0, [(3.0, 1.5, 0.2), (1.5, 1.5, 0.3)]) == [1]


def test_off_the_map_nothing_is_seen() -> None:
    lidar = Lidar(room([]))
    assert lidar.walls(-1.0, 1.0, np.array([0.0]))[0] == 0.0
    assert lidar.walls(math.nan, 1.0, np.array([0.0]))[0] == 0.0
