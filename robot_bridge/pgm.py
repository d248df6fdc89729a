"""Read grey pictures: PGM, binary (P5) and plain (P2), https://netpbm.sourceforge.net/doc/pgm.html."""

import re
from pathlib import Path

import numpy as np
import numpy.typing as npt

MAX_CELLS = 25_000_000
"""A picture with more cells is refused: 250 m x 250 m at 5 cm, far beyond any lobby."""

_TOKEN = re.compile(rb"(?:\s|#[^\n\r]*[\n\r])*([^\s#]+)")


class PgmError(ValueError):
    """A picture that cannot be read: which part of it, and what is wrong there."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem


def read_pgm(path: Path) -> tuple[npt.NDArray[np.uint16], int]:
    """The picture (height, width), top row first, and the value that stands for white.

    Raises `PgmError` for a broken picture and `OSError` for a file that cannot be read.
    """
    if path.stat().st_size > 12 * MAX_CELLS:
        raise PgmError("size", "the file is too large for a map")
    return parse_pgm(path.read_bytes())


def parse_pgm(data: bytes) -> tuple[npt.NDArray[np.uint16], int]:
    """As `read_pgm`, from bytes."""
    magic = data[:2]
    if magic not in (b"P5", b"P2"):
        raise PgmError("magic", "must begin with P5 or P2 (a PGM picture)")
    width, at = _header_number(data, 2, "width")
    height, at = _header_number(data, at, "height")
    brightest, at = _header_number(data, at, "maxval")
    if brightest > 65535:
        raise PgmError("maxval", f"at most 65535 is possible, got {brightest}")
    if width * height > MAX_CELLS:
        raise PgmError("size", f"{width} x {height} pixels are too many for a map")
    pixels = (
        _binary(data, at + 1, width * height, brightest)
        if magic == b"P5"
        else _plain(data, at, width * height)
    )
    if int(pixels.max()) > brightest:
        raise PgmError("pixels", f"a value is above maxval {brightest}")
    return pixels.reshape(height, width), brightest


def _header_number(data: bytes, at: int, name: str) -> tuple[int, int]:
    match = _TOKEN.match(data, at)
    if match is None:
        raise PgmError(name, "is missing")
    token = match.group(1)
    if not token.isdigit() or len(token) > 7 or int(token) == 0:
        raise PgmError(name, f"a whole number above 0 is needed, got {token[:20]!r}")
    return int(token), match.end()


def _binary(data: bytes, start: int, count: int, brightest: int) -> npt.NDArray[np.uint16]:
    kind = np.dtype(np.uint8) if brightest < 256 else np.dtype(">u2")
    if len(data) - start < count * kind.itemsize:
        raise PgmError(
            "pixels",
            f"{count} are needed, the file ends after {(len(data) - start) // kind.itemsize}",
        )
    return np.frombuffer(data, kind, count, start).astype(np.uint16)


def _plain(data: bytes, at: int, count: int) -> npt.NDArray[np.uint16]:
    words = re.sub(rb"#[^\n\r]*", b"", data[at:]).split()
    if len(words) < count:
        raise PgmError("pixels", f"{count} are needed, the file ends after {len(words)}")
    try:
        values = [int(word) for word in words[:count]]
    except ValueError as error:
        raise PgmError("pixels", "every pixel must be a whole number") from error
    if min(values) < 0 or max(values) > 65535:
        raise PgmError("pixels", "a value is outside 0..65535")
    return np.array(values, dtype=np.uint16)
