"""Client of one dialogue engine: HTTP/JSON over a Unix domain socket (docs/architecture.md)."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from assistant.engine.connections import ConnectionBrokenError, Connections
from assistant.errors import Language


@dataclass(frozen=True, slots=True)
class TurnRequest:
    """A message as the engine wants it; exactly one of `text` and `payload` is set."""

    conversation: str
    message_id: str
    text: str | None
    payload: str | None
    language: Language | None
    context: dict[str, Any]
    topic: str | None = None
    """Seeds the open procedure; evaluation only."""


@dataclass(frozen=True, slots=True)
class TurnReply:
    """What the engine answers."""

    language: Language
    outcome: str
    understanding: dict[str, Any]
    parts: list[dict[str, Any]]
    topic: str | None


class EngineGoneError(Exception):
    """The connection broke: the engine died, or it never listened."""


class EngineRefusedError(Exception):
    """The engine answered with an error of its own."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(f"{status}: {detail}")
        self.status = status


class EngineClient:
    """Keeps connections open."""

    def __init__(self, socket: Path) -> None:
        self._connections = Connections(socket)

    async def health(self) -> dict[str, Any]:
        """`{"status": "ready"|"warming", "release", "pid", "rss_mb", "turns"}`."""
        return await self._call("GET", "/health", None, 2.0)

    async def turn(self, request: TurnRequest, seconds: float) -> TurnReply:
        """One turn. Raises `TimeoutError`, `EngineGoneError`, `EngineRefusedError`."""
        body = {
            "conversation": request.conversation,
            "message_id": request.message_id,
            "text": request.text,
            "payload": request.payload,
            "language": request.language,
            "topic": request.topic,
            "context": request.context,
        }
        answer = await self._call("POST", "/turn", body, seconds)
        try:
            return TurnReply(
                "en" if answer["language"] == "en" else "vi",
                str(answer["outcome"]),
                dict(answer["understanding"]),
                list(answer["parts"]),
                answer.get("topic"),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise EngineRefusedError(500, f"reply without {error}") from error

    async def parse(self, text: str, topic: str | None, seconds: float) -> dict[str, Any]:
        """Understanding only. Raises as `turn` does."""
        return await self._call("POST", "/parse", {"text": text, "topic": topic}, seconds)

    async def forget(self, conversation: str, seconds: float) -> None:
        """Erase what the engine keeps of a conversation. Raises as `turn` does."""
        await self._call("DELETE", f"/conversations/{quote(conversation, safe='')}", None, seconds)

    async def close(self) -> None:
        await self._connections.close()

    async def _call(
        self, method: str, path: str, body: dict[str, Any] | None, seconds: float
    ) -> dict[str, Any]:
        data = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        try:
            status, raw = await self._connections.request(method, path, data, seconds)
        except ConnectionBrokenError as error:
            raise EngineGoneError(str(error)) from error
        if status == 204:
            return {}
        try:
            answer = json.loads(raw)
        except ValueError as error:
            raise EngineRefusedError(status, "not JSON") from error
        if status >= 400 or not isinstance(answer, dict):
            detail = answer.get("error") if isinstance(answer, dict) else None
            raise EngineRefusedError(status, str(detail)[:200])
        return answer
