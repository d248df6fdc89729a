"""The lobby from above with its robots, as a drawing for the console."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from assistant.robots.view import Surroundings
from robot_bridge.driver import Pose
from robot_bridge.lobby_map import LobbyMap
from robot_bridge.planner import Point

ROBOT = 0.3
PERSON = 0.25
"""Radii, metres."""
_GREEN, _RED, _INK, _AMBER = "#0b4a46", "#b00c1c", "#0b2a28", "#b25e00"


@dataclass(frozen=True, slots=True)
class Shown:
    """A robot on the map."""

    name: str
    pose: Pose | None
    path: tuple[Point, ...]
    troubled: bool


def metres(pose: Pose) -> dict[str, float]:
    """Where it is, to be told."""
    return {"x": round(pose.x, 1), "y": round(pose.y, 1)}


def lobby_drawing(
    lobby: LobbyMap, robots: Iterable[Shown], around: Surroundings, label: str
) -> str:
    """An SVG picture with ``label`` for those who do not see it; the server's map lies below."""

    def at(point: Point) -> tuple[float, float]:
        column, row = lobby.to_grid_exact(*point)
        return round(column, 1), round(lobby.height - row, 1)

    def points(found: Sequence[Point]) -> str:
        return " ".join(f"{x},{y}" for x, y in map(at, found))

    size = ROBOT / lobby.resolution
    parts = [
        f'<polygon points="{points(area)}" fill="{_AMBER}" fill-opacity="0.35"/>'
        for areas in around.closed.values()
        for area in areas
    ]
    for x, y in map(at, around.people):
        parts.append(
            f'<circle cx="{x}" cy="{y}" r="{PERSON / lobby.resolution:.1f}" fill="{_INK}" '
            'fill-opacity="0.55"/>'
        )
    for robot in robots:
        if robot.pose is None:
            continue
        x, y = at((robot.pose.x, robot.pose.y))
        if len(robot.path) > 1:
            parts.append(
                f'<polyline points="{points(robot.path)}" fill="none" stroke="{_GREEN}" '
                f'stroke-width="{size / 3:.1f}" stroke-dasharray="{size:.1f}"/>'
            )
        colour = _RED if robot.troubled else _GREEN
        parts.append(f'<circle cx="{x}" cy="{y}" r="{size:.1f}" fill="{colour}"/>')
        parts.append(
            f'<text x="{x}" y="{y - 1.4 * size:.1f}" text-anchor="middle" '
            f'font-size="{2 * size:.1f}" fill="{_INK}">{escape(robot.name)}</text>'
        )
    return (
        f'<svg role="img" aria-label="{escape(label, quote=True)}" '
        f'viewBox="0 0 {lobby.width} {lobby.height}" '
        'style="width:100%;max-height:60vh" data-testid="robots-map">'
        f'<image href="/api/v1/centre/map.png" width="{lobby.width}" height="{lobby.height}"/>'
        f"{''.join(parts)}</svg>"
    )
