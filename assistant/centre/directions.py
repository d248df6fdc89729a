"""A path in words that a visitor can follow: steps, turns and what stands there."""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

from assistant.centre.model import Place, Pose
from assistant.centre.phrases import say
from assistant.errors import Language
from robot_bridge.planner import path_length

Point = tuple[float, float]

STEP = 0.6
"""Metres of one step of an older person."""
_SMOOTH = 0.5
"""Corners that lie nearer than this to the straight line are not worth a word (metres)."""
_STRAIGHT, _SLIGHT, _BACK = math.radians(25), math.radians(55), math.radians(135)
_NEAR = 2.2
"""A landmark within this many metres of a turn names it."""


def describe(
    path: Sequence[Point], goal: Place, places: Mapping[str, Place], language: Language
) -> tuple[str, ...]:
    """Turn by turn, in steps and landmarks.

    The first leg is told by what lies ahead, not by left or right: nobody knows which way the
    visitor faces.
    """
    corners = simplify(path, _SMOOTH)
    legs = [(a, b) for a, b in pairwise(corners) if math.dist(a, b) > 0.05]
    title = goal.name.get(language)
    if not legs or path_length(path) < 1.0:
        here = say(language, "{place} ở ngay đây ạ.", place=title)
        return (_sentence(goal.note.get(language) if goal.note else here),)
    names = {
        p.id: (_short_name(p, language), p.pose)
        for p in places.values()
        if p.landmark and p.id != goal.id
    }
    lines = []
    heading = 0.0
    for index, run in enumerate(_runs(legs)):
        steps = steps_of(sum(math.dist(a, b) for a, b in run))
        if index == 0:
            lines.append(_first_leg(run, steps, goal, names, language))
        else:
            turn = _turn(heading, _bearing(*run[0]))
            lines.append(_next_leg(turn, _at(run[0][0], names), steps, language))
        heading = _bearing(*run[-1])
    lines.append(goal.note.get(language) if goal.note else _arrival(goal, heading, language))
    return tuple(_sentence(line) for line in lines)


def _runs(legs: Sequence[tuple[Point, Point]]) -> list[list[tuple[Point, Point]]]:
    """Legs between which nobody would speak of a turn, joined."""
    runs = [[legs[0]]]
    for leg in legs[1:]:
        if _apart(_bearing(*runs[-1][-1]), _bearing(*leg)) < _STRAIGHT:
            runs[-1].append(leg)
        else:
            runs.append([leg])
    return runs


def simplify(path: Sequence[Point], tolerance: float) -> list[Point]:
    """Leave out corners nearer than ``tolerance`` metres to the line (Douglas and Peucker 1973)."""
    if len(path) < 3:
        return list(path)
    first, last = path[0], path[-1]
    length = math.dist(first, last)

    def off(point: Point) -> float:
        if length < 1e-9:
            return math.dist(first, point)
        (x0, y0), (x1, y1) = first, last
        return abs((x1 - x0) * (y0 - point[1]) - (x0 - point[0]) * (y1 - y0)) / length

    far = max(range(1, len(path) - 1), key=lambda i: off(path[i]))
    if off(path[far]) <= tolerance:
        return [first, last]
    return simplify(path[: far + 1], tolerance)[:-1] + simplify(path[far:], tolerance)


_Names = Mapping[str, tuple[str, Pose]]


def _first_leg(
    run: Sequence[tuple[Point, Point]], steps: int, goal: Place, names: _Names, language: Language
) -> str:
    a, b = run[0][0], run[-1][1]
    bearing, length = _bearing(a, b), math.dist(a, b)
    if _apart(bearing, _bearing(a, (goal.pose.x, goal.pose.y))) < math.radians(12):
        name = _short_name(goal, language)
        return say(
            language, "Đi thẳng về phía {place}, khoảng {steps} bước.", place=name, steps=steps
        )
    ahead = [
        (math.dist((pose.x, pose.y), b), name)
        for name, pose in names.values()
        if math.dist((pose.x, pose.y), a) > 0.6 * length
        and _apart(bearing, _bearing(a, (pose.x, pose.y))) < math.radians(20)
    ]
    if ahead:
        name = min(ahead)[1]
        return say(language, "Đi về phía {place}, khoảng {steps} bước.", place=name, steps=steps)
    return say(language, "Đi thẳng khoảng {steps} bước.", steps=steps)


def _next_leg(turn: str, landmark: str | None, steps: int, language: Language) -> str:
    sentences = {
        "slight_left": "Chếch sang trái, đi tiếp khoảng {steps} bước.",
        "slight_right": "Chếch sang phải, đi tiếp khoảng {steps} bước.",
        "left": "Rẽ trái, đi khoảng {steps} bước.",
        "right": "Rẽ phải, đi khoảng {steps} bước.",
        "back": "Quay lại, đi khoảng {steps} bước.",
    }
    at_landmark = {
        "left": "Đến gần {place} thì rẽ trái, đi khoảng {steps} bước.",
        "right": "Đến gần {place} thì rẽ phải, đi khoảng {steps} bước.",
        "slight_left": "Đến gần {place} thì chếch sang trái, đi khoảng {steps} bước.",
        "slight_right": "Đến gần {place} thì chếch sang phải, đi khoảng {steps} bước.",
    }
    if landmark is not None and turn in at_landmark:
        return say(language, at_landmark[turn], place=landmark, steps=steps)
    return say(language, sentences[turn], steps=steps)


def _arrival(goal: Place, heading: float, language: Language) -> str:
    name = _within(goal.name.get(language), language)
    turn = _turn(heading, goal.pose.theta)
    if goal.kind in ("home", "dock") or turn in ("straight", "slight_left", "slight_right", "back"):
        return say(language, "{place} ở ngay trước mặt anh/chị.", place=name)
    if turn == "left":
        return say(language, "{place} ở bên trái anh/chị.", place=name)
    return say(language, "{place} ở bên phải anh/chị.", place=name)


def _sentence(line: str) -> str:
    return line[:1].upper() + line[1:]


def _at(point: Point, names: _Names) -> str | None:
    near = [(math.dist((pose.x, pose.y), point), name) for name, pose in names.values()]
    distance, name = min(near, default=(math.inf, ""))
    return name if distance <= _NEAR else None


def _short_name(place: Place, language: Language) -> str:
    if place.counter is not None:
        return say(language, "quầy số {counter}", counter=place.counter)
    return _within(place.name.get(language), language)


def _within(name: str, language: Language) -> str:
    """Inside a sentence: an English common noun has its article."""
    return f"the {name}" if language == "en" and name[:1].islower() else name


def _bearing(a: Point, b: Point) -> float:
    return math.atan2(b[1] - a[1], b[0] - a[0])


def _apart(a: float, b: float) -> float:
    return abs(math.remainder(a - b, math.tau))


def _turn(before: float, after: float) -> str:
    """Left is counter-clockwise, as angles grow."""
    change = math.remainder(after - before, math.tau)
    side = "left" if change > 0 else "right"
    if abs(change) < _STRAIGHT:
        return "straight"
    if abs(change) < _SLIGHT:
        return f"slight_{side}"
    return "back" if abs(change) > _BACK else side


def steps_of(metres: float) -> int:
    return max(1, round(metres / STEP)) if metres > 0.1 else 0
