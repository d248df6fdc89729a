"""Draws the lobby of the demonstration centre: `python -m assistant.centre.demo_map data/centre`.

Writes `map.yaml` and `map.pgm` in the format of ROS `map_server` (trinary mode). The same call
always writes the same bytes. Lengths are metres from the south-west corner of the hall; `ORIGIN`
moves them into the map frame.
"""

import sys
from pathlib import Path

WIDTH, HEIGHT, RESOLUTION = 20.0, 14.0, 0.05
ORIGIN = (-10.0, -7.0)
FREE, UNKNOWN, OCCUPIED = 254, 205, 0

Box = tuple[float, float, float, float]
"""x from, y from, x to, y to."""

WALLS: list[Box] = [
    (0, 0, 20, 0.15),
    (0, 13.85, 20, 14),
    (0, 0, 0.15, 14),
    (19.85, 0, 20, 14),
    (0, 11.95, 16.1, 12.05),  # behind counters 1 to 7
    (16.0, 11.6, 16.15, 14),  # west side of the corridor to the toilets
    (18.0, 10.6, 18.15, 14),  # east side of that corridor
    (18.0, 10.6, 20, 10.75),
    (18.15, 12.25, 20, 12.35),  # between the two toilets
    (18.4, 3.8, 18.5, 10.6),  # behind counters 8 to 10
    (18.4, 3.8, 20, 3.9),
]
COUNTERS: list[Box] = [
    *((x - 0.95, 11.6, x + 0.95, 12.3) for x in (1.7, 3.9, 6.1, 8.3, 10.5, 12.7, 14.9)),
    *((18.0, y - 0.95, 18.7, y + 0.95) for y in (9.4, 7.2, 5.0)),
]
SEATS: list[Box] = [(x, y, x + 3.8, y + 0.5) for y in (8.0, 6.4, 4.8) for x in (2.6, 9.6)]
FURNITURE: list[Box] = [
    (4.75, 2.95, 5.25, 3.45),  # pillars
    (14.75, 6.35, 15.25, 6.85),
    (0.15, 8.6, 0.6, 9.1),  # drinking water
    (0.15, 4.2, 0.85, 5.2),  # photocopier
    (2.0, 0.9, 4.4, 1.5),  # online filing help desk
    (7.4, 1.6, 7.9, 2.1),  # ticket machine
    (12.2, 2.0, 14.2, 2.7),  # information desk
    (15.8, 1.4, 16.5, 2.8),  # form writing desk
    (0.15, 2.2, 0.35, 2.6),  # charging dock
]
DOORS: list[Box] = [
    (9.0, 0, 11.0, 0.15),  # main entrance: the robot stays inside
    (18.0, 11.3, 18.15, 12.2),  # accessible toilet
    (18.0, 12.5, 18.15, 13.4),  # toilets
]


def render() -> bytes:
    """The lobby as a binary PGM (P5), row 0 at the top (north)."""
    columns, rows = round(WIDTH / RESOLUTION), round(HEIGHT / RESOLUTION)
    pixels = bytearray([FREE]) * (columns * rows)
    for boxes, value in (
        (WALLS, OCCUPIED),
        (COUNTERS, OCCUPIED),
        (SEATS, OCCUPIED),
        (FURNITURE, OCCUPIED),
        (DOORS, UNKNOWN),
    ):
        for x0, y0, x1, y1 in boxes:
            left, right = round(x0 / RESOLUTION), round(x1 / RESOLUTION)
            for row in range(round(y0 / RESOLUTION), round(y1 / RESOLUTION)):
                start = (rows - 1 - row) * columns
                pixels[start + left : start + right] = bytes([value]) * (right - left)
    return f"P5\n{columns} {rows}\n255\n".encode() + bytes(pixels)


MAP_YAML = f"""\
# Lobby of the demonstration centre, drawn by assistant/centre/demo_map.py.
image: map.pgm
mode: trinary
resolution: {RESOLUTION}
origin: [{ORIGIN[0]}, {ORIGIN[1]}, 0.0]
negate: 0
occupied_thresh: 0.65
free_thresh: 0.196
"""


def write(folder: Path) -> None:
    (folder / "map.pgm").write_bytes(render())
    (folder / "map.yaml").write_text(MAP_YAML, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
