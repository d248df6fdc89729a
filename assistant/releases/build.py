"""Builds a release: snapshots, training, manifest, evaluation, registration, publication."""

import asyncio
import errno
import json
import os
import secrets
import shutil
from collections import deque
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog

from assistant import logging
from assistant.catalogue.service import Catalogue
from assistant.centre.content import load_content
from assistant.centre.snapshot import write_snapshot
from assistant.engine.manifest import write_manifest
from assistant.errors import LetanError
from assistant.faq.service import SNAPSHOT as FAQS
from assistant.faq.service import FaqRoom
from assistant.processes import read_lines
from assistant.releases.build_site import disk_full
from assistant.releases.content import centre_folder, ensure_content
from assistant.releases.regression import Meanwhile, evaluate_release, write_judged
from assistant.releases.service import Releases
from assistant.settings import ROOT, Settings
from assistant.storage.database import Database

log = structlog.get_logger(__name__)

_TRAINING_SHARE = (0.08, 0.8)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a build is."""

    step: str
    fraction: float
    """0 to 1."""
    release: str | None = None
    """Id of the finished release; only in the last one."""


def new_id() -> str:
    """An id for a release: when it was begun, and something that two of one second differ in."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


async def build(
    settings: Settings,
    database: Database,
    *,
    publish: bool = True,
    release: str | None = None,
    meanwhile: Meanwhile | None = None,
    yielding: bool = False,
) -> AsyncIterator[Progress]:
    """Build from the content as it is now; the database has been migrated.

    ``meanwhile`` is called with the release's engine and context while it is being measured.
    ``yielding``: visitors' turns have the processor first.

    An unfinished folder is removed, whatever ends the build.
    Raises LetanError `training_failed`, `release_not_starting`, `catalogue_empty`, and those of
    the content.
    """
    logging.configure(settings)  # commands come here without create_app(); stdout is theirs
    releases = Releases(settings.data_dir, database)
    release = release or new_id()
    folder = releases.folder(release)
    yield Progress("content", 0.0)
    await ensure_content(settings, database)
    await asyncio.to_thread(folder.mkdir, parents=True)
    try:
        procedures = await Catalogue(database).snapshot(folder / "catalogue.json")
        await FaqRoom(database).snapshot(folder / FAQS)
        await asyncio.to_thread(_snapshot_centre, settings, folder)
        first, last = _TRAINING_SHARE
        before = await releases.published()
        earlier = before.folder if before is not None else None
        command = _training_command(settings, folder, earlier)
        if yielding and (nice := shutil.which("nice")):
            command = [nice, "-n", "10", *command]
        async for step, fraction in _train(settings, command):
            yield Progress(step, first + (last - first) * fraction)
        yield Progress("manifest", last)
        await write_judged(database, folder)
        await asyncio.to_thread(write_manifest, folder, release)
        yield Progress("evaluation", last)
        await _evaluate(settings, folder, release, meanwhile)
        await releases.register(release, procedures)
        if publish:
            await releases.publish(release)
    except BaseException:
        with suppress(OSError):
            shutil.rmtree(folder)
        raise
    yield Progress("done", 1.0, release)


async def _evaluate(
    settings: Settings, folder: Path, release: str, meanwhile: Meanwhile | None
) -> None:
    """Measure the release; where the questions are no good it is a release all the same.

    Raises LetanError `release_not_starting`: what does not answer must not be published.
    """
    try:
        with structlog.contextvars.bound_contextvars(measuring=True):
            figures = await evaluate_release(settings, folder, release, meanwhile)
    except LetanError as error:
        if error.code == "engine_unavailable":
            raise _not_starting(error) from error
        log.warning("release not evaluated", release=release, code=error.code, reason=error.en)
        return
    if figures is not None:
        of = {key: figures[key] for key in ("n", "right", "wrong")}
        log.info("release evaluated", release=release, **of)


def _not_starting(error: LetanError) -> LetanError:
    return LetanError(
        "release_not_starting",
        503,
        f"Bản mới không khởi động được nên không được phát hành. {error.vi}",
        f"The new release does not start, so it was not published. {error.en}",
        log=error.log,
    )


def _snapshot_centre(settings: Settings, folder: Path) -> None:
    write_snapshot(load_content(centre_folder(settings)), folder / "centre.json")


async def _train(settings: Settings, command: list[str]) -> AsyncIterator[tuple[str, float]]:
    """Run `dialogues.train`; yields its steps. Ends the process when the build is abandoned."""
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=ROOT,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
    except OSError as error:
        raise _failed(f"{settings.engine_python}: {error.strerror}") from error
    assert process.stdout is not None
    assert process.stderr is not None
    last_lines: deque[str] = deque(maxlen=15)
    draining = asyncio.create_task(_drain(process.stderr, last_lines))
    failure: str | None = None
    try:
        async for line in read_lines(process.stdout):
            message = _message(line)
            if "error" in message:
                failure = str(message["error"])
            elif "step" in message:
                yield str(message["step"]), float(message.get("fraction", 0.0))
        code = await process.wait()
        await draining
    finally:
        draining.cancel()
        if process.returncode is None:
            process.kill()
            await process.wait()
    if code != 0 or failure is not None:
        for line in last_lines:
            log.error("training says", line=line)
        raise _failed(failure or (last_lines[-1] if last_lines else f"exit code {code}"))


def _training_command(settings: Settings, folder: Path, earlier: Path | None) -> list[str]:
    command = [settings.engine_python, "-m", "dialogues.train", "--release", folder.resolve()]
    nlu = settings.content_dir / "nlu"
    if nlu.is_dir():
        command += ["--content", nlu.resolve()]
    if earlier is not None:
        command += ["--reuse", earlier.resolve()]
    return [str(part) for part in command]


async def _drain(stream: asyncio.StreamReader, last_lines: deque[str]) -> None:
    async for line in read_lines(stream):
        last_lines.append(line[:500])


def _message(raw: str) -> dict[str, Any]:
    try:
        message = json.loads(raw)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}


def _failed(reason: str) -> LetanError:
    if os.strerror(errno.ENOSPC) in reason:
        return disk_full()
    return LetanError(
        "training_failed",
        500,
        f"Huấn luyện không thành công: {reason[:300]}. Bản đang dùng không thay đổi. "
        "Hãy chạy './letan doctor', rồi './letan train'.",
        f"The training failed: {reason[:300]}. The release in use is unchanged. "
        "Run './letan doctor', then './letan train'.",
        log=reason[:2000],
    )
