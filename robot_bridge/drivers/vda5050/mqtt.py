"""One connection to an MQTT broker: it either works or is over; nothing waits in it to be sent.

QoS 0 and no retained messages: an order that leaves late is worse than one that fails. A broker
that answers nothing is noticed by asking it: every `ASK_EVERY` seconds we unsubscribe from a topic
of nobody's, which every broker confirms and no access list forbids.
"""

import asyncio
import contextlib
import logging
import socket
import ssl
import struct
from collections.abc import Callable, Sequence
from uuid import uuid4

import aiomqtt
import structlog
from paho.mqtt.client import Client, MQTTMessageInfo

from robot_bridge.clock import Clock, finish_within, wait_for_event
from robot_bridge.driver import LinkError
from robot_bridge.drivers.vda5050.address import Broker
from robot_bridge.drivers.vda5050.reader import LONGEST

OPEN_SECONDS = 5.0
ASK_EVERY = 1.5
ANSWER_SECONDS = 2.0
SEND_SECONDS = 0.5
LOOK_EVERY = 0.02
CATCH_UP = 8
"""Rounds in which a loop that was kept busy does what has been possible for long."""
IO_SECONDS = 2.0
"""Of the machine's own time, for a step inside the client library."""
BACKLOG = 256
"""Messages that may wait to be read; then the oldest gives way."""
TOO_LONG = b"\0too long"
"""Stands for a payload that was not kept."""

Receive = Callable[[str, bytes, bool], None]
"""Takes topic, payload and whether the broker had retained it. Must not raise."""

log = structlog.get_logger(__name__)
_LIBRARY = logging.getLogger(f"{__name__}.library")
_LIBRARY.setLevel(logging.CRITICAL)  # what went wrong comes as exceptions, and is logged by us


class _Newest(asyncio.Queue[aiomqtt.Message]):
    """Bounded in number and in bytes: in a flood the newest messages win."""

    def _put(self, item: aiomqtt.Message) -> None:
        if isinstance(item.payload, bytes | bytearray) and len(item.payload) > LONGEST:
            item.payload = TOO_LONG
        waiting = self._queue  # type: ignore[attr-defined]
        if len(waiting) >= BACKLOG:
            waiting.popleft()
        waiting.append(item)


class MqttLink:
    """Built for one connection; a lost one is never used again."""

    def __init__(
        self,
        broker: Broker,
        topics: Sequence[str],
        receive: Receive,
        clock: Clock,
        *,
        name: str,
        keepalive: int,
        tls: ssl.SSLContext | None,
        may_send: Callable[[], bool] = lambda: True,
    ) -> None:
        self._broker = broker
        self._topics = topics
        self._receive = receive
        self._clock = clock
        self._name = name
        self._keepalive = keepalive
        self._tls = tls
        self._may_send = may_send
        self._client: aiomqtt.Client | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._sending: set[asyncio.Task[None]] = set()
        self._lost = asyncio.Event()
        self.reason = ""
        """Why it was lost."""
        self.identifier = f"letan-{name}-{uuid4().hex[:8]}"
        """Unique for each connection: two with one name would throw each other out."""

    @property
    def up(self) -> bool:
        return self._client is not None and not self._lost.is_set()

    async def open(self) -> None:
        """Connect and subscribe. Raises `LinkError` saying what is wrong, without the URL."""
        broker = self._broker
        client = aiomqtt.Client(
            broker.host,
            broker.port,
            username=broker.username,
            password=broker.password,
            identifier=self.identifier,
            tls_context=self._tls,
            keepalive=self._keepalive,
            timeout=IO_SECONDS,
            queue_type=_Newest,
            logger=_LIBRARY,
            socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],  # a stop does not wait
        )
        where = f"{broker.host}:{broker.port}"
        try:
            if not await finish_within(_enter(client), self._clock, OPEN_SECONDS):
                raise LinkError(f"the broker {where} does not answer")
            self._client = client
            granted = await client.subscribe([(topic, 0) for topic in self._topics])
        except (aiomqtt.MqttError, OSError, ValueError) as error:
            await self.close()
            raise LinkError(f"the broker {where}: {error}") from error
        except BaseException:
            await self.close()
            raise
        codes = [code if isinstance(code, int) else code.value for code in granted]
        refused = [name for name, code in zip(self._topics, codes, strict=False) if code >= 128]
        if refused:
            log.warning("topics refused by the broker", robot=self._name, topics=refused)
        self._tasks = [
            asyncio.create_task(self._read(client), name=f"{self._name} mqtt"),
            asyncio.create_task(self._probe(client), name=f"{self._name} mqtt probe"),
        ]

    async def lost(self) -> str:
        """Wait until the connection is over; why."""
        await self._lost.wait()
        return self.reason

    def send(self, topic: str, payload: bytes) -> None:
        """Write a message to the broker before this returns, or never. Raises `LinkError`.

        Not by a task: on a busy machine each turn of the event loop costs a stop many milliseconds.
        """
        client = self._client
        if client is None or self._lost.is_set():
            raise LinkError(self.reason or "not connected")
        if not self._may_send():
            raise LinkError("another process drives this vehicle")
        try:
            handed = _write_now(client._client, topic, payload)
            if handed.is_published():
                return
        except (OSError, RuntimeError, ValueError) as error:
            self._fail(str(error))
            raise LinkError(self.reason) from error
        task = asyncio.get_running_loop().create_task(self._see_off(client, handed))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def ask(self) -> None:
        """Return when the broker has answered: it has had everything that was sent before."""
        if self._client is not None:
            await self._client.unsubscribe(f"letan/{self.identifier}", timeout=60)

    async def close(self) -> None:
        """Let go of the connection; may be called twice."""
        if self._sending and not self._lost.is_set():
            await asyncio.wait(list(self._sending), timeout=SEND_SECONDS)
        self._fail("closed")
        client, self._client = self._client, None
        tasks, self._tasks = self._tasks, []
        tasks += self._sending
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if client is not None:
            await _leave(client)

    async def _see_off(self, client: aiomqtt.Client, handed: MQTTMessageInfo) -> None:
        """What the machine has not taken by then must not leave later."""
        end, rounds = self._clock.monotonic() + SEND_SECONDS, CATCH_UP
        while not self._lost.is_set() and not handed.is_published():
            if self._clock.monotonic() < end:
                await self._clock.sleep(LOOK_EVERY)
            elif rounds:
                rounds -= 1  # it may be our own loop that was late
                await asyncio.sleep(0)
            else:
                _sever(client)  # else it would leave when the connection comes to life again
                self._fail("a message could not be sent in time")

    async def _in_time(self, work: "asyncio.Future[None]", seconds: float) -> bool:
        """Whether something is done within so many seconds, not counting our own lateness."""

        async def done() -> None:
            await asyncio.shield(work)

        try:
            if await finish_within(done(), self._clock, seconds):
                return True
            for _ in range(CATCH_UP):
                await asyncio.sleep(0)
            return work.done() and work.result() is None
        finally:
            work.cancel()

    async def _read(self, client: aiomqtt.Client) -> None:
        try:
            async for message in client.messages:
                payload = message.payload
                if isinstance(payload, bytes | bytearray):
                    self._receive(str(message.topic), bytes(payload), message.retain)
        except aiomqtt.MqttError as error:
            self._fail(f"{error}: {error.__cause__}" if error.__cause__ else str(error))
        except Exception as error:
            log.exception("reading from the broker failed", robot=self._name)
            self._fail(f"{type(error).__name__}: {error}")

    async def _probe(self, client: aiomqtt.Client) -> None:
        while not await wait_for_event(self._lost, self._clock, ASK_EVERY):
            try:
                if await self._in_time(asyncio.ensure_future(self.ask()), ANSWER_SECONDS):
                    continue
            except aiomqtt.MqttError as error:
                self._fail(str(error))
                return
            _sever(client)
            self._fail("the broker does not answer")

    def _fail(self, reason: str) -> None:
        if not self._lost.is_set():
            self.reason = reason
            self._lost.set()


async def _enter(client: aiomqtt.Client) -> None:
    """Connect; when nobody waits for it any more, a late success is taken back."""
    entering = asyncio.ensure_future(client.__aenter__())
    try:
        await asyncio.shield(entering)
    except asyncio.CancelledError:
        entering.add_done_callback(lambda done: _take_back(client, done))
        raise


def _take_back(client: aiomqtt.Client, entering: "asyncio.Future[aiomqtt.Client]") -> None:
    if not entering.cancelled() and entering.exception() is None:
        _sever(client)
        leaving = asyncio.ensure_future(_leave(client))
        leaving.add_done_callback(lambda _: None)


async def _leave(client: aiomqtt.Client) -> None:
    try:
        await client.__aexit__(None, None, None)
    except aiomqtt.MqttError:
        _sever(client)


def _write_now(paho: Client, topic: str, payload: bytes) -> MQTTMessageInfo:
    """Publish past the event loop: paho writes at once where nobody is to be told of a socket that
    can be written to. What does not fit, has to wait behind something else, or is encrypted (a TLS
    socket may have to read before it can write) is left to the loop.
    """
    if paho.want_write() or isinstance(paho.socket(), ssl.SSLSocket):
        return paho.publish(topic, payload, qos=0, retain=False)
    tell = paho.on_socket_register_write
    paho.on_socket_register_write = None
    try:
        handed = paho.publish(topic, payload, qos=0, retain=False)
    finally:
        paho.on_socket_register_write = tell
    sock = paho.socket()
    if tell is not None and sock is not None and paho.want_write():
        tell(paho, None, sock)
    return handed


def _sever(client: aiomqtt.Client) -> None:
    """Cut the connection so that nothing of what was written leaves the machine any more."""
    sock = client._client.socket()
    if isinstance(sock, socket.socket):
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            sock.shutdown(socket.SHUT_RDWR)


def tls_context(ca: str | None, cert: str | None, key: str | None) -> ssl.SSLContext:
    """Checks the broker's certificate and name. Raises OSError or ssl.SSLError for bad files."""
    context = ssl.create_default_context(cafile=ca)
    if cert is not None:
        context.load_cert_chain(cert, key)
    return context
