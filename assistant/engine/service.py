"""The dialogue engine as the rest of the application sees it: turns in, replies out.

The process behind it is started, watched, restarted and replaced here. A turn that is caught by a
crash waits for the new process and is sent once more with the same message id; the engine never
answers a message id twice.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from assistant.engine.client import (
    EngineClient,
    EngineGoneError,
    EngineRefusedError,
    TurnReply,
    TurnRequest,
)
from assistant.engine.manifest import verify
from assistant.engine.worker import REFUSED, STARTS_IN_A_ROW, EngineWorker, tracker_url
from assistant.errors import LetanError
from assistant.health import Health
from assistant.metrics import Metrics
from assistant.processes import ChildProcess, State
from assistant.settings import Settings
from assistant.storage.database import truncate_log

log = structlog.get_logger(__name__)

PART = "engine"
_RESTART_SECONDS = 40.0
"""How long a turn that a crash caught waits for the new process."""
_DRAIN_SECONDS = 15.0
_TIMEOUTS_BEFORE_RESTART = 3
Settle = Callable[[EngineClient], Awaitable[None]]
"""Asks an engine that serves nobody yet; what it raises keeps turns where they are."""


class Engine:
    """On `app.state.engine`."""

    def __init__(
        self, settings: Settings, health: Health, metrics: Metrics, *, spare: bool = False
    ) -> None:
        self._settings = settings
        self._health = health
        self._metrics = metrics
        self._current: EngineWorker | None = None
        self._keeps_spare = spare
        """A second process waits, everything imported: another release is served sooner."""
        self._spare: EngineWorker | None = None
        self._retiring: set[asyncio.Task[None]] = set()
        self._timeouts = 0
        self._started = asyncio.Event()
        """Set once a release is being served."""
        health.starting(PART, required=True)

    @property
    def release(self) -> str | None:
        """Id of the release that answers."""
        return self._current.release if self._current is not None else None

    @property
    def starts(self) -> int:
        """How often the process that serves was started again."""
        return self._current.child.restarts if self._current is not None else 0

    async def start(self, folder: Path) -> None:
        """Serve a release; returns as soon as the process is being started.

        Raises LetanError `release_missing`, `release_damaged`; what ran before goes on.
        """
        manifest = await asyncio.to_thread(verify, folder)
        worker = self._worker(folder, manifest.id)
        await self._retire(self._current)
        self._current = worker
        self._health.starting(PART, required=True)
        worker.start()
        self._started.set()

    async def replace(
        self, folder: Path, seconds: float = 180.0, settle: Settle | None = None
    ) -> None:
        """Move over to another release without refusing a turn: start it beside the running
        one, wait until it answers and ``settle`` is content, send new turns there, let the old one
        finish its own.

        Raises LetanError `release_missing`, `release_damaged`, `release_not_starting` and what
        ``settle`` raises; the old one goes on then.
        """
        if self._current is None:
            await self.start(folder)
            return
        worker = await self._beside(folder, seconds)
        try:
            if settle is not None:
                await settle(worker.client)
        except (TimeoutError, EngineGoneError, EngineRefusedError) as error:
            await worker.close()
            raise _not_starting(f"{type(error).__name__}: {error}") from error
        except BaseException:
            await worker.close()
            raise
        old, self._current = self._current, worker
        self._timeouts = 0
        self._health.ready(PART)
        task = asyncio.create_task(self._retire(old))
        self._retiring.add(task)
        task.add_done_callback(self._retiring.discard)

    async def _beside(self, folder: Path, seconds: float) -> EngineWorker:
        """A process that answers from a folder; the spare one where that can.

        Raises LetanError `release_missing`, `release_damaged`, `release_not_starting`.
        """
        manifest = await asyncio.to_thread(verify, folder)
        spare, self._spare = self._spare, None
        if spare is not None:
            spare.give(folder, manifest.id)
        reason = ""
        for worker in (spare, None):
            tried = worker or self._worker(folder, manifest.id)
            tried.start()
            try:
                answers = await tried.wait_answering(seconds, give_up=True)
            except BaseException:
                await tried.close()
                raise
            if answers:
                self._keep_spare()  # who takes a release back does so at once
                return tried
            reason = tried.child.failure or "\n".join(tried.child.last_lines)
            await tried.close()
        raise _not_starting(reason)

    async def close(self) -> None:
        self._keeps_spare = False
        workers = (self._current, self._spare)
        self._current = self._spare = None
        closing = [worker.close() for worker in workers if worker is not None]
        for task in tuple(self._retiring):
            task.cancel()
        await asyncio.gather(*closing, *self._retiring, return_exceptions=True)

    async def wait_ready(self, seconds: float | None = None) -> bool:
        """Wait until turns can be answered; False when `seconds` passed first."""
        try:
            async with asyncio.timeout(seconds):
                await self._started.wait()
                if self._current is not None:
                    await self._current.child.wait_ready()
        except TimeoutError:
            return False
        return self._current is not None and self._current.child.state == "ready"

    async def health(self) -> dict[str, Any]:
        """The engine's own report. Raises LetanError `engine_unavailable`."""
        worker = self._serving()
        try:
            return await worker.health()
        except (TimeoutError, EngineGoneError, EngineRefusedError) as error:
            raise unavailable(str(error)) from error

    async def turn(self, request: TurnRequest) -> TurnReply:
        """Answer one message.

        Raises LetanError `engine_unavailable`, `engine_timeout`, `engine_failed`.
        """
        worker = self._serving()
        seconds = self._settings.turn_seconds
        if worker.child.state != "ready":
            await self._wait_for(worker, seconds)
        async with worker.turn_under_way():
            began = time.perf_counter()
            try:
                reply = await worker.client.turn(request, seconds)
            except EngineGoneError as gone:
                log.warning("engine gone in a turn", conversation=request.conversation)
                reply = await self._again(worker, request, gone)
            except TimeoutError as error:
                raise await self._timed_out(worker) from error
            except EngineRefusedError as error:
                raise _failed(error) from error
            self._timeouts = 0
            self._metrics.engine_seconds.observe(time.perf_counter() - began)
            return reply

    async def parse(self, text: str, topic: str | None = None) -> dict[str, Any]:
        """Understanding only. Raises as `turn` does."""
        worker = self._serving()
        if not await worker.child.wait_ready(self._settings.turn_seconds):
            raise unavailable(worker.child.failure or "starting")
        try:
            return await worker.client.parse(text, topic, self._settings.turn_seconds)
        except (TimeoutError, EngineGoneError) as error:
            raise unavailable(str(error)) from error
        except EngineRefusedError as error:
            raise _failed(error) from error

    async def forget(self, conversation: str) -> None:
        """Erase the engine's memory of a conversation. Raises as `turn` does."""
        worker = self._serving()
        try:
            await worker.client.forget(conversation, self._settings.turn_seconds)
        except (TimeoutError, EngineGoneError) as error:
            raise unavailable(str(error)) from error
        except EngineRefusedError as error:
            if error.status != 404:
                raise _failed(error) from error

    async def overwrite_log(self) -> bool:
        """After an erasure: what the log of the tracker's SQLite file still holds goes as well;
        False when that is to be tried again."""
        url = tracker_url(self._settings)
        if not url.startswith("sqlite"):
            return True
        return await asyncio.to_thread(truncate_log, url.removeprefix("sqlite:///"))

    async def _wait_for(self, worker: EngineWorker, seconds: float) -> None:
        """Wait for an engine that is coming up; one that cannot start is told at once."""
        child = worker.child
        if worker.hopeless or not await child.wait_ready(seconds):
            raise self._not_ready(worker)

    def _not_ready(self, worker: EngineWorker) -> LetanError:
        part = self._health.part(PART) if worker is self._current else None
        known = part is not None and not part.ready and worker.child.failure is not None
        vi, en = (part.vi, part.en) if known and part is not None else (None, None)
        return unavailable(worker.child.failure or "starting", vi, en)

    def _serving(self) -> EngineWorker:
        if self._current is None:
            part = self._health.part(PART)
            raise unavailable("no release", part.vi if part else None, part.en if part else None)
        return self._current

    async def _again(
        self, worker: EngineWorker, request: TurnRequest, gone: EngineGoneError
    ) -> TurnReply:
        if not await worker.wait_answering(_RESTART_SECONDS):
            raise unavailable(worker.child.failure or str(gone)) from gone
        try:
            return await worker.client.turn(request, self._settings.turn_seconds)
        except (EngineGoneError, TimeoutError) as error:
            raise unavailable(f"second attempt: {type(error).__name__}") from error
        except EngineRefusedError as error:
            raise _failed(error) from error

    async def _timed_out(self, worker: EngineWorker) -> LetanError:
        self._timeouts += 1
        if self._timeouts >= _TIMEOUTS_BEFORE_RESTART:
            self._timeouts = 0
            log.error("engine hangs, restarting it")
            await worker.child.restart()
        return LetanError(
            "engine_timeout",
            503,
            "Em trả lời chậm quá nên đã dừng lại. Anh/chị hỏi lại giúp em.",
            "The answer took too long and was stopped. Please ask again.",
            retry_after=5,
        )

    def _worker(self, folder: Path | None, release: str) -> EngineWorker:
        box: list[EngineWorker] = []
        worker = EngineWorker(self._settings, folder, release, partial(self._changed, box))
        box.append(worker)
        return worker

    def _keep_spare(self) -> None:
        if self._keeps_spare and self._spare is None:
            self._spare = self._worker(None, "")
            self._spare.start()

    async def _retire(self, worker: EngineWorker | None) -> None:
        if worker is None:
            return
        try:
            await worker.drain(_DRAIN_SECONDS)
        finally:
            await worker.close()
        if self._current is not None and self._current.child.state == "ready":
            self._keep_spare()

    def _changed(self, box: list[EngineWorker], state: State) -> None:
        if not box or box[0] is not self._current:
            return
        child = box[0].child
        if state == "ready":
            self._health.ready(PART)
            log.info("engine ready", release=box[0].release, pid=child.pid)
            self._keep_spare()
        elif state == "waiting":
            self._metrics.child_restarts.labels("engine").inc()
            last = child.last_lines[-1] if child.last_lines else ""
            log.error("engine ended", reason=child.failure, last_line=last)
            self._health.failed(PART, *_why(child, last))


def _why(child: ChildProcess, last_line: str) -> tuple[str, str]:
    """What people are told about an engine that does not run, in both languages."""
    if child.failure == REFUSED:
        return (
            f"Bộ hội thoại từ chối bản phát hành ({last_line}). Hãy chạy './letan train'.",
            f"The dialogue engine refuses the release ({last_line}). Run './letan train'.",
        )
    if child.restarts >= STARTS_IN_A_ROW:
        return (
            f"Bộ hội thoại không khởi động được: {child.failure} ({last_line}). "
            "Hãy chạy './letan doctor'.",
            f"The dialogue engine does not start: {child.failure} ({last_line}). "
            "Run './letan doctor'.",
        )
    return (
        "Máy chủ đang khởi động lại, khoảng 20 giây.",
        f"The dialogue engine is being restarted ({child.failure}); about 20 seconds.",
    )


def unavailable(reason: str, vi: str | None = None, en: str | None = None) -> LetanError:
    return LetanError(
        "engine_unavailable",
        503,
        vi or "Máy chủ đang khởi động lại, khoảng 20 giây. Anh/chị chờ rồi hỏi lại giúp em.",
        en or "The server is being restarted, about 20 seconds. Please ask again then.",
        log=reason[:500],
        retry_after=20,
    )


def _not_starting(reason: str) -> LetanError:
    return LetanError(
        "release_not_starting",
        503,
        "Bản phát hành mới không khởi động được; bản cũ vẫn đang phục vụ.",
        "The new release does not start; the one before goes on serving.",
        log=reason[:1000],
    )


def _failed(error: EngineRefusedError) -> LetanError:
    if error.status == 503:  # too many turns wait, or its store does not answer: not for long
        return unavailable(
            str(error),
            "Máy chủ đang bận. Anh/chị chờ vài giây rồi hỏi lại giúp em.",
            "The server is busy. Please ask again in a few seconds.",
        )
    return LetanError(
        "engine_failed",
        502,
        "Em chưa trả lời được câu này do lỗi máy. Anh/chị hỏi lại, hoặc gặp cán bộ giúp em.",
        "This could not be answered because of a fault. Ask again, or ask the staff.",
        log=str(error),
    )
