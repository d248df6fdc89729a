"""Measures a release on questions and conversations, turn by turn through the engine's door.

Every row is played as a visitor's message in a fresh conversation. The same release and file always
give the same report, latencies aside. `run_evaluation` is `./letan evaluate`.
"""

import asyncio
import json
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import yaml
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from assistant import logging
from assistant.engine.client import TurnReply, TurnRequest
from assistant.engine.service import Engine
from assistant.errors import LetanError
from assistant.health import Health
from assistant.metrics import Metrics
from assistant.releases.scoring import (
    OUTCOMES,
    DialogueReport,
    Report,
    differences,
    judge,
    reply_words,
)
from assistant.releases.service import Releases
from assistant.settings import Settings
from assistant.storage.database import Database

_START_SECONDS = 180.0


CONTEXT: dict[str, Any] = {
    "now": "2026-11-23T09:00:00+07:00",
    "channel": "kiosk",
    "can_move": True,
    "robot": {"id": "evaluation", "name": "Evaluation", "state": "idle"},
    "centre": {
        "open_now": True,
        "opens_at": None,
        "closes_at": "2026-11-23T11:30:00+07:00",
        "reason": None,
        "hours": {"vi": "7:30–11:30, 13:00–17:00", "en": "7:30–11:30, 13:00–17:00"},
    },
    "counters": {},
    "offices": {},
    "notices": [],
}
"""A Monday morning at a kiosk that may lead visitors: figures must not depend on the clock."""


def morning_at(folder: Path) -> dict[str, Any]:
    """`CONTEXT` with every counter and office of a release open and nobody waiting."""
    static = json.loads((folder / "centre.json").read_text(encoding="utf-8"))
    counter = {"open": True, "opens_at": None, "tickets": True, "waiting": 0}
    return {
        **CONTEXT,
        "counters": {
            str(c["id"]): {**counter, "expected_wait_minutes": 0} for c in static["counters"]
        },
        "offices": {
            str(o["id"]): {"open": True, "opens_at": None} for o in static.get("offices") or ()
        },
    }


Played = Callable[[int, int], None]
"""Told after each row: how many were played, and of how many."""


def _unseen(_done: int, _of: int) -> None:
    """Nobody watches."""


class Turns(Protocol):
    """What is measured: the engine, or anything that answers like it."""

    async def turn(self, request: TurnRequest) -> TurnReply: ...


async def evaluate_questions(
    engine: Turns,
    path: Path,
    release: str = "",
    context: Mapping[str, Any] = CONTEXT,
    played: Played = _unseen,
) -> Report:
    """Play every row of a `questions.jsonl`. Raises LetanError `questions_bad` naming the line."""
    judged = []
    run = uuid4().hex  # a conversation of an earlier run would be remembered
    questions = _questions(path)
    for number, row in enumerate(questions, start=1):
        request = TurnRequest(
            conversation=f"evaluation-{run}-{number}",
            message_id=f"{run}-{number}",
            text=row["text"],
            payload=None,
            language=None,
            context=dict(context),
            topic=(row.get("context") or {}).get("procedure"),
        )
        started = time.perf_counter()
        reply = await engine.turn(request)
        judged.append(judge(row, reply, (time.perf_counter() - started) * 1000))
        played(number, len(questions))
    return Report(release, judged)


def _questions(path: Path) -> list[dict[str, Any]]:
    rows = []
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError:
                row = None
            missing = [
                k
                for k in ("id", "text", "slice", "intent")
                if not isinstance(row, dict) or k not in row
            ]
            if missing or not isinstance(row, dict):
                raise _bad("questions_bad", f"{path.name}:{number}: {', '.join(missing)}")
            rows.append(row)
    return rows


async def evaluate_dialogues(
    engine: Turns, path: Path, context: Mapping[str, Any] = CONTEXT, played: Played = _unseen
) -> DialogueReport:
    """Play every conversation of a `dialogues.yaml`. Raises LetanError `dialogues_bad`."""
    run = uuid4().hex
    rows = []
    dialogues = _dialogues(path)
    for done, dialogue in enumerate(dialogues, start=1):
        for number, turn in enumerate(dialogue["turns"], start=1):
            request = TurnRequest(
                conversation=f"evaluation-{run}-{dialogue['id']}",
                message_id=f"{run}-{dialogue['id']}-{number}",
                text=turn["user"],
                payload=None,
                language=dialogue.get("language") if number == 1 else None,
                context=dict(context),
            )
            reply = await engine.turn(request)
            rows.append(_turn_row(dialogue["id"], number, reply, turn["expect"]))
        played(done, len(dialogues))
    return DialogueReport(len(dialogues), rows)


def _dialogues(path: Path) -> list[dict[str, Any]]:
    try:
        dialogues: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
        for dialogue in dialogues:
            for turn in dialogue["turns"]:
                _ = (dialogue["id"], turn["user"], turn["expect"]["kind"])
    except (yaml.YAMLError, KeyError, TypeError) as error:
        raise _bad("dialogues_bad", f"{path.name}: {error}") from error
    return dialogues


def _turn_row(
    dialogue: str, number: int, reply: TurnReply, expect: Mapping[str, Any]
) -> dict[str, Any]:
    problems = differences(expect, reply)
    return {
        "id": dialogue,
        "turn": number,
        "as_expected": not problems,
        "problems": problems,
        "topic": reply.topic,
        "reply": reply_words(reply),
    }


def _bad(code: str, where: str) -> LetanError:
    return LetanError(
        code=code,
        status=422,
        vi=f"Tệp đánh giá có dòng sai: {where}",
        en=f"The evaluation file has a bad entry: {where}",
        log=where,
        field=where,
    )


async def run_evaluation(
    settings: Settings,
    questions: Path | None,
    dialogues: Path | None,
    json_out: Path | None,
    release: str | None,
) -> int:
    """Play one file against a release; the published one by default. Returns the exit code.

    The engine runs on a data folder of its own: nothing of an evaluation is kept.
    Raises LetanError `release_unknown`, `release_missing`, `release_damaged`, `questions_bad`,
    `dialogues_bad`.
    """
    logging.configure(
        settings.model_copy(update={"log_level": "warning"})
    )  # stdout is the report's
    name, folder = await _release(settings, release)
    with tempfile.TemporaryDirectory(prefix="letan-evaluate-") as scratch:
        own = settings.model_copy(update={"data_dir": Path(scratch), "database_url": None})
        metrics = Metrics()
        engine = Engine(own, Health(metrics), metrics)
        try:
            await engine.start(folder)
            if not await engine.wait_ready(_START_SECONDS):
                raise _unavailable()
            report = await _play(engine, questions, dialogues, name, morning_at(folder))
        finally:
            await engine.close()
    Console().print(
        questions_table(report) if isinstance(report, Report) else dialogues_table(report)
    )
    text = json.dumps(report.as_dict(), ensure_ascii=False, indent=1) + "\n"
    if json_out is not None:
        await asyncio.to_thread(json_out.write_text, text, encoding="utf-8")
    if isinstance(report, Report):
        await asyncio.to_thread((folder / "evaluation.json").write_text, text, encoding="utf-8")
    return 0


async def _play(
    engine: Turns, questions: Path | None, dialogues: Path | None, name: str, context: Any
) -> Report | DialogueReport:
    """Play one file, with a bar on standard error while it goes on."""
    console = Console(stderr=True)
    with Progress(*Progress.get_default_columns(), console=console, transient=True) as progress:
        task = progress.add_task(name, total=None)

        def played(done: int, of: int) -> None:
            progress.update(task, completed=done, total=of)

        if questions is not None:
            return await evaluate_questions(engine, questions, name, context, played)
        if dialogues is not None:
            return await evaluate_dialogues(engine, dialogues, context, played)
    raise ValueError("questions or dialogues")


async def _release(settings: Settings, wanted: str | None) -> tuple[str, Path]:
    database = Database(settings.database)
    try:
        releases = Releases(settings.data_dir, database)
        if wanted is not None:
            return wanted, releases.folder(wanted)
        published = await releases.published()
    finally:
        await database.close()
    if published is None:
        raise LetanError(
            code="release_missing",
            status=404,
            vi="Chưa có bản phát hành nào. Hãy chạy ./letan train.",
            en="There is no release yet. Run ./letan train.",
        )
    return published.id, published.folder


def _unavailable() -> LetanError:
    return LetanError(
        code="engine_unavailable",
        status=503,
        vi="Bộ hội thoại không khởi động được. Hãy xem nhật ký hoặc chạy ./letan doctor.",
        en="The dialogue engine did not start. See the log or run ./letan doctor.",
    )


def questions_table(report: Report) -> Table:
    """Rows of every slice, then what no slice shows."""
    figures = report.as_dict()
    outside, aspects, times = figures["out_of_scope"], figures["aspects"], figures["latency_ms"]
    table = Table(
        title=f"{report.release}: {figures['n']}",
        caption=(
            f"out of scope right {outside['right']}/{outside['n']} · "
            f"false refusals {figures['false_refusals']} · "
            f"aspects exact {aspects['exact']}/{aspects['n']} · "
            f"p50 {times['p50']} ms, p95 {times['p95']} ms"
        ),
    )
    table.add_column("slice")
    for column in ("n", *OUTCOMES):
        table.add_column(column.replace("_", " "), justify="right")
    for name, counts in report.slices().items():
        table.add_row(name, *(str(counts[c]) for c in ("n", *OUTCOMES)))
    return table


def dialogues_table(report: DialogueReport) -> Table:
    """One row a conversation, with the turns that went otherwise."""
    figures = report.as_dict()
    table = Table(title=f"{figures['turns_as_expected']}/{figures['turns']}")
    for column in ("conversation", "turns", "otherwise"):
        table.add_column(column)
    for name in dict.fromkeys(r["id"] for r in report.rows):
        rows = [r for r in report.rows if r["id"] == name]
        bad = [f"{r['turn']}: {'; '.join(r['problems'])}" for r in rows if not r["as_expected"]]
        table.add_row(str(name), str(len(rows)), "\n".join(bad))
    return table
