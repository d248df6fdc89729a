"""The evaluation that a release carries: `evaluation.json`, made while it is built.

Measured on the regression set of the content (`questions/*.jsonl`, `questions/*.yaml`; nothing in
it is ever training data) and on the questions that staff have judged in the inbox, which a release
carries in `judged.jsonl`. A large set is sampled, always the same rows; what was judged is not. A
row about a procedure that a ward has taken out of its catalogue is left out.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from assistant.engine.service import Engine
from assistant.errors import LetanError
from assistant.inbox.judging import JUDGED_ID, regression_rows
from assistant.releases.evaluation import play_questions, write_report
from assistant.releases.evaluation_desk import desk_for, morning_at, play_dialogues, serving
from assistant.releases.evaluation_files import (
    Row,
    Rows,
    known_codes,
    read_dialogues,
    read_questions,
)
from assistant.releases.evaluation_report import DialogueReport
from assistant.settings import Settings
from assistant.storage.database import Database

FILE = "evaluation.json"
MOST_QUESTIONS = 540
JUDGED = "judged.jsonl"
MOST_JUDGED = 300
MOST_DIALOGUES = 24
"""About eight seconds on two cores, the engine's start not counted."""
PROBES = "probes"
"""Of the report: questions that are asked again before turns move to the release."""
_PROBED = 60


Meanwhile = Callable[[Engine, dict[str, Any]], Awaitable[None]]
"""Something else to be asked of a release's engine, with the context of its turns."""


async def evaluate_release(
    settings: Settings, folder: Path, release: str, meanwhile: Meanwhile | None = None
) -> dict[str, Any] | None:
    """Measure a sealed release and write its `evaluation.json`; None without a regression set.

    Shape: what `letan evaluate --questions` writes, and `dialogues` with what `--dialogues` does;
    `files` are the SHA-256 of what was measured with. Raises LetanError `questions_bad`,
    `dialogues_bad`, `engine_unavailable`.
    """
    files = await asyncio.to_thread(_files, settings.content_dir / "questions", folder)
    if not files and meanwhile is None:
        return None
    known = await asyncio.to_thread(known_codes, folder)
    questions, dialogues = await asyncio.to_thread(_read, files, known)
    async with serving(settings, folder) as (engine, own):
        morning = await asyncio.to_thread(morning_at, folder)
        report = await play_questions(engine, questions, release, morning)
        async with desk_for(settings, own, engine) as desk:
            turns = await play_dialogues(desk, dialogues.rows)
        if meanwhile is not None:
            await meanwhile(engine, morning)
    if not files:
        return None
    played = DialogueReport(len(dialogues.rows), turns, dialogues.left_out, release)
    figures = {
        **report.as_dict(),
        "dialogues": played.as_dict(),
        PROBES: _probes(questions.rows, report.as_dict()["rows"]),
        "files": {path.name: sha256(path.read_bytes()).hexdigest() for path in files},
    }
    await asyncio.to_thread(write_report, figures, folder / FILE)
    return figures


def _probes(rows: list[Row], answered: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """`{"text", "topic", "answer": [code, words]}`: some questions of every slice."""
    asked = {str(row["id"]): row for row in sample(rows, _PROBED)}
    return [
        {
            "text": asked[row["id"]]["text"],
            "topic": (asked[row["id"]].get("context") or {}).get("procedure"),
            "answer": [next((p["code"] for p in row["procedures"]), ""), row["reply"]],
        }
        for row in answered
        if row["id"] in asked
    ]


def carried_by(folder: Path) -> dict[str, Any] | None:
    """The evaluation of a release; None when it carries none that can be read."""
    try:
        figures = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return figures if isinstance(figures, dict) else None


async def write_judged(database: Database, folder: Path) -> None:
    """Put the questions that staff have judged into a release, before it is sealed."""
    rows = await regression_rows(database, MOST_JUDGED)
    if rows:
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        await asyncio.to_thread((folder / JUDGED).write_text, text, encoding="utf-8")


def texts_of(settings: Settings, *releases: Path) -> dict[str, str]:
    """The questions of the regression set, and of releases, by the ids of their rows."""
    found = _files(settings.content_dir / "questions", *releases)
    files = [path for path in found if path.suffix == ".jsonl"]
    return {str(row["id"]): str(row["text"]) for path in files for row in read_questions(path).rows}


def _files(folder: Path, *releases: Path) -> list[Path]:
    judged = [path for release in releases if (path := release / JUDGED).exists()]
    return [*sorted([*folder.glob("*.jsonl"), *folder.glob("*.yaml")]), *judged]


def _read(files: Iterable[Path], known: frozenset[str]) -> tuple[Rows, Rows]:
    questions, dialogues = Rows(), Rows()
    for path in files:
        is_questions = path.suffix == ".jsonl"
        found = read_questions(path, known) if is_questions else read_dialogues(path, known)
        into = questions if is_questions else dialogues
        _refuse_again(into, found, path)
        into.rows += found.rows
        into.left_out += found.left_out
    judged = [row for row in questions.rows if str(row["id"]).startswith(JUDGED_ID)]
    others = [row for row in questions.rows if not str(row["id"]).startswith(JUDGED_ID)]
    questions.rows = [*sample(others, MOST_QUESTIONS), *judged]
    dialogues.rows = sample(dialogues.rows, MOST_DIALOGUES)
    return questions, dialogues


def _refuse_again(into: Rows, found: Rows, path: Path) -> None:
    """Figures of later releases are compared row by row: an id means one row in all files."""
    again = {row["id"] for row in into.rows} & {row["id"] for row in found.rows}
    if again:
        name = min(again)
        raise LetanError(
            "questions_bad",
            422,
            f"Mã câu hỏi '{name}' trong {path.name} đã có ở tệp khác. Hãy đổi mã.",
            f"The id '{name}' in {path.name} stands in another file already. Change it.",
            field=f"{path.name}: id",
        )


def sample(rows: list[Row], most: int) -> list[Row]:
    """At most `most` rows, each slice in its proportion; always the same, whatever their order."""
    if len(rows) <= most:
        return rows
    slices = defaultdict[str, list[Row]](list)
    for row in sorted(rows, key=lambda r: sha256(str(r["id"]).encode()).digest()):
        slices[str(row.get("slice", ""))].append(row)
    chosen = {
        row["id"]
        for members in slices.values()
        for row in members[: max(1, len(members) * most // len(rows))]
    }
    return [row for row in rows if row["id"] in chosen][:most]
