"""What a release would change: real questions and the regression set, live against draft.

Only what differs is kept. Another procedure, fee, set of papers or counter is risky: it is what
sends somebody home for nothing.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select

from assistant.conversation.tables import TurnRow
from assistant.engine.client import TurnReply, TurnRequest
from assistant.engine.service import Engine
from assistant.errors import LetanError
from assistant.inbox.judging import regression_rows
from assistant.releases.regression import PROBES, carried_by, texts_of
from assistant.settings import Settings
from assistant.storage.database import Database

MOST_ASKED = 300
_MOST_JUDGED = 100
_RISKY = ("documents", "fee", "place")
_PAYLOAD = "payload:%"
_NOT_SHOWN = ("rows", "dialogues", "files", PROBES)


@dataclass(frozen=True, slots=True)
class Answer:
    """What matters of a reply when two releases are compared."""

    text: str
    procedures: tuple[str, ...]
    """The code of the one that was understood; empty: none."""
    outcome: str
    facts: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """The lines of papers, fee and counter."""

    def as_dict(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "procedures": list(self.procedures),
            "outcome": self.outcome,
            "facts": {name: list(lines) for name, lines in self.facts},
        }


@dataclass(frozen=True, slots=True)
class Difference:
    """One question that is answered otherwise."""

    text: str
    source: str
    times: int
    before: Answer
    after: Answer

    @property
    def risky(self) -> bool:
        """Another procedure, fee, papers or counter, or an answer that is none any more."""
        same_procedure = self.before.procedures == self.after.procedures
        same_kind = self.before.outcome == self.after.outcome
        return not (same_procedure and same_kind and self.before.facts == self.after.facts)


async def asked(database: Database, since: datetime) -> list[tuple[str, int]]:
    """What people wrote or said since then, redacted, most often asked first; then what staff have
    judged lately, whenever it was asked."""
    times = func.count().label("times")
    statement = (
        select(TurnRow.message, times)
        .where(TurnRow.created_at >= since, TurnRow.message.not_like(_PAYLOAD))
        .group_by(TurnRow.message)
        .order_by(times.desc(), TurnRow.message)
        .limit(MOST_ASKED)
    )
    async with database.reading() as session:
        rows = (await session.execute(statement)).all()
    found = {row[0]: row[1] for row in rows if row[0].strip()}
    for row in await regression_rows(database, _MOST_JUDGED):
        found.setdefault(row["text"], 1)
    return list(found.items())


async def ask_all(
    engine: Engine, context: Mapping[str, Any], texts: list[str]
) -> dict[str, Answer]:
    """Each question in a conversation of its own, which is forgotten at once.

    A question at which the engine fails is left out. Raises LetanError `engine_unavailable`.
    """
    found: dict[str, Answer] = {}
    for text in texts:
        conversation = f"preview-{uuid4().hex[:20]}"
        request = TurnRequest(conversation, uuid4().hex, text, None, None, dict(context))
        try:
            found[text] = answer_of(await engine.turn(request))
            await engine.forget(conversation)
        except LetanError as error:
            if error.code == "engine_unavailable":
                raise
    return found


def answer_of(reply: TurnReply) -> Answer:
    texts = [str(part.get("text", "")) for part in reply.parts if part["type"] == "text"]
    choices = [
        str(choice["title"])
        for part in reply.parts
        if part["type"] == "choices"
        for choice in part["choices"]
    ]
    ranked = reply.understanding.get("procedures") or ()
    procedures = tuple(str(procedure["code"]) for procedure in ranked[:1])
    facts = tuple(
        (name, tuple(section.get("lines") or ()))
        for part in reply.parts
        if part["type"] == "procedure"
        for name, section in sorted((part.get("sections") or {}).items())
        if name in _RISKY
    )
    return Answer("\n".join([*texts, *choices]), procedures, reply.outcome, facts)


def of_regression(settings: Settings, live: Path, draft: Path) -> list[Difference]:
    """Rows of both releases' evaluations that differ; none where one carries no evaluation."""
    before, after = (_rows(carried_by(folder)) for folder in (live, draft))
    texts = texts_of(settings, live, draft)
    found = []
    for id_ in sorted(before.keys() & after.keys() & texts.keys()):
        if before[id_] != after[id_]:
            pair = before[id_], after[id_]
            found.append(Difference(texts[id_], "regression", 1, *pair))
    return found


def _rows(figures: Mapping[str, Any] | None) -> dict[str, Answer]:
    rows = (figures or {}).get("rows") or ()
    return {
        str(row["id"]): Answer(
            str(row.get("reply", "")),
            tuple(p["code"] for p in row.get("procedures", ())[:1]),
            str(row.get("outcome", "")),
            # The words of an answer carry its fee and papers; a row has no card.
            (("reply", (str(row.get("reply", "")),)),),
        )
        for row in rows
    }


async def compare(
    settings: Settings,
    questions: list[tuple[str, int]],
    *,
    before: Mapping[str, Answer],
    after: Mapping[str, Answer],
    folders: tuple[Path, Path],
) -> list[Difference]:
    """All differences, risky ones and those asked most first."""
    found = [
        Difference(text, "asked", times, before[text], after[text])
        for text, times in questions
        if text in before and text in after and before[text] != after[text]
    ]
    known = {difference.text for difference in found}
    regression = await asyncio.to_thread(of_regression, settings, *folders)
    found += [difference for difference in regression if difference.text not in known]
    return sorted(found, key=lambda d: (not d.risky, -d.times, d.text))


def read_report(folder: Path) -> dict[str, Any] | None:
    """The figures of a release's evaluation without its rows."""
    figures = carried_by(folder)
    if figures is None:
        return None
    dialogues = figures.get("dialogues") or {}
    shown = {key: figures[key] for key in figures if key not in _NOT_SHOWN}
    shown["dialogues"] = {k: v for k, v in dialogues.items() if isinstance(v, int)}
    return shown
