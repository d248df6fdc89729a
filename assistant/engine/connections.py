"""HTTP/1.1 over a Unix socket, as far as the engine's door needs it.

One peer, of our own making, that answers every request with a length: a general client spends more
on headers, cookies, redirects and timers than a turn's bytes take on their way.
"""

import asyncio
from pathlib import Path

_MOST = 64
"""Connections at once; more requests wait for one."""
_LONGEST_HEAD = 64 * 1024


class ConnectionBrokenError(Exception):
    """The peer never listened, went away, or answered something that is no HTTP."""


class Connections:
    """Keeps connections open for the next request."""

    def __init__(self, socket: Path) -> None:
        self._socket = str(socket)
        self._free: list[_Connection] = []
        self._open: set[_Connection] = set()
        self._places = asyncio.Semaphore(_MOST)

    async def request(
        self, method: str, path: str, body: bytes, seconds: float
    ) -> tuple[int, bytes]:
        """Status and body of the answer. `path` is quoted already.

        Raises `TimeoutError` after `seconds`, `ConnectionBrokenError`.
        """
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: engine\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        async with asyncio.timeout(seconds), self._places:
            connection = await self._connection()
            try:
                answer = await connection.exchange(head.encode("ascii") + body)
            except BaseException:  # half an exchange: whoever came next would read its rest
                self._drop(connection)
                raise
            if connection.reusable:
                self._free.append(connection)
            else:
                self._drop(connection)
            return answer

    async def close(self) -> None:
        """All of them, those in use as well."""
        for connection in tuple(self._open):
            self._drop(connection)

    async def _connection(self) -> "_Connection":
        while self._free:
            connection = self._free.pop()
            if connection.reusable:
                return connection
            self._drop(connection)
        try:
            opened = await asyncio.open_unix_connection(self._socket, limit=_LONGEST_HEAD)
        except OSError as error:
            raise ConnectionBrokenError(type(error).__name__) from error
        connection = _Connection(*opened)
        self._open.add(connection)
        return connection

    def _drop(self, connection: "_Connection") -> None:
        self._open.discard(connection)
        if connection in self._free:
            self._free.remove(connection)
        connection.close()


class _Connection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._keeps = True

    @property
    def reusable(self) -> bool:
        return self._keeps and not self._reader.at_eof() and not self._writer.is_closing()

    async def exchange(self, request: bytes) -> tuple[int, bytes]:
        try:
            self._writer.write(request)
            await self._writer.drain()
            head = await self._reader.readuntil(b"\r\n\r\n")
            status, length = self._read(head.decode("latin-1"))
            return status, await self._reader.readexactly(length) if length else b""
        except (OSError, EOFError, ValueError, asyncio.LimitOverrunError) as error:
            raise ConnectionBrokenError(type(error).__name__) from error

    def _read(self, head: str) -> tuple[int, int]:
        """(status, length of the body). Raises ValueError for anything else."""
        first, *lines = head.lower().split("\r\n")
        version, status, *_ = first.split(" ", 2)
        fields = {
            name.strip(): value.strip() for name, _, value in (x.partition(":") for x in lines)
        }
        if not version.startswith("http/1.") or "transfer-encoding" in fields:
            raise ValueError("an answer without a length")
        self._keeps = version == "http/1.1" and fields.get("connection") != "close"
        bodyless = status in {"204", "304"}
        return int(status), 0 if bodyless else int(fields.get("content-length") or "")

    def close(self) -> None:
        self._writer.close()
