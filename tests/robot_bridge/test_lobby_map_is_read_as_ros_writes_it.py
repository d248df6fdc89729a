"""Maps in the map_server format: every field, both PGM kinds, and errors that name the field."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from robot_bridge.lobby_map import FREE, OCCUPIED, UNKNOWN, LobbyMap, MapError, load_map
from robot_bridge.pgm import PgmError, parse_pgm

YAML = """image: lobby.pgm
resolution: 0.5
origin: [-1.0, 2.0, 0.0]
negate: 0
occupied_thresh: 0.65
free_thresh: 0.196
"""
PLAIN = b"P2 # made by hand\n3 2\n# brightest\n255\n254 0 205\n254 254 254\n"


def write(folder: Path, yaml: str = YAML, pgm: bytes = PLAIN) -> Path:
    (folder / "lobby.pgm").write_bytes(pgm)
    path = folder / "lobby.yaml"
    path.write_text(yaml, encoding="utf-8")
    return path


def test_trinary_map_has_its_bottom_row_at_the_origin(tmp_path: Path) -> None:
    lobby = load_map(write(tmp_path))
    assert (lobby.width, lobby.height) == (3, 2)
    assert lobby.cells.tolist() == [[FREE, FREE, FREE], [FREE, OCCUPIED, UNKNOWN]]
    assert not lobby.occupied(-0.75, 2.25)
    assert lobby.occupied(-0.25, 2.75), "a wall"
    assert lobby.occupied(0.25, 2.75), "unknown ground is no ground"
    assert lobby.occupied(9, 9), "off the map"


def test_binary_and_plain_pictures_mean_the_same(tmp_path: Path) -> None:
    binary = b"P5\n3 2\n255\n" + bytes([254, 0, 205, 254, 254, 254])
    wide = b"P5 3 2 65535\n" + b"".join(
        (value * 257).to_bytes(2, "big") for value in (254, 0, 205, 254, 254, 254)
    )
    expected = load_map(write(tmp_path)).cells
    for pgm in (binary, wide):
        assert np.array_equal(load_map(write(tmp_path, pgm=pgm)).cells, expected)


def test_negate_turns_black_and_white_round(tmp_path: Path) -> None:
    cells = load_map(write(tmp_path, YAML.replace("negate: 0", "negate: 1"))).cells
    assert cells.tolist() == [[OCCUPIED] * 3, [OCCUPIED, FREE, OCCUPIED]]


def test_scale_keeps_what_lies_between_the_thresholds(tmp_path: Path) -> None:
    lobby = load_map(write(tmp_path, YAML + "mode: scale\n"))
    assert lobby.cells[1, 2] not in (FREE, OCCUPIED, UNKNOWN)
    assert lobby.occupied(0.25, 2.75)


def test_raw_takes_values_as_they_are(tmp_path: Path) -> None:
    pgm = b"P2 3 1 255 0 100 255"
    assert load_map(write(tmp_path, YAML + "mode: raw\n", pgm)).cells.tolist() == [[0, 100, -1]]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (("resolution: 0.5", "resolution: 0"), "resolution"),
        (("resolution: 0.5", "resolution: true"), "resolution"),
        (("resolution: 0.5\n", ""), "resolution"),
        (("resolution: 0.5", "resolution: .nan"), "resolution"),
        (("[-1.0, 2.0, 0.0]", "[-1.0, 2.0]"), "origin"),
        (("[-1.0, 2.0, 0.0]", "[-1.0, two, 0.0]"), "origin[1]"),
        (("negate: 0", "negate: 2"), "negate"),
        (("0.196", "0.9"), "free_thresh"),
        (("image: lobby.pgm", "image: other.pgm"), "image"),
        (("image: lobby.pgm", "image: 7"), "image"),
        (("negate", "negated"), "negated"),
        ((YAML, "- a list"), "file"),
        ((YAML, "a: [b"), "file"),
        ((YAML, YAML + "mode: cubic"), "mode"),
    ],
)
def test_an_error_names_the_file_and_the_field(
    tmp_path: Path, wrong: tuple[str, str], field: str
) -> None:
    path = write(tmp_path, YAML.replace(*wrong))
    with pytest.raises(MapError) as error:
        load_map(path)
    assert error.value.field == field
    assert str(path) in str(error.value)


@pytest.mark.parametrize(
    ("pgm", "field"),
    [
        (b"", "magic"),
        (b"P6 1 1 255 aaa", "magic"),
        (b"P5\n", "width"),
        (b"P5 3 x 255 ", "height"),
        (b"P5 0 3 255 ", "width"),
        (b"P5 9999999 9999999 255 ", "size"),
        (b"P5 3 2 70000 ", "maxval"),
        (b"P5 3 2 255\nabc", "pixels"),
        (b"P2 3 2 255 1 2 3", "pixels"),
        (b"P2 1 1 255 dark", "pixels"),
        (b"P2 1 1 255 -4", "pixels"),
        (b"P2 1 1 15 16", "pixels"),
    ],
)
def test_a_broken_picture_is_named(tmp_path: Path, pgm: bytes, field: str) -> None:
    with pytest.raises(MapError) as error:
        load_map(write(tmp_path, pgm=pgm))
    assert error.value.field == field
    assert "lobby.pgm" in str(error.value)


def test_a_missing_map_is_an_error_too(tmp_path: Path) -> None:
    with pytest.raises(MapError, match="file"):
        load_map(tmp_path / "nowhere.yaml")


@given(st.binary(max_size=200))
def test_no_bytes_break_the_picture_reader(data: bytes) -> None:
    for magic in (b"", b"P5 ", b"P2 ", b"P2 2 2 255 "):
        try:
            picture, brightest = parse_pgm(magic + data)
        except PgmError:
            continue
        assert int(picture.max()) <= brightest


@given(
    st.floats(-100, 100),
    st.floats(-100, 100),
    st.floats(-3.2, 3.2),
    st.integers(0, 30),
    st.integers(0, 20),
)
def test_world_and_grid_are_inverse(
    x: float, y: float, theta: float, column: int, row: int
) -> None:
    lobby = LobbyMap(0.05, (x, y, theta), np.zeros((21, 31), dtype=np.int8))
    point = lobby.to_world(column, row)
    assert lobby.to_grid(*point) == (column, row)
    assert lobby.inside(*point)


@settings(max_examples=60)
@given(hnp.arrays(np.bool_, st.tuples(st.integers(1, 14), st.integers(1, 14))))
def test_clearance_is_the_distance_to_the_nearest_wall(walls: np.ndarray) -> None:
    lobby = LobbyMap(1.0, (0.0, 0.0, 0.0), np.where(walls, OCCUPIED, FREE).astype(np.int8))
    solid = np.argwhere(np.pad(walls, 1, constant_values=True)) - 1
    for row, column in np.ndindex(walls.shape):
        exact = float(np.sqrt(((solid - (row, column)) ** 2).sum(axis=1).min()))
        assert lobby.clearances[row, column] == pytest.approx(max(0.0, exact - 0.5), abs=1e-5)


def test_nothing_strange_is_inside() -> None:
    lobby = LobbyMap(1.0, (0.0, 0.0, 0.0), np.zeros((2, 2), dtype=np.int8))
    for x in (math.nan, math.inf, -math.inf):
        assert not lobby.inside(x, 1)
        assert lobby.occupied(1, x)
        assert lobby.clearance(x, 1) == 0
