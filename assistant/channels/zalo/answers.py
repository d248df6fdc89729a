"""What the platform's answers mean, and what is to be done about each (zalo.md §4.8, §5).

Every answer of openapi is HTTP 200; the body decides. What is not such an answer (HTML, nothing,
5xx, silence) leaves open whether the message was sent.
"""

import json
from dataclasses import dataclass, field
from typing import Any, Literal

from assistant.channels.zalo.oauth import error_code

Kind = Literal[
    "done",
    "token",
    "rate",
    "account",
    "shape",
    "window",
    "unreachable_citizen",
    "upload_again",
    "refused",
    "unclear",
    "silent",
    "not_sent",
]
"""`done`: sent. `token`: renew once, send again once. `rate`: later. `account`: stop, a person has
to act; kept. `shape`: our fault, plain text once. `window`, `unreachable_citizen`: this citizen
gets nothing until they write again. `upload_again`: the picture has expired. `refused`: a code that
nobody knows. `unclear`: answered, but not how; perhaps sent. `silent`: no answer; perhaps sent.
`not_sent`: the platform was not reached at all."""

_CODES: dict[Kind, tuple[int, ...]] = {
    "token": (-216, -220),
    "rate": (-32,),
    "account": (
        *(-211, -204, -205, -219, -221, -223, -224, -320, -321),
        *(-209, -212, -235, -240, -242, -248, -249, -14002),
    ),
    "shape": (-201, -210, -233),
    "window": (-230, -232),
    "unreachable_citizen": (-213, -217, -218, -227, -244),
    "upload_again": (-100,),
    "unclear": (-200,),
}
KIND_OF: dict[int, Kind] = {code: kind for kind, codes in _CODES.items() for code in codes}

_BOT_CODES: dict[int, Kind] = {
    400: "shape",
    401: "account",
    403: "unreachable_citizen",
    404: "account",
    408: "unclear",
    429: "rate",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, read. Holds nothing that may not be logged but `data`."""

    kind: Kind
    reason: str
    """`error -230`, `http 502`, `empty`, `timeout` …: for the log, the outbox and people."""
    data: Any = field(default=None, repr=False)

    @property
    def perhaps_sent(self) -> bool:
        return self.kind in ("unclear", "silent")


def read_oa(status: int, raw: bytes) -> Answer:
    """An answer of openapi."""
    data = _object(raw)
    code = error_code(data.get("error")) if data is not None else None
    if data is None or code is None:
        return _no_answer(status, raw)
    if code == 0 and status < 400:
        return Answer("done", "ok", data.get("data"))
    return Answer(KIND_OF.get(code, "refused"), f"error {code}")


def read_bot(status: int, raw: bytes) -> Answer:
    """An answer of the Bot API."""
    data = _object(raw)
    if data is None or not isinstance(data.get("ok"), bool):
        return _no_answer(status, raw)
    if data["ok"] and status < 400:
        return Answer("done", "ok", data.get("result"))
    code = error_code(data.get("error_code"))
    if code is None:
        code = status
    kind: Kind = _BOT_CODES.get(code, "unclear" if code >= 500 or code == -200 else "refused")
    return Answer(kind, f"error {code}")


def _no_answer(status: int, raw: bytes) -> Answer:
    """A gateway's page, or nothing: below 400 and from 500 on nobody knows what was done."""
    if status == 429:
        return Answer("rate", "http 429")
    if 300 <= status < 500 and status != 408:  # a wrong address, a log-in page of the network
        return Answer("account", f"http {status}")
    if status >= 400:
        return Answer("unclear", f"http {status}")
    return Answer("unclear", "empty" if not raw.strip() else "no json")


def _object(raw: bytes) -> dict[str, Any] | None:
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None
