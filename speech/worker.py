"""One thread for one engine: native calls leave the event loop, and each has a deadline."""

import asyncio
import ctypes
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Generic, TypeVar

from speech.errors import EngineUnavailableError, SpeechError, engine_failed

Engine = TypeVar("Engine")
Result = TypeVar("Result")

LOAD_SECONDS = 60.0
CALL_SECONDS = 8.0
"""Longest call measured here: 0.5 s with the processor overloaded."""


class Worker(Generic[Engine]):
    """Loads an engine and runs its calls, one at a time.

    A call over its deadline cannot be interrupted: ``on_hang`` is told, so that the process ends
    and its supervisor starts a fresh one.
    """

    def __init__(
        self,
        name: str,
        load: Callable[[], Engine],
        on_hang: Callable[[], None],
        seconds: float = CALL_SECONDS,
    ) -> None:
        self.name = name
        self._load = load
        self._on_hang = on_hang
        self._seconds = seconds
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"engine-{name}")
        self._loaded: asyncio.Task[Engine] | None = None
        self._used = False
        """Since it rested last."""

    def start(self) -> None:
        """Begins loading; returns at once."""
        self._loaded = asyncio.create_task(self._start())

    async def engine(self) -> Engine:
        """The loaded engine. Raises EngineUnavailableError (each time) when it cannot be had."""
        assert self._loaded is not None
        return await asyncio.shield(self._loaded)

    async def problem(self) -> EngineUnavailableError | None:
        """Why the engine cannot be had, or None; waits for the loading."""
        try:
            await self.engine()
        except EngineUnavailableError as error:
            return error
        return None

    async def call(
        self, function: Callable[..., Result], *arguments: Any, seconds: float | None = None
    ) -> Result:
        """Runs ``function`` on the engine's thread.

        Raises EngineFailedError when it raises something untyped or misses its deadline.
        """
        self._used = True
        limit = self._seconds if seconds is None else seconds
        loop = asyncio.get_running_loop()
        future = loop.run_in_executor(self._thread, _contained, function, *arguments)
        try:
            async with asyncio.timeout(limit):
                return await asyncio.shield(future)
        except TimeoutError as error:
            self._on_hang()
            raise engine_failed(self.name, f"no answer within {limit:g} s") from error
        except (SpeechError, asyncio.CancelledError):
            raise
        except Exception as error:  # the border of native code: anything may come out
            raise engine_failed(self.name, f"{type(error).__name__}: {error}") from error

    def rest(self) -> None:
        """Nobody is here: what the last utterances needed goes back to the system."""
        if self._used:
            self._used = False
            asyncio.get_running_loop().run_in_executor(self._thread, give_back)

    async def _start(self) -> Engine:
        try:
            engine = await self.call(self._load, seconds=LOAD_SECONDS)
            self.rest()
            return engine
        except EngineUnavailableError:
            raise
        except SpeechError as error:
            raise EngineUnavailableError("engine_unavailable", error.vi, error.en, error.log) from (
                error
            )


def give_back() -> None:
    """Memory that the C library holds free: after loading a model 30 to 40 MB. glibc only."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)


def _contained(function: Callable[..., Result], *arguments: Any) -> Result:
    """Some libraries end the process when they miss something: here that is only a failed call."""
    try:
        return function(*arguments)
    except SystemExit as error:
        raise RuntimeError(f"it wanted to end the process ({error.code})") from error
