"""A speech engine as a Wyoming service in a process of its own.

    python -m speech.server --uri unix:///run/letan/stt.sock --engine viet_asr

Home Assistant uses it as it is: the standard events suffice, additional ones may be ignored.
"""

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import socket
import stat
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import NoReturn, Protocol
from urllib.parse import urlparse

from wyoming.error import Error
from wyoming.event import Event, async_write_event
from wyoming.info import Describe
from wyoming.ping import Ping, Pong

from speech import recognition, synthesis, wire
from speech.activity import SharedActivity
from speech.engines import (
    RECOGNISERS,
    SYNTHESISERS,
    SpeechRecognizer,
    kind_of,
    load_recogniser,
    load_synthesiser,
)
from speech.errors import EngineFailedError, SpeechError
from speech.worker import CALL_SECONDS, Worker

log = logging.getLogger("speech.server")

MAX_CLIENTS = 32
IDLE_SECONDS = 300.0
REST_SECONDS = 2.0
"""Without a client for so long, memory that is free goes back to the system."""
HUNG_EXIT_CODE = 75
"""``EX_TEMPFAIL``: a native call hung, start me again."""


class Client(Protocol):
    """What a connection does with its events."""

    async def handle(self, event: Event) -> None: ...
    async def failed(self, event: Event) -> None: ...
    async def close(self) -> None: ...


class Service:
    """Accepts connections and gives each its own client state."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._stopping = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._connect, self._info, self._rest = self._engine(options)
        self.exit_code = 0

    def _engine(
        self, options: argparse.Namespace
    ) -> tuple[
        Callable[[recognition.Send], Client], Callable[[], Awaitable[Event]], Callable[[], None]
    ]:
        name = options.engine
        if kind_of(name) == "recogniser":
            settings = {
                "model": options.model,
                "language": options.language,
                "phrases": options.phrases,
            }
            activity = SharedActivity()

            def load() -> SpeechRecognizer:
                activity.load()
                return load_recogniser(name, settings)

            hearing = Worker(name, load, self._hung, options.deadline)
            hearing.start()
            return (
                lambda send: recognition.RecognitionClient(hearing, send, activity),
                lambda: recognition.info(hearing),
                hearing.rest,
            )
        voices = {"vi": options.voice_vi, "en": options.voice_en}
        speaking = Worker(name, lambda: load_synthesiser(name, {}), self._hung, options.deadline)
        speaking.start()
        return (
            lambda send: synthesis.SynthesisClient(speaking, send, voices),
            lambda: synthesis.info(speaking),
            speaking.rest,
        )

    def stop(self) -> None:
        self._stopping.set()

    def _hung(self) -> None:
        log.error("a native call hangs; ending so that a fresh process can take over")
        self.exit_code = HUNG_EXIT_CODE
        # The client shall still get its error event.
        asyncio.get_running_loop().call_later(0.2, self.stop)

    async def run(self, uri: str) -> None:
        """Serves until stopped. Raises ValueError for a bad URI and OSError when it is taken."""
        server, path = await _listen(uri, self._accept)
        log.info("listening on %s", uri)
        try:
            await self._stopping.wait()
        finally:
            server.close()
            for task in tuple(self._tasks):
                task.cancel()
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=1.0)
            if path is not None:
                path.unlink(missing_ok=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._serve(reader, writer)
        except (ConnectionError, TimeoutError):
            pass  # the peer is gone or idle
        except asyncio.CancelledError:
            if not self._stopping.is_set():
                raise
        finally:
            self._tasks.discard(task)
            writer.close()
            asyncio.get_running_loop().call_later(REST_SECONDS, self._rest_if_alone)

    def _rest_if_alone(self) -> None:
        if not self._tasks:
            self._rest()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def send(event: Event) -> None:
            if writer.is_closing():
                raise ConnectionResetError
            await async_write_event(event, writer)

        if len(self._tasks) > MAX_CLIENTS:
            await send(Error("too many connections; try again later", "busy").event())
            return
        client = self._connect(send)
        try:
            while True:
                async with asyncio.timeout(IDLE_SECONDS):
                    event = await wire.read_event(reader)
                if event is None:
                    return
                await self._handle(event, client, send)
        except wire.ProtocolError as error:
            # The stream cannot be trusted any more: say why, then close.
            await send(Error(error.en, error.code).event())
        finally:
            with contextlib.suppress(SpeechError):
                await client.close()

    async def _handle(self, event: Event, client: Client, send: recognition.Send) -> None:
        try:
            if Describe.is_type(event.type):
                await send(await self._info())
            elif Ping.is_type(event.type):
                await send(Pong(text=str(event.data.get("text") or "")).event())
            else:
                await client.handle(event)
        except (KeyError, TypeError, AttributeError) as error:
            # Wyoming's own parsers raise these for missing or wrong fields.
            reason = wire.protocol_error(f"event '{event.type:.40}' is malformed ({error!s:.80})")
            await self._refuse(reason, event, client, send)
        except SpeechError as error:
            await self._refuse(error, event, client, send)

    async def _refuse(
        self, error: SpeechError, event: Event, client: Client, send: recognition.Send
    ) -> None:
        serious = isinstance(error, EngineFailedError)
        log.log(logging.ERROR if serious else logging.INFO, "%s %s", error, error.log or "")
        answer = Error(error.en, error.code).event()
        answer.data["text_vi"] = error.vi
        await send(answer)
        with contextlib.suppress(SpeechError):
            await client.failed(event)


async def _listen(
    uri: str, accept: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
) -> tuple[asyncio.Server, Path | None]:
    parsed = urlparse(uri)
    if parsed.scheme == "tcp" and parsed.hostname and parsed.port is not None:
        return (
            await asyncio.start_server(accept, parsed.hostname, parsed.port, limit=wire.MAX_LINE),
            None,
        )
    if parsed.scheme != "unix" or not parsed.path:
        raise ValueError("--uri: use unix:///path/to/socket or tcp://host:port")
    path = Path(parsed.path)
    if len(os.fsencode(path)) > 107:
        raise ValueError(f"--uri: a socket path has at most 107 bytes: {path}")
    await asyncio.to_thread(_remove_stale, path)
    before = os.umask(0o177)  # the socket is ours alone from its first instant
    try:
        server = await asyncio.start_unix_server(accept, path, limit=wire.MAX_LINE)
    finally:
        os.umask(before)
    return server, path


def _remove_stale(path: Path) -> None:
    try:
        is_socket = stat.S_ISSOCK(path.lstat().st_mode)
    except FileNotFoundError:
        return
    if not is_socket:
        raise ValueError(f"--uri: {path} exists and is no socket")
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(path))
        except OSError:
            path.unlink(missing_ok=True)
            return
    raise ValueError(f"--uri: another service listens on {path}")


async def _end_with_input(service: Service) -> None:
    """Ends the service when standard input closes: its parent is gone."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    try:
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while await reader.read(4096):
            pass
    except (ValueError, OSError):
        log.warning("standard input cannot be watched")
        return
    service.stop()


async def serve(options: argparse.Namespace) -> int:
    service = Service(options)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, service.stop)
    watch = asyncio.create_task(_end_with_input(service)) if options.watch_stdin else None
    await service.run(options.uri)
    if watch is not None:
        watch.cancel()
    return service.exit_code


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m speech.server", description=__doc__)
    parser.add_argument("--uri", required=True, help="unix:///path/to/socket or tcp://host:port")
    parser.add_argument(
        "--engine", required=True, help=f"one of {', '.join((*RECOGNISERS, *SYNTHESISERS))}"
    )
    parser.add_argument("--model", type=Path, help="model folder (vosk, whisper)")
    parser.add_argument("--language", help="language of that model (vosk); vi when left out")
    parser.add_argument("--phrases", type=Path, help='hints for every utterance: {"phrases": […]}')
    parser.add_argument(
        "--voice-vi", default="vi", help="voice for Vietnamese: north, central, south or its name"
    )
    parser.add_argument("--voice-en", default="en-us", help="voice for English")
    parser.add_argument(
        "--deadline", type=float, default=CALL_SECONDS, help="longest call of the engine, seconds"
    )
    parser.add_argument("--watch-stdin", action="store_true", help="end when standard input closes")
    parser.add_argument("--debug", action="store_true")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Serves until stopped, then ends the process: 0, 2 for a wrong command line, 75 after a
    native call that hung."""
    options = _arguments(argv)
    logging.basicConfig(
        level=logging.DEBUG if options.debug else logging.INFO,
        format="%(levelname)s %(name)s %(message)s",
    )
    try:
        code = asyncio.run(serve(options))
    except (ValueError, OSError, SpeechError) as error:
        sys.stderr.write(f"{error}\n")
        code = 2
    sys.stderr.flush()
    # A thread stuck in native code would keep a normal exit waiting for ever.
    os._exit(code)


if __name__ == "__main__":
    main()
