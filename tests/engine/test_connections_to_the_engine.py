"""The engine's door over its socket: kept open, given up when broken, never mixed up."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from assistant.engine.connections import ConnectionBrokenError, Connections

Answer = Callable[[int, bytes], bytes | None]
"""(number of the connection, head of the request) → bytes; None closes the connection."""


class Peer:
    def __init__(self, answer: Answer) -> None:
        self.connections = 0
        self._answer = answer
        self.writers: list[asyncio.StreamWriter] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        number = self.connections
        self.writers.append(writer)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
                await reader.readexactly(length)
                answer = self._answer(number, head)
                if answer is None:
                    return
                writer.write(answer)
        except asyncio.IncompleteReadError:
            return
        finally:
            writer.close()


@asynccontextmanager
async def peer(folder: Path, answer: Answer) -> AsyncIterator[tuple[Peer, Connections]]:
    served = Peer(answer)
    server = await asyncio.start_unix_server(served, folder / "s")
    connections = Connections(folder / "s")
    try:
        yield served, connections
    finally:
        await connections.close()
        server.close()
        await server.wait_closed()


def said(body: bytes, *fields: bytes, status: bytes = b"200 OK") -> bytes:
    head = [b"HTTP/1.1 " + status, b"Content-Length: %d" % len(body), *fields]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


async def test_one_connection_serves_one_request_after_another(tmp_path: Path) -> None:
    async with peer(tmp_path, lambda _n, head: said(head.split(b" ")[1])) as (served, connections):
        for path in ("/a", "/b", "/c"):
            assert await connections.request("POST", path, b"{}", 5) == (200, path.encode())
        assert served.connections == 1


async def test_requests_at_once_get_their_own_answers(tmp_path: Path) -> None:
    async with peer(tmp_path, lambda _n, head: said(head.split(b" ")[1])) as (_, connections):
        paths = [f"/{number}" for number in range(100)]
        calls = [connections.request("POST", path, b"", 5) for path in paths]
        answers = await asyncio.gather(*calls)
    assert answers == [(200, path.encode()) for path in paths]


async def test_a_connection_that_the_peer_closed_is_not_used_again(tmp_path: Path) -> None:
    closing = said(b"bye", b"Connection: close", status=b"503 Busy")
    async with peer(tmp_path, lambda n, _: closing if n == 1 else said(b"ok")) as (_, connections):
        assert await connections.request("GET", "/", b"", 5) == (503, b"bye")
        assert await connections.request("GET", "/", b"", 5) == (200, b"ok")


@pytest.mark.parametrize(
    "answer",
    [
        None,
        b"no HTTP at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 100_000 + b"\r\n\r\n",
    ],
)
async def test_a_broken_answer_is_an_error_and_the_next_request_goes_on(
    tmp_path: Path, answer: bytes | None
) -> None:
    async with peer(tmp_path, lambda n, _: answer if n == 1 else said(b"ok")) as (_, connections):
        with pytest.raises(ConnectionBrokenError):
            await connections.request("GET", "/", b"", 5)
        assert await connections.request("GET", "/", b"", 5) == (200, b"ok")


async def test_a_late_answer_reaches_nobody_else(tmp_path: Path) -> None:
    late = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"
    async with peer(tmp_path, lambda n, _: late if n == 1 else said(b"new")) as (
        served,
        connections,
    ):
        with pytest.raises(TimeoutError):
            await connections.request("GET", "/", b"", 0.2)
        served.writers[0].write(b"other")
        assert await connections.request("GET", "/", b"", 5) == (200, b"new")


async def test_closing_ends_what_is_under_way(tmp_path: Path) -> None:
    asked = asyncio.Event()

    def silent(_number: int, _head: bytes) -> bytes:
        asked.set()
        return b""

    async with peer(tmp_path, silent) as (_, connections):
        call = asyncio.create_task(connections.request("GET", "/", b"", 30))
        await asked.wait()
        await connections.close()
        with pytest.raises(ConnectionBrokenError):
            await call


async def test_a_peer_that_never_listened_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(ConnectionBrokenError):
        await Connections(tmp_path / "nobody").request("GET", "/", b"", 5)
