"""What the live desk and the draft would answer to a question; on `app.state`.

The draft is the newest built release when it holds what an editor sees, else the release in force
with the facts as they are written. Its engine is started when it is first asked for and ends when
nobody has asked for some minutes: it needs as much memory as the desk's own.
"""

import asyncio
import json
import os
import shutil
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

import structlog
from fastapi import FastAPI

from assistant.catalogue.editing import checked
from assistant.catalogue.published import Procedure, publish
from assistant.catalogue.repository import CatalogueRepository
from assistant.catalogue.schemas import CatalogueEntry
from assistant.catalogue.snapshot import snapshot_text
from assistant.engine import manifest
from assistant.engine.client import TurnReply, TurnRequest
from assistant.engine.service import Engine
from assistant.errors import Language, LetanError
from assistant.releases.evaluation_desk import serving
from assistant.releases.service import Release, Releases
from assistant.releases.workshop import Workshop
from assistant.settings import Settings
from speech.spoken_form import spoken

log = structlog.get_logger(__name__)

IDLE_SECONDS = 180.0
LONGEST = 500
"""Characters of a question."""
_TRIAL = "catalogue_trial"
_NONE = (0, None)
_CARD = ("documents", "fee", "time", "place", "online", "eligibility", "result")
Kind = Literal["live", "built", "facts"]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the card."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """An answer, and by which desk."""

    kind: Kind
    """`live`; `built`: a release that is not published; `facts`: the release in force with the
    facts as they are written, its understanding unchanged."""
    release: str
    outcome: str
    text: str
    speech: str
    """As it is spoken."""
    procedure: str | None
    """Code of the one that was understood."""
    card: str | None
    """Name on the card; None: there is none."""
    sections: tuple[Section, ...] = ()
    choices: tuple[str, ...] = ()


@dataclass(slots=True)
class _Running:
    key: str
    engine: Engine
    stack: AsyncExitStack
    scratch: Path | None
    """A folder made for it, to be removed with it."""
    last: float


class Trial:
    """One draft at a time: who asks for another one waits for the one before."""

    def __init__(self, letan: FastAPI) -> None:
        self._state = letan.state
        self._settings: Settings = letan.state.settings
        self._one = asyncio.Lock()
        self._saved: dict[str, tuple[int, Procedure]] = {}
        """By code: version and what would be published of it."""
        self._running: _Running | None = None
        self._ending: asyncio.Task[None] | None = None

    async def live(self, text: str, language: Language | None) -> Said:
        """Raises LetanError `engine_unavailable` and the like."""
        engine: Engine = self._state.engine
        reply = await _ask(engine, self._context(), text, language)
        return said("live", engine.release or "", reply)

    async def draft(
        self, text: str, language: Language | None, written: Mapping[str, Any] | None
    ) -> Said:
        """With ``written`` in place of what is saved of that procedure.

        Raises LetanError `procedure_invalid`, `release_none`, and those of an engine.
        """
        async with self._one:
            kind, release, folder, key = await self._what(written)
            running = await self._run(key, folder)
            try:
                reply = await _ask(running.engine, self._context(), text, language)
            finally:
                running.last = asyncio.get_running_loop().time()
            return said(kind, release, reply)

    async def close(self) -> None:
        if self._ending is not None:
            self._ending.cancel()
            await asyncio.gather(self._ending, return_exceptions=True)
        async with self._one:
            await self._stop()

    def _context(self) -> dict[str, Any]:
        """As a browser's visitor has it: no robot beside."""
        found: dict[str, Any] = self._state.centre.context()
        return found | {"channel": "rest", "can_move": False, "robot": None}

    async def _what(self, written: Mapping[str, Any] | None) -> tuple[Kind, str, Path, str]:
        """Kind, id and folder of the draft, and a key that changes with what it says."""
        releases: Releases = self._state.releases
        live = await releases.published()
        if live is None:
            raise LetanError(
                "release_none",
                503,
                "Chưa có bản phát hành nào.",
                "There is no release yet.",
                retry_after=60,
            )
        procedures, key = await self._procedures(written)
        built = await self._newest_built(live)
        if built is not None and await asyncio.to_thread(_holds, built.folder, procedures):
            return "built", built.id, built.folder, built.id
        return "facts", live.id, await self._folder(live, procedures, key), f"{live.id}-{key}"

    async def _procedures(
        self, written: Mapping[str, Any] | None
    ) -> tuple[dict[str, Procedure], str]:
        """All of the draft by code, and a key that is another one when any of them differs."""
        async with self._state.database.reading() as session:
            repository = CatalogueRepository(session)
            versions = await repository.version_numbers()
            stale = [
                c for c, version in versions.items() if self._saved.get(c, _NONE)[0] != version
            ]
            fresh: dict[str, tuple[int, Procedure]] = {}
            async for rows in repository.rows(stale):
                data = [(row.version, row.data) for row in rows]
                fresh |= await asyncio.to_thread(_published, data)
        self._saved = {c: self._saved[c] for c in versions if c in self._saved} | fresh
        found = {code: procedure for code, (_, procedure) in self._saved.items()}
        key = sha256(repr(sorted((c, v) for c, (v, _) in self._saved.items())).encode())
        if written is not None:
            item = checked(str(written.get("code", "")), written)
            ours = publish(item.field, item.entry)
            if found.get(ours.code) != ours:
                found[ours.code] = ours
                key.update(ours.model_dump_json().encode())
        return found, key.hexdigest()

    async def _newest_built(self, live: Release) -> Release | None:
        """Built after the release in force and not published since."""
        workshop: Workshop = self._state.workshop
        built = {row.release for row in await workshop.builds(20) if row.state == "built"}
        releases: Releases = self._state.releases
        for release in await releases.list():
            newer = release.created_at > live.created_at
            if release.id in built and newer and release.published_at is None:
                return release
        return None

    async def _folder(self, live: Release, procedures: dict[str, Procedure], key: str) -> Path:
        folder = self._settings.data_dir.resolve() / "preview" / f"{live.id}-{key[:16]}"
        if self._running is None:  # what a crash left
            await asyncio.to_thread(shutil.rmtree, folder.parent, ignore_errors=True)
        if not (folder / manifest.FILE).is_file():
            await asyncio.to_thread(_copy, live, folder, procedures)
        return folder

    async def _run(self, key: str, folder: Path) -> _Running:
        running = self._running
        if running is not None and running.key == key:
            return running
        await self._stop()
        stack = AsyncExitStack()
        engine, _ = await stack.enter_async_context(serving(self._settings, folder))
        loop = asyncio.get_running_loop()
        self._running = running = _Running(
            key, engine, stack, folder if "preview" in folder.parts[-2:-1] else None, loop.time()
        )
        log.info("draft engine started", draft=folder.name)
        if self._ending is None or self._ending.done():
            self._ending = asyncio.create_task(self._end_when_idle(), name="draft-engine")
        return running

    async def _end_when_idle(self) -> None:
        loop = asyncio.get_running_loop()
        while self._running is not None:
            await asyncio.sleep(max(1.0, self._running.last + IDLE_SECONDS - loop.time()))
            async with self._one:
                if self._running is not None and self._running.last + IDLE_SECONDS <= loop.time():
                    await self._stop()

    async def _stop(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            await running.stack.aclose()
            # Nothing of a preview stays on disk when its engine has ended.
            if running.scratch is not None:
                await asyncio.to_thread(shutil.rmtree, running.scratch, ignore_errors=True)


def trial_of(letan: FastAPI) -> Trial:
    """The one of this application."""
    found = getattr(letan.state, _TRIAL, None)
    if not isinstance(found, Trial):
        found = Trial(letan)
        setattr(letan.state, _TRIAL, found)
    return found


def said(kind: Kind, release: str, reply: TurnReply) -> Said:
    """What a clerk looks at of a reply."""
    texts = [part for part in reply.parts if part["type"] == "text"]
    card = next((part for part in reply.parts if part["type"] == "procedure"), None)
    ranked = reply.understanding.get("procedures") or ()
    speech = " ".join(str(part.get("speech") or part["text"]) for part in texts)
    return Said(
        kind,
        release,
        reply.outcome,
        "\n".join(str(part["text"]) for part in texts),
        spoken(speech, reply.language),
        str(ranked[0]["code"]) if ranked else None,
        str(card["name"]) if card is not None else None,
        tuple(_sections(card)) if card is not None else (),
        tuple(
            str(choice["title"])
            for part in reply.parts
            if part["type"] == "choices"
            for choice in part["choices"]
        ),
    )


def _sections(card: Mapping[str, Any]) -> list[Section]:
    sections = card.get("sections") or {}
    return [
        Section(str(sections[name]["title"]), tuple(sections[name].get("lines") or ()))
        for name in _CARD
        if name in sections and sections[name].get("known")
    ]


async def _ask(
    engine: Engine, context: dict[str, Any], text: str, language: Language | None
) -> TurnReply:
    conversation = f"preview-{uuid4().hex[:20]}"
    request = TurnRequest(conversation, uuid4().hex, text, None, language, context)
    reply = await engine.turn(request)
    await engine.forget(conversation)
    return reply


def _published(rows: list[tuple[int, Any]]) -> dict[str, tuple[int, Procedure]]:
    items = [(version, CatalogueEntry.model_validate(data)) for version, data in rows]
    return {item.entry.code: (v, publish(item.field, item.entry)) for v, item in items}


def _holds(folder: Path, procedures: Mapping[str, Procedure]) -> bool:
    """Whether a release was built from just these procedures."""
    try:
        listed = json.loads((folder / "catalogue.json").read_text(encoding="utf-8"))["procedures"]
        held = {each["code"]: Procedure.model_validate(each) for each in listed}
        return held == dict(procedures)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _copy(live: Release, folder: Path, procedures: Mapping[str, Procedure]) -> None:
    """The release in force by hard links, with other facts and a manifest that says so."""
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    shutil.copytree(live.folder, part, copy_function=_link)
    for name in ("catalogue.json", manifest.FILE, "evaluation.json"):
        (part / name).unlink(missing_ok=True)
    text = snapshot_text(procedures.values(), datetime.now(UTC))
    (part / "catalogue.json").write_text(text, encoding="utf-8")
    manifest.write_manifest(part, live.id)
    shutil.rmtree(folder, ignore_errors=True)
    part.rename(folder)


def _link(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
    return target
