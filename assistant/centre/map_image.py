"""The lobby map as a picture for pages."""

from io import BytesIO

import numpy as np
from PIL import Image

from robot_bridge.lobby_map import LobbyMap

FLOOR, WALL, UNKNOWN = (247, 249, 251), (84, 98, 116), (203, 213, 225)


def map_png(lobby_map: LobbyMap) -> bytes:
    """A PNG of ``width`` x ``height`` pixels, one a cell, row 0 at the top of the map."""
    cells = lobby_map.cells[::-1]
    pixels = np.empty((*cells.shape, 3), dtype=np.uint8)
    pixels[:] = FLOOR
    pixels[cells < 0] = UNKNOWN
    pixels[cells >= lobby_map.free_below] = WALL
    out = BytesIO()
    Image.fromarray(pixels).save(out, format="PNG", optimize=True)
    return out.getvalue()
