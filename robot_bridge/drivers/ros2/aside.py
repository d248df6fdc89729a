"""Services called without the event loop: for the dead man's switch, when the loop is blocked."""

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from robot_bridge.drivers.ros2.address import Server

OPEN_SECONDS = 0.5
ANSWER_SECONDS = 0.4
LARGEST = 1024 * 1024
"""Bytes of an answer."""


def ask_aside(server: Server, calls: Sequence[Mapping[str, Any]]) -> bool:
    """Call services over a connection of its own, within a second; whether all have answered.

    Blocks; to be called from another thread.
    """
    waiting = {call["id"] for call in calls}
    try:
        with connect(
            server.url,
            additional_headers=dict(server.headers),
            ssl=server.tls,
            compression=None,
            open_timeout=OPEN_SECONDS,
            close_timeout=0.1,
            ping_interval=None,
            max_size=LARGEST,
            proxy=None,
        ) as socket:
            for call in calls:
                socket.send(json.dumps(call))
            end = time.monotonic() + ANSWER_SECONDS
            while waiting:
                waiting.discard(_answered(socket.recv(max(0.0, end - time.monotonic()))))
    except (OSError, WebSocketException, ValueError):  # TimeoutError is an OSError
        return False
    return True


def _answered(text: str | bytes) -> object:
    """The id of the call that this answers; None: it is something else."""
    message = json.loads(text)
    if isinstance(message, dict) and message.get("op") == "service_response":
        return str(message.get("id"))
    return None
