"""The lobby as the robot sees it: an occupancy grid in the ROS ``map_server`` format.

A map is a YAML file beside a PGM picture (https://wiki.ros.org/map_server; Nav2 reads the same).
Metres and radians in the map frame; the grid's row 0 is the bottom row of the picture, so that
rows grow with y. Whatever is not known to be free counts as occupied: the robot does not explore.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml

from robot_bridge.pgm import PgmError, read_pgm

FREE, OCCUPIED, UNKNOWN = 0, 100, -1
"""Cell values, as in ``nav_msgs/OccupancyGrid``."""

_FIELDS = {"image", "resolution", "origin", "negate", "occupied_thresh", "free_thresh", "mode"}
_MODES = ("trinary", "scale", "raw")


class MapError(ValueError):
    """A map that cannot be used: names the file, the field and what is wrong with it."""

    def __init__(self, path: Path, field_name: str, problem: str) -> None:
        super().__init__(f"{path}: {field_name}: {problem}")
        self.path = path
        self.field = field_name
        self.problem = problem


@dataclass(frozen=True, eq=False)
class LobbyMap:
    """An occupancy grid and what planning needs to know about it. Immutable.

    ``cells`` has shape (height, width), int8, values `FREE`, `OCCUPIED`, `UNKNOWN` or, in the
    modes scale and raw, an occupancy in percent; row 0 is the lowest y.
    """

    resolution: float
    """Metres a cell."""
    origin: tuple[float, float, float]
    """x, y (metres) and theta (radians) of the lower left corner of the grid."""
    cells: npt.NDArray[np.int8]
    free_below: int = 1
    """A cell whose occupancy is at least 0 and below this is free."""
    image: Path | None = field(default=None)
    """The picture that the map came from, to be shown to people."""

    def __post_init__(self) -> None:
        if self.cells.ndim != 2 or not self.cells.size:
            raise ValueError("cells: a grid of at least one cell is needed")
        if not (math.isfinite(self.resolution) and self.resolution > 0):
            raise ValueError("resolution: metres a cell, above 0")
        self.cells.setflags(write=False)

    @property
    def width(self) -> int:
        """Columns of the grid."""
        return int(self.cells.shape[1])

    @property
    def height(self) -> int:
        """Rows of the grid."""
        return int(self.cells.shape[0])

    @cached_property
    def blocked(self) -> npt.NDArray[np.bool_]:
        """Cells (height, width) that the robot may not touch: occupied or unknown."""
        blocked = (self.cells < 0) | (self.cells >= self.free_below)
        blocked.setflags(write=False)
        return blocked

    @cached_property
    def clearances(self) -> npt.NDArray[np.float32]:
        """Metres (height, width) from each cell to the nearest blocked one; 0 on blocked cells.

        The world outside the grid counts as blocked.
        """
        cells = np.sqrt(_squared_distances(self.blocked)) - np.float32(0.5)
        metres = (np.maximum(cells, 0) * np.float32(self.resolution)).astype(np.float32)
        metres.setflags(write=False)
        return metres

    def to_grid(self, x: float, y: float) -> tuple[int, int]:
        """(column, row) of the cell that holds a point; it may lie outside the grid."""
        column, row = self.to_grid_exact(x, y)
        return math.floor(column), math.floor(row)

    def to_grid_exact(self, x: float, y: float) -> tuple[float, float]:
        """(column, row) of a point in fractions of cells; cell centres end in .5."""
        dx, dy = x - self.origin[0], y - self.origin[1]
        cos, sin = math.cos(self.origin[2]), math.sin(self.origin[2])
        return (cos * dx + sin * dy) / self.resolution, (cos * dy - sin * dx) / self.resolution

    def to_world(self, column: float, row: float) -> tuple[float, float]:
        """(x, y) in metres of the centre of a cell."""
        u, v = (column + 0.5) * self.resolution, (row + 0.5) * self.resolution
        cos, sin = math.cos(self.origin[2]), math.sin(self.origin[2])
        return self.origin[0] + cos * u - sin * v, self.origin[1] + sin * u + cos * v

    def inside(self, x: float, y: float) -> bool:
        """Whether a point lies on the grid; not for NaN or infinite numbers."""
        if not (math.isfinite(x) and math.isfinite(y)):
            return False
        column, row = self.to_grid_exact(x, y)
        return 0 <= column < self.width and 0 <= row < self.height

    def occupied(self, x: float, y: float) -> bool:
        """Whether a point is a wall, unknown or off the map."""
        if not self.inside(x, y):
            return True
        column, row = self.to_grid(x, y)
        return bool(self.blocked[row, column])

    def clearance(self, x: float, y: float) -> float:
        """Metres from a point to the nearest wall, to within one cell; 0 off the map."""
        if not self.inside(x, y):
            return 0.0
        column, row = self.to_grid(x, y)
        return float(self.clearances[row, column])


def load_map(path: Path) -> LobbyMap:
    """Read a map's YAML file and the picture that it names.

    Raises `MapError` naming the file and the field when either cannot be used.
    """
    fields = _read_yaml(path)
    resolution = _number(path, fields, "resolution")
    if resolution <= 0:
        raise MapError(path, "resolution", "must be above 0 (metres a pixel)")
    occupied_above = _number(path, fields, "occupied_thresh")
    free_below = _number(path, fields, "free_thresh")
    if not 0 <= free_below <= occupied_above <= 1:
        raise MapError(
            path, "free_thresh", "0 ≤ free_thresh ≤ occupied_thresh ≤ 1 must hold between the two"
        )
    mode = fields.get("mode", "trinary")
    if mode not in _MODES:
        raise MapError(path, "mode", f"one of {', '.join(_MODES)} is needed, got {mode!r}")
    negate = fields.get("negate", 0)
    if negate not in (0, 1):
        raise MapError(path, "negate", f"0 or 1 is needed, got {negate!r}")
    origin = _origin(path, fields)
    image = _image_path(path, fields)
    try:
        picture, brightest = read_pgm(image)
    except OSError as error:
        raise MapError(path, "image", f"{image.name}: {error.strerror or error}") from error
    except PgmError as error:
        raise MapError(image, error.field, error.problem) from error
    bottom_up = picture[::-1]
    if mode == "raw":
        cells = np.where(bottom_up <= OCCUPIED, bottom_up, UNKNOWN).astype(np.int8)
        return LobbyMap(resolution, origin, cells, max(1, round(free_below * 100)), image)
    shade = bottom_up.astype(np.float32) / np.float32(brightest)
    occupancy = shade if negate else 1 - shade
    return LobbyMap(
        resolution, origin, _cells(occupancy, occupied_above, free_below, str(mode)), 1, image
    )


def _cells(
    occupancy: npt.NDArray[np.float32], occupied_above: float, free_below: float, mode: str
) -> npt.NDArray[np.int8]:
    """Occupancy 0..1 to cell values by the thresholds, as ``map_server`` does it."""
    cells = np.full(occupancy.shape, UNKNOWN, dtype=np.int8)
    if mode == "scale" and occupied_above > free_below:
        between = (occupancy - free_below) / (occupied_above - free_below)
        cells = np.clip(np.rint(1 + 98 * between), 1, 99).astype(np.int8)
    cells[occupancy > occupied_above] = OCCUPIED
    cells[occupancy < free_below] = FREE
    return cells


def _read_yaml(path: Path) -> Mapping[str, Any]:
    try:
        fields = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise MapError(path, "file", str(error.strerror or error)) from error
    except UnicodeDecodeError as error:
        raise MapError(path, "file", "is not UTF-8 text") from error
    except yaml.YAMLError as error:
        raise MapError(path, "file", f"is not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(fields, dict):
        raise MapError(path, "file", "must hold the fields of a map, one a line")
    unknown = sorted(str(name) for name in fields.keys() - _FIELDS)
    if unknown:
        raise MapError(path, unknown[0], f"no such field; known are {', '.join(sorted(_FIELDS))}")
    return fields


def _number(path: Path, fields: Mapping[str, Any], name: str) -> float:
    value = fields.get(name)
    if value is None:
        raise MapError(path, name, "is missing")
    return _finite(path, name, value)


def _finite(path: Path, name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise MapError(path, name, f"a number is needed, got {value!r}")
    return float(value)


def _origin(path: Path, fields: Mapping[str, Any]) -> tuple[float, float, float]:
    value = fields.get("origin")
    if not isinstance(value, list) or len(value) != 3:
        raise MapError(path, "origin", "three numbers are needed: [x, y, theta]")
    x, y, theta = (_finite(path, f"origin[{i}]", part) for i, part in enumerate(value))
    return x, y, theta


def _image_path(path: Path, fields: Mapping[str, Any]) -> Path:
    name = fields.get("image")
    if not isinstance(name, str) or not name.strip():
        raise MapError(path, "image", "the name of a PGM file is needed")
    return path.parent / name


def _squared_distances(blocked: npt.NDArray[np.bool_]) -> npt.NDArray[np.float32]:
    """Exact squared Euclidean distances in cells, separable (Felzenszwalb and Huttenlocher 2012).

    First the distance along each column by running maxima, then the lower envelope along rows
    offset by offset; an offset whose square exceeds every distance found cannot improve any.
    """
    padded = np.pad(blocked, 1, constant_values=True)
    height = padded.shape[0]
    rows = np.arange(height, dtype=np.float32)[:, None]
    below = np.maximum.accumulate(np.where(padded, rows, np.float32(-np.inf)), axis=0)
    above = np.minimum.accumulate(np.where(padded, rows, np.float32(np.inf))[::-1], axis=0)[::-1]
    column = np.minimum(rows - below, above - rows) ** 2
    nearest: npt.NDArray[np.float32] = column.copy()
    offset = 1
    while offset < padded.shape[1] and offset * offset < float(nearest.max()):
        step = np.float32(offset * offset)
        np.minimum(nearest[:, offset:], column[:, :-offset] + step, out=nearest[:, offset:])
        np.minimum(nearest[:, :-offset], column[:, offset:] + step, out=nearest[:, :-offset])
        offset += 1
    return nearest[1:-1, 1:-1]
