"""Reading Wyoming events with limits: what a peer announces never decides how much we allocate.

The format is that of https://github.com/rhasspy/wyoming: a JSON line, then optional JSON data,
then an optional binary payload.
"""

import asyncio
import json
from typing import Any

from wyoming.event import Event

from speech.errors import SpeechError

MAX_LINE = 64 * 1024
MAX_DATA = 256 * 1024
MAX_PAYLOAD = 4 * 1024 * 1024
PARTIAL = "transcript-partial"
"""Our additional event: ``{"text": hypothesis so far, "language"}``; a later one replaces it."""


class ProtocolError(SpeechError):
    """The peer does not speak Wyoming, or sends more than the limits allow."""


def protocol_error(reason: str) -> ProtocolError:
    return ProtocolError(
        "protocol_error",
        f"Dữ liệu gửi tới không đúng giao thức Wyoming: {reason}.",
        f"What was sent is not a Wyoming event: {reason}.",
    )


async def read_event(reader: asyncio.StreamReader, max_payload: int = MAX_PAYLOAD) -> Event | None:
    """The next event, or None when the peer has closed. Raises ProtocolError."""
    try:
        line = await reader.readline()
    except ValueError as error:
        raise protocol_error(f"a line over {MAX_LINE} bytes") from error
    if not line:
        return None
    head = _object(line)
    kind = head.get("type")
    data = head.get("data") or {}
    if not isinstance(kind, str) or not isinstance(data, dict):
        raise protocol_error("'type' must be a string and 'data' an object")
    data_length = _length(head, "data_length", MAX_DATA)
    payload_length = _length(head, "payload_length", max_payload)
    try:
        if data_length:
            data = {**data, **_object(await reader.readexactly(data_length))}
        payload = await reader.readexactly(payload_length) if payload_length else None
    except asyncio.IncompleteReadError:
        return None
    return Event(type=kind, data=data, payload=payload)


def _object(raw: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise protocol_error("not JSON") from error
    if not isinstance(parsed, dict):
        raise protocol_error("not a JSON object")
    return parsed


def _length(head: dict[str, Any], key: str, limit: int) -> int:
    value = head.get(key)
    if value is None:
        return 0
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise protocol_error(f"'{key}' must be a whole number")
    if value > limit:
        raise protocol_error(f"'{key}' is {value}, at most {limit}")
    return value
