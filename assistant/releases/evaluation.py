"""`./letan evaluate`: measures a release on questions, or on whole conversations.

A question is a message in a conversation of its own, with the row's topic already open; a
conversation goes through the API's door (`evaluation_desk`). The same release and file always give
the same report, latencies aside. How to read it: docs/evaluation.md.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

from rich.console import Console
from rich.progress import Progress

from assistant import logging
from assistant.engine.client import TurnReply, TurnRequest
from assistant.errors import LetanError
from assistant.releases.evaluation_desk import (
    CONTEXT,
    Desk,
    Played,
    desk_for,
    morning_at,
    play_dialogues,
    serving,
    unseen,
)
from assistant.releases.evaluation_files import (
    Problem,
    Rows,
    known_codes,
    read_dialogues,
    read_questions,
)
from assistant.releases.evaluation_report import (
    DialogueReport,
    Report,
    dialogues_view,
    questions_view,
)
from assistant.releases.scoring import judge
from assistant.releases.service import Release, Releases
from assistant.settings import Settings
from assistant.storage.database import Database
from assistant.storage.migrate import migrate

TO_STDOUT = Path("-")
_FAULTS = frozenset({"engine_failed", "engine_timeout"})
"""One turn went wrong; the next one may be answered."""
_TOLD_EVERY = 1000
_NAMED = 20


class Turns(Protocol):
    """What is measured: the engine, or anything that answers like it."""

    async def turn(self, request: TurnRequest) -> TurnReply: ...

    async def parse(self, text: str, topic: str | None = None) -> dict[str, Any]: ...


async def evaluate_questions(
    engine: Turns,
    path: Path,
    release: str = "",
    context: Mapping[str, Any] = CONTEXT,
    *,
    played: Played = unseen,
    known: Collection[str] | None = None,
) -> Report:
    """Play every row of a `questions.jsonl`. Raises LetanError `questions_bad`, `engine_…`."""
    found = await asyncio.to_thread(read_questions, path, known)
    return await play_questions(engine, found, release, context, played)


async def play_questions(
    engine: Turns,
    found: Rows,
    release: str = "",
    context: Mapping[str, Any] = CONTEXT,
    played: Played = unseen,
) -> Report:
    """Play rows that were read. Raises LetanError `engine_unavailable`."""
    report = Report(release, left_out=list(found.left_out))
    run = uuid4().hex  # a conversation of an earlier run would be remembered
    for number, row in enumerate(found.rows, start=1):
        topic = (row.get("context") or {}).get("procedure")
        request = TurnRequest(
            conversation=f"evaluation-{run}-{number}",
            message_id=f"{run}-{number}",
            text=row["text"],
            payload=None,
            language=None,
            context=dict(context),
            topic=topic,
        )
        try:
            began = time.perf_counter()
            parse = await engine.parse(row["text"], topic)
            understood = time.perf_counter()
            reply = await engine.turn(request)
            ended = time.perf_counter()
        except LetanError as error:
            if error.code not in _FAULTS:
                raise
            problem = Problem(row["id"], "text", error.code, "see the engine's log", row["id"])
            report.left_out.append(problem)
        else:
            times = ((understood - began) * 1000, (ended - understood) * 1000)
            report.rows.append(judge(row, reply, times[0], parse=parse, turn_milliseconds=times[1]))
        played(number, len(found.rows))
    return report


async def evaluate_dialogues(
    desk: Desk,
    path: Path,
    release: str = "",
    *,
    played: Played = unseen,
    known: Collection[str] | None = None,
) -> DialogueReport:
    """Play every conversation of a `dialogues.yaml`. Raises LetanError `dialogues_bad`."""
    found = await asyncio.to_thread(read_dialogues, path, known)
    rows = await play_dialogues(desk, found.rows, played)
    return DialogueReport(len(found.rows), rows, found.left_out, release)


async def run_evaluation(
    settings: Settings,
    questions: Path | None,
    dialogues: Path | None,
    json_out: Path | None,
    release: str | None,
) -> int:
    """Play one file against a release; the published one by default.

    Returns 0, or 1 when rows had to be left out. `-` as `json_out` is standard output, which then
    holds nothing else. Nothing of an evaluation is kept and no release is changed.
    Raises LetanError `release_unknown`, `release_none`, `release_missing`, `release_damaged`,
    `questions_bad`, `dialogues_bad`, `report_unwritable`, `engine_unavailable`.
    """
    logging.configure(settings.model_copy(update={"log_level": "warning"}))
    await asyncio.to_thread(check_files, questions, dialogues, json_out)
    name, folder = await release_folder(settings, release)
    known = await asyncio.to_thread(known_codes, folder)
    report: Report | DialogueReport
    async with serving(settings, folder) as (engine, own):
        if questions is not None:
            morning = await asyncio.to_thread(morning_at, folder)
            with progress_of(name) as played:
                report = await evaluate_questions(
                    engine, questions, name, morning, played=played, known=known
                )
        elif dialogues is not None:
            async with desk_for(settings, own, engine) as desk:
                with progress_of(name) as played:
                    report = await evaluate_dialogues(
                        desk, dialogues, name, played=played, known=known
                    )
        else:
            raise ValueError("questions or dialogues")
    _tell(report, stderr=json_out == TO_STDOUT)
    await asyncio.to_thread(write_report, report.as_dict(), json_out)
    return 1 if report.left_out else 0


def check_files(questions: Path | None, dialogues: Path | None, json_out: Path | None) -> None:
    """What can be known before a release is needed. Raises as `run_evaluation` does."""
    if questions is not None:
        read_questions(questions)
    if dialogues is not None:
        read_dialogues(dialogues)
    if json_out is None or json_out == TO_STDOUT:
        return
    folder = json_out.absolute().parent
    if json_out.is_dir() or not folder.is_dir() or not os.access(folder, os.W_OK):
        raise _unwritable(json_out)


def write_report(figures: Mapping[str, Any], path: Path | None) -> None:
    """As JSON, whole or not at all. Raises LetanError `report_unwritable`."""
    text = json.dumps(figures, ensure_ascii=False, indent=1) + "\n"
    if path is None:
        return
    if path == TO_STDOUT:
        sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()
        return
    try:
        if path.exists() and not path.is_file():  # /dev/stdout, a pipe
            path.write_text(text, encoding="utf-8")
            return
        part = path.with_name(f"{path.name}.part")
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise _unwritable(path) from error


def _tell(report: Report | DialogueReport, *, stderr: bool) -> None:
    width = None if sys.stdout.isatty() else 150
    console = Console(stderr=stderr, width=width)
    if isinstance(report, Report):
        console.print(questions_view(report))
    else:
        console.print(dialogues_view(report))
    tell_left_out(report.left_out)


def tell_left_out(problems: Sequence[Problem]) -> None:
    """On standard error, with remedies."""
    if not problems:
        return
    console = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
    console.print(f"Không đo được {len(problems)} chỗ · not measured, {len(problems)} errors:")
    for problem in problems[:_NAMED]:
        console.print(f"  {problem}")
    if len(problems) > _NAMED:
        console.print(f"  … {len(problems) - _NAMED}")


@contextmanager
def progress_of(name: str) -> Iterator[Played]:
    """How far it is, on standard error: a bar on a terminal, elsewhere a line now and then."""
    console = Console(stderr=True)
    if not console.is_terminal:

        def told(done: int, of: int) -> None:
            if done % _TOLD_EVERY == 0:
                console.print(f"{name}: {done}/{of}")

        yield told
        return
    with Progress(*Progress.get_default_columns(), console=console, transient=True) as progress:
        task = progress.add_task(name, total=None)

        def shown(done: int, of: int) -> None:
            progress.update(task, completed=done, total=of)

        yield shown


async def release_folder(settings: Settings, wanted: str | None) -> tuple[str, Path]:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database)
    try:
        await migrate(database)
        releases = Releases(settings.data_dir, database)
        if wanted is not None:
            folder = releases.folder(wanted)
            if not folder.is_dir():
                raise _unknown(wanted, await releases.list())
            return wanted, folder
        published = await releases.published()
    finally:
        await database.close()
    if published is None:
        raise LetanError(
            "release_none",
            503,
            "Chưa có bản phát hành nào. Hãy chạy './letan train'.",
            "There is no release yet. Run './letan train'.",
        )
    return published.id, published.folder


def _unknown(wanted: str, there: Sequence[Release]) -> LetanError:
    names = ", ".join(release.id for release in there[:_NAMED]) or "–"
    return LetanError(
        "release_unknown",
        404,
        f"Không có bản phát hành '{wanted[:64]}'. Các bản đang có: {names}.",
        f"There is no release '{wanted[:64]}'. There are: {names}.",
        field="release",
    )


def _unwritable(path: Path) -> LetanError:
    return LetanError(
        "report_unwritable",
        422,
        f"Không ghi được báo cáo vào {path}. Hãy chỉ một tệp trong thư mục đã có và ghi được.",
        f"The report cannot be written to {path}. Name a file in a folder that can be written to.",
        field="json",
    )
