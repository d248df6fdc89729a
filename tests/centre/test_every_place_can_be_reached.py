"""The lobby map and the ways on it."""

import math
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.centre import demo_map
from assistant.centre.content import load_content
from assistant.centre.directions import describe, simplify, steps_of
from assistant.centre.model import Place, Pose, Text
from assistant.centre.wayfinding import Wayfinder
from assistant.errors import LetanError
from robot_bridge.lobby_map import load_map
from robot_bridge.planner import NoPath, plan

ROOT = Path(__file__).resolve().parents[2]
CONTENT = load_content(ROOT / "data" / "centre")
MAP = load_map(CONTENT.map_file)
PLACES = sorted(CONTENT.places)


@pytest.mark.parametrize("place", PLACES)
def test_a_pose_is_free_and_reachable_from_home(place: str) -> None:
    pose = CONTENT.places[place].pose
    assert not MAP.occupied(pose.x, pose.y)
    assert MAP.clearance(pose.x, pose.y) >= 0.45
    home = CONTENT.places["home"].pose
    path = plan(MAP, (home.x, home.y), (pose.x, pose.y), clearance=0.45)
    assert path[-1] == (pose.x, pose.y)


def test_the_map_is_what_its_script_draws() -> None:
    folder = ROOT / "data" / "centre"
    assert (folder / "map.pgm").read_bytes() == demo_map.render()
    assert (folder / "map.yaml").read_text("utf-8") == demo_map.MAP_YAML
    assert (folder / "map.pgm").stat().st_size < 150_000


def test_the_robot_cannot_plan_through_the_door_or_behind_the_counters() -> None:
    for x, y in [(0.0, -6.95), (-5.0, 6.0), (9.2, 0.0), (9.0, 6.5)]:
        home = CONTENT.places["home"].pose
        with pytest.raises(NoPath):
            plan(MAP, (home.x, home.y), (x, y), clearance=0.3)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("place", PLACES)
def test_directions_add_up_to_the_path(place: str, language) -> None:
    route = Wayfinder(CONTENT, MAP).route(None, place, language)
    length = sum(math.dist(a, b) for a, b in pairwise(route.path))
    assert route.distance_m == pytest.approx(length, abs=0.06)
    assert route.steps == steps_of(length)
    words = " ".join(route.directions)
    assert words[0].isupper()
    assert words.endswith(".")
    if language == "en":
        assert not set("ăâđêôơưạảấầ") & set(words.lower())
    if length > 1:
        told = sum(int(word) for word in words.split() if word.isdigit() and "bước" in words)
        assert language == "en" or told >= 0.6 * (route.steps or 0)


def test_a_counter_may_be_named_by_its_number() -> None:
    finder = Wayfinder(CONTENT, MAP)
    assert finder.route(None, "3", "vi") == finder.route(None, "counter-3", "vi")
    assert finder.route(None, "3", "vi").counter == "3"


@pytest.mark.parametrize("office", sorted(CONTENT.offices))
def test_nobody_is_led_to_an_office_outside(office: str) -> None:
    route = Wayfinder(CONTENT, MAP).route(None, office, "vi")
    assert (route.path, route.pose, route.distance_m) == ((), None, None)
    assert CONTENT.offices[office].address.vi in " ".join(route.directions)


def test_an_unknown_place_names_the_known_ones() -> None:
    with pytest.raises(LetanError) as caught:
        Wayfinder(CONTENT, MAP).route(None, "the-moon", "en")
    error = caught.value
    assert (error.code, error.status, error.field) == ("place_unknown", 404, "place")
    assert "toilet" in error.en


def test_no_way_out_of_a_wall_is_an_error_for_people() -> None:
    with pytest.raises(LetanError) as caught:
        Wayfinder(CONTENT, MAP).route(Pose(-9.98, 6.98, 0), "toilet", "vi")
    assert caught.value.code == "no_way"


def _place(x: float, y: float, theta: float) -> Place:
    name = Text("bàn X", "desk X")
    return Place("x", "poi", name, (), Pose(x, y, theta), False, None, None)


@pytest.mark.parametrize(
    ("path", "theta", "expected"),
    [
        ([(0, 0), (6, 0), (6, 6)], math.pi / 2, ["Turn left", "in front"]),
        ([(0, 0), (6, 0), (6, -6)], -math.pi / 2, ["Turn right", "in front"]),
        ([(0, 0), (6, 0), (6, -6)], 0.0, ["Turn right", "on your left"]),
        ([(0, 0), (6, 0), (10, 3)], math.radians(-50), ["Bear left", "on your right"]),
        ([(0, 0), (6, 0), (3, 0.8)], math.pi, ["Turn round", "in front"]),
    ],
)
def test_turns_have_the_right_side(path, theta: float, expected: list[str]) -> None:
    goal = _place(*path[-1], theta)
    lines = describe(path, goal, {}, "en")
    assert "10 steps" in lines[0]
    for line, words in zip(lines[1:], expected, strict=True):
        assert words in line


@given(st.lists(st.tuples(st.floats(-9, 9), st.floats(-6, 6)), min_size=1, max_size=30))
@settings(max_examples=80)
def test_any_path_can_be_told(path: list[tuple[float, float]]) -> None:
    goal = _place(*path[-1], 0.0)
    lines = describe(path, goal, CONTENT.places, "vi")
    assert lines
    assert all(line and line[0].isupper() for line in lines)
    kept = simplify(path, 0.5)
    assert kept[0] == path[0]
    assert kept[-1] == path[-1]
    assert set(kept) <= set(path)
