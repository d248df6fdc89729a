"""The way to a place as a picture: the lobby map, the path, where one starts and where one arrives.

PNG, 16:9, far below the megabyte that the platform takes (zalo.md §4.1).
"""

import asyncio
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

import structlog
from PIL import Image, ImageDraw, ImageFont

from assistant.centre.map_image import map_png
from assistant.centre.service import Centre
from assistant.centre.wayfinding import Route
from assistant.channels.zalo.messages import OutgoingMap
from assistant.channels.zalo.splitting import shortened
from assistant.channels.zalo.wording import capital, language_of, say, told
from assistant.errors import LetanError
from robot_bridge.lobby_map import LobbyMap

log = structlog.get_logger(__name__)

WIDTH, HEIGHT = 1280, 720
_TITLE = 84
_MARGIN = 16
_FINE = 2
"""Drawn so many times larger, then made smaller: smooth lines."""
_PAPER, _INK, _QUIET = (255, 255, 255), (18, 38, 58), (96, 112, 128)
_WAY, _START, _GOAL = (0, 104, 255), (12, 140, 90), (214, 40, 40)
_MOST_TITLE = 40

_Colour = tuple[int, int, int]
_Point = tuple[float, float]


async def draw(centre: Centre, message: OutgoingMap) -> bytes | None:
    """The PNG; None where there is no way to draw, as to an office outside the hall."""
    language = language_of(message.language)
    try:
        route = await centre.route(None, message.to, language)
    except LetanError as error:
        log.warning("no way to draw", code=error.code)
        return None
    if not route.path:
        return None
    places = centre.static()["places"]
    home = next((place for place in places if place.get("kind") == "home"), None)
    start = capital(told(home["name"], language)) if home else ""
    title = say(language, "Đường đến {place}", place=route.title)
    return await asyncio.to_thread(_picture, centre.map, route, places, title, start)


def _picture(
    lobby: LobbyMap, route: Route, places: Sequence[dict[str, Any]], title: str, start: str
) -> bytes:
    canvas = Image.new("RGB", (WIDTH * _FINE, HEIGHT * _FINE), _PAPER)
    plan = _Plan(lobby)
    canvas.paste(plan.image, plan.corner)
    pen = ImageDraw.Draw(canvas)
    pen.text(
        (WIDTH * _FINE // 2, _TITLE * _FINE // 2),
        shortened(title, _MOST_TITLE),
        _INK,
        _font(46, bold=True),
        anchor="mm",
    )
    for place in places:
        if place.get("counter"):
            pose = place["pose"]
            at = plan.pixel((pose["x"], pose["y"]))
            pen.text(at, str(place["counter"]), _QUIET, _font(32, bold=True), anchor="mm")
    way = [plan.pixel(point) for point in route.path]
    pen.line(way, _PAPER, 18 * _FINE, joint="curve")
    pen.line(way, _WAY, 11 * _FINE, joint="curve")
    _mark(pen, way[0], _START, start, below=True)
    _mark(pen, way[-1], _GOAL, shortened(capital(route.title), _MOST_TITLE), below=False)
    out = BytesIO()
    small = canvas.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    small.quantize(128).save(out, format="PNG", optimize=True)
    return out.getvalue()


class _Plan:
    """The map, as large as the canvas allows, and where a point of the hall is on it."""

    def __init__(self, lobby: LobbyMap) -> None:
        self._lobby = lobby
        rows, columns = lobby.cells.shape
        wide = (WIDTH - 2 * _MARGIN) * _FINE
        high = (HEIGHT - _TITLE - _MARGIN) * _FINE
        self._scale = min(wide / columns, high / rows)
        size = (max(1, int(columns * self._scale)), max(1, int(rows * self._scale)))
        with Image.open(BytesIO(map_png(lobby))) as picture:
            self.image = picture.convert("RGB").resize(size, Image.Resampling.NEAREST)
        self.corner = ((WIDTH * _FINE - size[0]) // 2, _TITLE * _FINE + (high - size[1]) // 2)

    def pixel(self, point: _Point) -> _Point:
        """Of metres in the map frame; the picture's y runs down."""
        lobby = self._lobby
        column = (point[0] - lobby.origin[0]) / lobby.resolution
        row = lobby.cells.shape[0] - (point[1] - lobby.origin[1]) / lobby.resolution
        return self.corner[0] + column * self._scale, self.corner[1] + row * self._scale


def _mark(pen: ImageDraw.ImageDraw, at: _Point, colour: _Colour, name: str, *, below: bool) -> None:
    """A dot and its name on a plate that stays within the picture."""
    for radius, fill in ((21, _PAPER), (16, colour)):
        size = radius * _FINE
        pen.ellipse((at[0] - size, at[1] - size, at[0] + size, at[1] + size), fill)
    if not name:
        return
    font = _font(36, bold=True)
    left, top, right, bottom = pen.textbbox((0, 0), name, font, anchor="lt")
    wide, high = right - left + 24 * _FINE, bottom - top + 16 * _FINE
    x = min(max(at[0] - wide / 2, _MARGIN), WIDTH * _FINE - wide - _MARGIN)
    gap = 28 * _FINE
    above, under = at[1] - gap - high, at[1] + gap
    fits = (above >= _TITLE * _FINE, under + high <= HEIGHT * _FINE - _MARGIN)
    y = under if (below and fits[1]) or not fits[0] else above
    pen.rounded_rectangle((x, y, x + wide, y + high), 8 * _FINE, _PAPER, colour, 3 * _FINE)
    pen.text((x + wide / 2, y + high / 2), name, _INK, font, anchor="mm")


@cache
def _font(size: int, *, bold: bool) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """DejaVu Sans, which has all letters of Vietnamese and comes with matplotlib."""
    found = find_spec("matplotlib")
    if found is not None and found.origin is not None:
        folder = Path(found.origin).parent / "mpl-data" / "fonts" / "ttf"
        file = folder / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")
        if file.exists():
            return ImageFont.truetype(str(file), size * _FINE)
    return ImageFont.load_default(size * _FINE)
