"""Service calls over a socket: answers find their questions by id, and none is waited for long."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import uuid4

MOST = 64
"""Questions that may be open; then the oldest is forgotten."""


@dataclass(slots=True)
class Call:
    """A question that was asked."""

    answered: bool = False
    worked: bool = False
    """The service was there; not what it did."""
    values: Any = None


class Calls:
    """Open questions, by id."""

    def __init__(self) -> None:
        self._prefix = uuid4().hex[:8]
        self._numbers = count()
        self._open: dict[str, Call] = {}

    def new(self) -> tuple[str, Call]:
        """An id for `operations.cancel_all` and the like, and where its answer will be."""
        call_id, call = f"call-{self._prefix}-{next(self._numbers)}", Call()
        self._open[call_id] = call
        while len(self._open) > MOST:
            del self._open[next(iter(self._open))]
        return call_id, call

    def take(self, message: Mapping[str, Any]) -> bool:
        """A ``service_response``; whether it answers an open question."""
        call = self._open.pop(str(message.get("id")), None)
        if call is None:
            return False
        call.answered, call.worked = True, message.get("result") is not False
        call.values = message.get("values")
        return True
