"""Child processes: started, watched, restarted with back-off, ended together with us.

A child gets a pipe as its standard input and has to exit when that pipe closes; so no orphan
survives even `kill -9` of the application.
"""

import asyncio
import os
import random
import signal
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal

import structlog

log = structlog.get_logger(__name__)

State = Literal["stopped", "starting", "ready", "waiting"]
"""`waiting`: it died (or never became ready) and is started again after a pause."""

_SECRETS = frozenset(("LETAN_OPERATOR_TOKEN", "LETAN_DATABASE_URL", "LETAN_SECRET_KEY"))
_SECRETS_OF = "LETAN_ZALO_"
"""Of the channel: tokens and keys, none of which a child needs."""
_LONGEST_LINE = 8000
_STEADY_SECONDS = 60.0


class ChildProcess:
    """One supervised program.

    `ready` is asked until it says yes (an `OSError` of it means no); without it a child is ready
    as soon as it runs. `on_change` is called in the event loop after every change of `state`.
    """

    def __init__(
        self,
        name: str,
        argv: Sequence[str | Path],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        ready: Callable[[], Awaitable[bool]] | None = None,
        ready_seconds: float = 120.0,
        on_change: Callable[[State], None] | None = None,
        first_pause: float = 0.5,
        longest_pause: float = 30.0,
        stop_seconds: float = 1.0,
    ) -> None:
        self.name = name
        self.argv = [str(part) for part in argv]
        self.restarts = 0
        """How often it was started again after it had died."""
        self.last_lines: deque[str] = deque(maxlen=20)
        """The newest lines of its standard error: what to show when it does not start."""
        inherited = {
            name: value
            for name, value in os.environ.items()
            if name not in _SECRETS and not name.startswith(_SECRETS_OF)
        }
        self._env = {**inherited, **(env or {})}
        self._cwd = cwd
        self._probe = ready
        self._ready_seconds = ready_seconds
        self._on_change = on_change
        self._first_pause = first_pause
        self._longest_pause = longest_pause
        self._stop_seconds = stop_seconds
        self._state: State = "stopped"
        self._failure: str | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._supervisor: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self._log = log.bind(child=name)

    @property
    def state(self) -> State:
        return self._state

    @property
    def failure(self) -> str | None:
        """Why it does not run, in one English sentence; None while it runs or has just begun."""
        return self._failure

    @property
    def pid(self) -> int | None:
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if running and self._process is not None else None

    def start(self) -> None:
        """Start supervising; returns at once. A second call does nothing."""
        if self._supervisor is None:
            self._supervisor = asyncio.create_task(self._supervise(), name=f"child {self.name}")

    async def wait_ready(self, seconds: float | None = None) -> bool:
        """Wait until the child is ready; False when `seconds` passed first."""
        try:
            async with asyncio.timeout(seconds):
                await self._ready.wait()
        except TimeoutError:
            return False
        return True

    async def restart(self) -> None:
        """End the running process (it hangs, say); the supervisor starts the next one."""
        if self._process is not None:
            await self._end(self._process)

    async def stop(self) -> None:
        """SIGTERM to the whole group, SIGKILL after `stop_seconds`; afterwards nothing is left."""
        supervisor, self._supervisor = self._supervisor, None
        if supervisor is not None:
            supervisor.cancel()
            await asyncio.wait({supervisor})
        self._change("stopped")

    async def _supervise(self) -> None:
        attempt = 0
        loop = asyncio.get_running_loop()
        while True:
            self._change("starting")
            began = loop.time()
            await self._run_once()
            if loop.time() - began > _STEADY_SECONDS:
                attempt = 0
            pause = min(self._longest_pause, self._first_pause * 2**attempt)
            pause *= random.uniform(0.75, 1.25)
            attempt = min(attempt + 1, 16)
            self.restarts += 1
            self._change("waiting")
            self._log.warning("child ended", reason=self._failure, restart_in=round(pause, 2))
            await asyncio.sleep(pause)

    async def _run_once(self) -> None:
        """Run one process from start to end; sets `failure`."""
        try:
            process = await self._spawn()
        except OSError as error:
            self._failure = f"{self.argv[0]} cannot be started: {error.strerror or error}"
            return
        self._process = process
        readers = [
            asyncio.create_task(self._forward(process.stdout, error=False)),
            asyncio.create_task(self._forward(process.stderr, error=True)),
        ]
        self._log.info("child started", pid=process.pid)
        try:
            await self._watch(process)
        finally:
            self._ready.clear()
            await self._end(process)
            await asyncio.wait(readers, timeout=0.5)
            for reader in readers:
                reader.cancel()
            self._process = None

    async def _spawn(self) -> asyncio.subprocess.Process:
        """A start that is cancelled before its pipes are connected would wait for ever (CPython
        3.11): it is finished, and the process ended."""
        starting = asyncio.create_task(
            asyncio.create_subprocess_exec(
                *self.argv,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=self._env,
                cwd=self._cwd,
                start_new_session=True,
            )
        )
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            with suppress(OSError):
                await self._end(await starting)
            raise

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        ended = asyncio.create_task(process.wait())
        probing = asyncio.create_task(self._wait_for_probe())
        try:
            await asyncio.wait(
                {ended, probing}, timeout=self._ready_seconds, return_when="FIRST_COMPLETED"
            )
            if not ended.done() and not probing.done():
                self._failure = f"not ready within {self._ready_seconds:g} s"
                return
            if not ended.done():
                probing.result()
                self._failure = None
                self._change("ready")
                self._ready.set()
            code = await ended
            self._failure = f"ended with {_exit_text(code)}"
        finally:
            for task in (ended, probing):
                while not task.done():  # `wait_for` of 3.11 may lose a cancellation
                    task.cancel()
                    await asyncio.wait({task}, timeout=0.5)

    async def _wait_for_probe(self) -> None:
        while self._probe is not None:
            with suppress(OSError):
                if await self._probe():
                    return
            await asyncio.sleep(0.1)

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        """Whoever is cancelled meanwhile is so afterwards. Not `wait_for` here: when the process
        ends in the moment of a cancellation, 3.11 loses it, and the next child would be started
        while its end is waited for."""
        ending = asyncio.create_task(self._end_group(process))
        try:
            await asyncio.shield(ending)
        except asyncio.CancelledError:
            await asyncio.wait({ending})
            raise

    async def _end_group(self, process: asyncio.subprocess.Process) -> None:
        """Also ends what the child itself has started: everything in its process group."""
        if process.stdin is not None:
            process.stdin.close()
        _signal_group(process.pid, signal.SIGTERM)
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), self._stop_seconds)
        _signal_group(process.pid, signal.SIGKILL)
        # What holds its pipes open, in a group of its own, must not hold us.
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), self._stop_seconds)

    async def _forward(self, stream: asyncio.StreamReader | None, *, error: bool) -> None:
        if stream is not None:
            async for line in read_lines(stream):
                self._line(line, error)

    def _line(self, text: str, error: bool) -> None:
        if error:
            self.last_lines.append(text)
        self._log.debug("child says", stream="stderr" if error else "stdout", line=text)

    def _change(self, state: State) -> None:
        if state == self._state:
            return
        self._state = state
        if self._on_change is not None:
            self._on_change(state)


async def read_lines(stream: asyncio.StreamReader) -> AsyncIterator[str]:
    """What a child prints, line by line: blank lines left out, endless ones cut, never an error."""
    rest = b""
    while chunk := await stream.read(65536):
        *lines, rest = (rest + chunk).split(b"\n")
        if len(rest) > _LONGEST_LINE:
            lines, rest = [*lines, rest], b""
        for line in lines:
            if line.strip():
                yield _text(line)
    if rest.strip():
        yield _text(rest)


def _text(raw: bytes) -> str:
    return raw[:_LONGEST_LINE].decode("utf-8", "replace").rstrip()


def _signal_group(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def _exit_text(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    with suppress(ValueError):
        return signal.Signals(-code).name
    return f"signal {-code}"
