"""Planned ways: clear of walls and people, found whenever there is one, refused with a reason."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robot_bridge.lobby_map import OCCUPIED, LobbyMap
from robot_bridge.planner import NoPath, Point, path_length, plan


def room(width: int = 100, height: int = 80) -> np.ndarray:
    cells = np.zeros((height, width), dtype=np.int8)
    cells[[0, -1], :] = OCCUPIED
    cells[:, [0, -1]] = OCCUPIED
    return cells


def lobby(cells: np.ndarray, resolution: float = 0.05) -> LobbyMap:
    return LobbyMap(resolution, (-1.0, -1.0, 0.0), cells)


def least_clearance(lobby_map: LobbyMap, path: list[Point]) -> float:
    least = math.inf
    for (ax, ay), (bx, by) in pairwise(path):
        for part in np.linspace(0, 1, 2 + int(math.dist((ax, ay), (bx, by)) / 0.02)):
            least = min(least, lobby_map.clearance(ax + part * (bx - ax), ay + part * (by - ay)))
    return least


def test_an_open_way_is_straight() -> None:
    path = plan(lobby(room()), (0, 0), (2.5, 1.5), clearance=0.3)
    assert path[0] == (0, 0)
    assert path[-1] == (2.5, 1.5)
    assert path_length(path) == pytest.approx(math.hypot(2.5, 1.5), rel=0.02)


def test_a_way_goes_round_a_wall() -> None:
    cells = room()
    cells[:60, 48:52] = OCCUPIED
    lobby_map = lobby(cells)
    path = plan(lobby_map, (0, 0), (3.2, 0), clearance=0.3)
    assert max(y for _, y in path) > 2.2
    assert least_clearance(lobby_map, path) >= 0.3 - 0.08


def test_a_way_goes_round_people_not_on_the_map() -> None:
    path = plan(lobby(room()), (0, 0), (3, 0), clearance=0.3, obstacles=[(1.5, 0.0, 0.3)])
    nearest = min(
        math.dist((1.5, 0.0), (a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])))
        for a, b in pairwise(path)
        for t in np.linspace(0, 1, 60)
    )
    assert nearest >= 0.6 - 0.08


def test_a_gap_only_the_fine_grid_sees_is_used() -> None:
    cells = room()
    cells[40:42, :] = OCCUPIED
    cells[40:42, 43:57] = 0
    path = plan(lobby(cells), (0, 0), (3, 2.4), clearance=0.3)
    assert path[-1] == (3, 2.4)


def test_a_start_too_near_to_a_wall_leads_out_first() -> None:
    lobby_map = lobby(room())
    path = plan(lobby_map, (-0.85, 0.0), (2.0, 1.0), clearance=0.3)
    assert path[0] == (-0.85, 0.0)
    assert least_clearance(lobby_map, path[1:]) >= 0.3 - 0.08


@pytest.mark.parametrize(
    ("start", "goal", "reason"),
    [
        ((-9.0, 0.0), (1.0, 1.0), "start_blocked"),
        ((-0.99, 0.0), (1.0, 1.0), "start_blocked"),
        ((math.nan, 0.0), (1.0, 1.0), "start_blocked"),
        ((0.0, 0.0), (-0.9, 1.0), "goal_blocked"),
        ((0.0, 0.0), (99.0, 1.0), "goal_blocked"),
        ((0.0, 0.0), (3.2, 0.0), "unreachable"),
    ],
)
def test_no_way_says_why(start: Point, goal: Point, reason: str) -> None:
    cells = room()
    cells[:, 48:52] = OCCUPIED
    with pytest.raises(NoPath) as error:
        plan(lobby(cells), start, goal, clearance=0.3)
    assert error.value.reason == reason


def test_the_map_may_be_turned() -> None:
    lobby_map = LobbyMap(0.05, (2.0, 3.0, 0.7), room())
    start, goal = lobby_map.to_world(20, 20), lobby_map.to_world(80, 60)
    path = plan(lobby_map, start, goal, clearance=0.3)
    assert path[0] == start
    assert path[-1] == goal
    assert least_clearance(lobby_map, path) > 0.2


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(5, 50), st.integers(5, 35), st.integers(1, 12), st.integers(1, 12)),
        max_size=6,
    ),
    st.tuples(st.integers(5, 54), st.integers(5, 44)),
    st.tuples(st.integers(5, 54), st.integers(5, 44)),
)
def test_a_way_is_found_exactly_when_there_is_one(
    boxes: list[tuple[int, int, int, int]], start: tuple[int, int], goal: tuple[int, int]
) -> None:
    cells = room(60, 50)
    for column, row, width, height in boxes:
        cells[row : row + height, column : column + width] = OCCUPIED
    lobby_map = lobby(cells, 0.1)
    clear = lobby_map.clearances >= 0.25
    reached = flood(clear, start)
    try:
        path = plan(
            lobby_map, lobby_map.to_world(*start), lobby_map.to_world(*goal), clearance=0.25
        )
    except NoPath as error:
        if error.reason == "unreachable" and clear[start[1], start[0]]:
            assert goal not in reached
        if error.reason == "goal_blocked":
            assert not clear[goal[1], goal[0]]
    else:
        assert clear[goal[1], goal[0]]
        if clear[start[1], start[0]]:
            assert goal in reached
            assert least_clearance(lobby_map, path) >= 0.25 - 0.15


def flood(clear: np.ndarray, start: tuple[int, int]) -> set[tuple[int, int]]:
    seen, todo = set(), [start]
    while todo:
        column, row = todo.pop()
        if (column, row) in seen or not clear[row, column]:
            continue
        seen.add((column, row))
        todo.extend((column + dx, row + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1))
    return seen
