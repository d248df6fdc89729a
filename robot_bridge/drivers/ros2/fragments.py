"""Messages that a server has cut into pieces (``fragment`` operations), put together again."""

from collections.abc import Mapping
from typing import Any

from robot_bridge.drivers.ros2.readings import LONGEST, BadMessage, number

OPEN = 16
"""Messages of which pieces may be waiting; then the oldest is given up."""
MOST_PIECES = 10_000


class Fragments:
    """Pieces by the id of their message. Memory is bounded."""

    def __init__(self) -> None:
        self._open: dict[str, dict[int, str]] = {}
        self._size = 0

    def add(self, message: Mapping[str, Any]) -> str | None:
        """Take a piece; the whole text once nothing is missing. Raises `BadMessage`."""
        name, data = message.get("id"), message.get("data")
        index, total = number(message.get("num")), number(message.get("total"))
        if not isinstance(name, str) or not isinstance(data, str):
            raise BadMessage("a fragment without id or data")
        if index is None or total is None or not 0 <= index < total <= MOST_PIECES:
            raise BadMessage("a fragment that is none of its message")
        pieces = self._open.setdefault(name, {})
        self._size += len(data) - len(pieces.get(int(index), ""))
        pieces[int(index)] = data
        while len(self._open) > OPEN or (self._size > LONGEST and self._open):
            self._drop(next(iter(self._open)))
        if len(pieces) < int(total) or name not in self._open:
            return None
        self._drop(name)
        return "".join(pieces[i] for i in sorted(pieces))

    def _drop(self, name: str) -> None:
        self._size -= sum(len(piece) for piece in self._open.pop(name).values())
