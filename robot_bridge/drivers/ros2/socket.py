"""One WebSocket to a rosbridge server: it either works or is over; nothing waits to be sent later.

It asks the server for a sign of life by itself, because a connection whose network has gone is
otherwise noticed after minutes.
"""

import asyncio
import contextlib
import json
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from robot_bridge.clock import Clock, finish_within, wait_for_event
from robot_bridge.driver import LinkError
from robot_bridge.drivers.ros2.address import Server

OPEN_SECONDS = 5.0
PING_EVERY = 2.0
SILENT_SECONDS = 3.5
"""Since the last answer to a ping: what is said above within 4 s is true."""
BACKLOG = 64
"""Operations that may wait for the network; then the connection counts as lost."""
LARGEST = 32 * 1024 * 1024
"""Bytes of a message; a server that sends more is left."""

Receive = Callable[[str | bytes], None]
"""Takes what has come. Must not raise."""

log = structlog.get_logger(__name__)


class RosSocket:
    """Built for one connection; a lost one is never used again."""

    def __init__(
        self,
        server: Server,
        receive: Receive,
        clock: Clock,
        name: str,
        may_send: Callable[[], bool] = lambda: True,
    ) -> None:
        self._server = server
        self._receive = receive
        self._clock = clock
        self._name = name
        self._may_send = may_send
        self._connection: ClientConnection | None = None
        self._outgoing: asyncio.Queue[str] = asyncio.Queue(BACKLOG)
        self._tasks: list[asyncio.Task[None]] = []
        self._over = asyncio.Event()
        self._answered_at = 0.0
        self.reason = ""
        """Why it is over."""

    @property
    def up(self) -> bool:
        return self._connection is not None and not self._over.is_set()

    async def open(self) -> None:
        """Raises `LinkError`."""
        try:
            await finish_within(self._dial(), self._clock, OPEN_SECONDS)
        except InvalidHandshake as error:
            raise LinkError(f"{self._server.url}: no rosbridge there: {error}") from error
        except OSError as error:
            raise LinkError(f"{self._server.url}: {error}") from error
        if self._connection is None:
            raise LinkError(f"{self._server.url}: no answer")
        self._answered_at = self._clock.monotonic()
        self._tasks = [
            asyncio.create_task(work, name=f"{self._name} {what}")
            for what, work in (
                ("reader", self._read(self._connection)),
                ("writer", self._write(self._connection)),
                ("pings", self._ask(self._connection)),
            )
        ]

    async def _dial(self) -> None:
        self._connection = await connect(
            self._server.url,
            additional_headers=dict(self._server.headers),
            ssl=self._server.tls,
            compression=None,
            open_timeout=None,
            close_timeout=1,
            ping_interval=None,
            max_size=LARGEST,
            proxy=None,
        )

    def send(self, operation: Mapping[str, Any]) -> None:
        """Goes out at once, or never. Raises `LinkError`."""
        if not self.up:
            raise LinkError(self.reason or "not connected")
        if not self._may_send():
            raise LinkError("another process drives this robot")
        try:
            self._outgoing.put_nowait(json.dumps(operation, allow_nan=False))
        except asyncio.QueueFull:
            self._end("the network takes nothing")
            raise LinkError(self.reason) from None

    def keep(self, task: asyncio.Task[None]) -> None:
        """Something that lives as long as the socket."""
        self._tasks.append(task)

    async def lost(self) -> str:
        """Wait until it is over; why."""
        await self._over.wait()
        return self.reason

    async def close(self, *, friendly: bool = False) -> None:
        """Leave at once; or say what is still to be said first, which takes a second at most."""
        connection, self._connection = self._connection, None
        friendly = friendly and not self._over.is_set()
        self._end("closed")
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if connection is None:
            return
        if friendly:
            with contextlib.suppress(Exception):
                while not self._outgoing.empty() and self._may_send():
                    await asyncio.wait_for(connection.send(self._outgoing.get_nowait()), 0.5)
                await connection.close()  # bounded by close_timeout
        connection.transport.abort()

    async def ask(self) -> None:
        """Return when everything sent before has reached the server, and its answers us."""
        if self._connection is not None:
            await (await self._connection.ping())

    def _end(self, reason: str) -> None:
        if not self._over.is_set():
            self.reason = reason
            self._over.set()

    async def _read(self, connection: ClientConnection) -> None:
        try:
            async for text in connection:
                self._receive(text)
            self._end("the server has closed the connection")
        except ConnectionClosed as error:
            self._end(f"the connection broke: {error}")

    async def _write(self, connection: ClientConnection) -> None:
        try:
            while True:
                text = await self._outgoing.get()
                if self._may_send():  # the machine may have slept since it was asked
                    await connection.send(text)
        except ConnectionClosed as error:
            self._end(f"the connection broke: {error}")

    async def _ask(self, connection: ClientConnection) -> None:
        """Notice a connection on which our questions are not answered, whatever else comes.

        What was sent into one that is dead must not arrive when it comes to life again: it is
        torn down without ceremony.
        """
        while not self._over.is_set():
            left = self._answered_at + SILENT_SECONDS - self._clock.monotonic()
            try:
                answered = await finish_within(self._ping(connection), self._clock, left)
            except ConnectionClosed:
                return  # the reader says so
            if answered:
                await wait_for_event(self._over, self._clock, PING_EVERY)
            else:
                self._end("the server does not answer")
                connection.transport.abort()

    async def _ping(self, connection: ClientConnection) -> None:
        await (await connection.ping())
        self._answered_at = self._clock.monotonic()
