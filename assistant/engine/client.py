"""Client of one dialogue engine: HTTP/JSON over a Unix domain socket (docs/architecture.md)."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from assistant.errors import Language

_MOST_CONNECTIONS = 64


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
    """Keeps connections open. Must be made inside a running event loop."""

    def __init__(self, socket: Path) -> None:
        self._session = aiohttp.ClientSession(
            base_url="http://engine",
            connector=aiohttp.UnixConnector(
                path=str(socket), limit=_MOST_CONNECTIONS, keepalive_timeout=30
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
        )

    async def health(self) -> dict[str, Any]:
        """`{"status": "ready"|"warming"|"spare", "release", "pid", "rss_mb", "turns"}`."""
        return await self._call("GET", "/health", None, 2.0)

    async def load(self, folder: Path) -> None:
        """Tell a spare engine its release. Raises as `turn` does."""
        await self._call("POST", "/load", {"release": str(folder)}, 5.0)

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
        await self._call("DELETE", f"/conversations/{conversation}", None, seconds)

    async def close(self) -> None:
        await self._session.close()

    async def _call(
        self, method: str, path: str, body: dict[str, Any] | None, seconds: float
    ) -> dict[str, Any]:
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        try:
            async with self._session.request(
                method,
                path,
                data=data,
                headers={"Content-Type": "application/json"},
                timeout=aiohttp.ClientTimeout(total=seconds),
            ) as response:
                raw = await response.read()
                status = response.status
        except TimeoutError:
            raise
        except (aiohttp.ClientError, OSError) as error:
            raise EngineGoneError(type(error).__name__) from error
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
