"""What a person decides on a group of questions, and taking it back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.catalogue.editing import Editing, written_form
from assistant.catalogue.search import fold
from assistant.conversation.redaction import redact
from assistant.conversation.tables import TurnRow
from assistant.conversation.wording import clean
from assistant.errors import LetanError
from assistant.faq.service import FaqRoom
from assistant.inbox import problems
from assistant.inbox.grouping import content_words
from assistant.inbox.tables import GroupRow, ItemRow, JudgementRow
from assistant.staff import audit
from assistant.staff.audit import Who
from assistant.storage.database import Database

Action = Literal["example", "faq", "out_of_scope", "ignore"]
LONGEST_TEXT, LONGEST_REASON, LONGEST_ANSWER = 300, 300, 1500
JUDGED_ID = "inbox-"
"""Ids of judged questions among those that releases are measured with begin so."""
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done with a group."""

    action: Action
    code: str | None = None
    """The procedure that is meant; for an example."""
    text: str | None = None
    """The question in other words than it was asked, where those are not fit to learn from."""
    reason: str | None = None
    answer: str | None = None
    """What the desk is to say; for a question that is no procedure."""


class Judging:
    """Decides on groups; what is learnt goes into the draft of the catalogue, not to visitors."""

    def __init__(
        self,
        database: Database,
        release: Callable[[], str | None],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._release = release
        self._clock = clock
        self._editing = Editing(database, clock)
        self._faqs = FaqRoom(database, clock)

    async def resolve(self, id_: int, decision: Decision, who: Who) -> int:
        """Decide; the judgement's id.

        An example is in the catalogue before the group is closed: whoever is interrupted between
        the two accepts it again, which changes nothing twice.
        Raises LetanError `inbox_unknown`, `inbox_resolved`, `inbox_incomplete`,
        `procedure_unknown`, `procedure_invalid`, `procedure_changed`, and those of a new FAQ.
        """
        reason = redact(clean(decision.reason, "reason")) if decision.reason else None
        if decision.action == "ignore" and not reason:
            raise problems.missing("reason")
        text, conversation = await self._question(id_)
        if decision.text is not None:
            text = redact(clean(decision.text))
        text = text[:LONGEST_TEXT].strip()
        code, added = None, False
        if decision.action != "ignore" and not content_words(text):
            raise problems.missing("text")
        if decision.action == "example":
            if not decision.code:
                raise problems.missing("code")
            code = decision.code.strip().lower()
            added = await self._teach(code, text, who)
        elif decision.action == "faq":
            if not decision.answer or not decision.answer.strip():
                raise problems.missing("answer")
            written = {"question": {"vi": text}, "answer": {"vi": decision.answer.strip()}}
            code, added = (await self._faqs.create(written, who)).entry.id, True
        row = JudgementRow(
            group=id_,
            action=decision.action,
            text=None if decision.action == "ignore" else text,
            code=code,
            added=added,
            reason=reason,
            conversation=conversation,
            release=self._release(),
            who=who.name,
            at=self._clock(),
        )
        try:
            return await self._close(id_, row, who)
        except LetanError:
            if added:  # somebody else decided meanwhile: his word stands
                await self._take_out(row, who)
            raise

    async def undo(self, id_: int, who: Who) -> None:
        """Open a group again, and take its example out of the catalogue's draft.

        Raises LetanError `inbox_unknown`, `inbox_not_resolved`.
        """
        now = self._clock()
        async with self._database.session() as session:
            group = await _locked(session, id_)
            row = await session.get(JudgementRow, group.judgement) if group.judgement else None
            if group.state != "resolved" or row is None:
                raise problems.nothing_to_undo()
            group.state, row.undone_at = "open", now
            await audit.append(
                session, who, "inbox.undone", f"inbox/{id_}", before=_summary(row), now=now
            )
        if row.added:
            await self._take_out(row, who)

    async def _question(self, id_: int) -> tuple[str, str | None]:
        """The words of the group's first question, and its conversation."""
        statement = (
            select(TurnRow.message, ItemRow.said, ItemRow.conversation)
            .select_from(ItemRow)
            .outerjoin(TurnRow, TurnRow.id == ItemRow.turn)
            .where(ItemRow.group == id_)
            .order_by(ItemRow.id)
            .limit(1)
        )
        async with self._database.reading() as session:
            found = (await session.execute(statement)).first()
            group = await session.get(GroupRow, id_)
            if found is None or group is None:
                raise problems.group_unknown(id_)
            if group.state == "resolved":
                row = await session.get(JudgementRow, group.judgement)
                raise problems.already_resolved(row.who if row is not None else "")
        return found[0] or found[1] or "", found[2]

    async def _close(self, id_: int, row: JudgementRow, who: Who) -> int:
        async with self._database.session() as session:
            group = await _locked(session, id_)
            if group.state == "resolved":
                before = await session.get(JudgementRow, group.judgement)
                raise problems.already_resolved(before.who if before is not None else "")
            session.add(row)
            await session.flush()
            group.state, group.judgement = "resolved", row.id
            await audit.append(
                session, who, "inbox.resolved", f"inbox/{id_}", after=_summary(row), now=row.at
            )
        return row.id

    async def _teach(self, code: str, text: str, who: Who) -> bool:
        """Whether it was new to the procedure."""

        def put(examples: list[str]) -> bool:
            if fold(text) in {fold(each) for each in examples}:
                return False
            examples.append(text)
            return True

        return await self._change(code, put, who)

    async def _take_out(self, row: JudgementRow, who: Who) -> None:
        """Out of the drafts again; what somebody has removed meanwhile is gone already."""
        if row.action == "example" and row.code and row.text:
            await self._unlearn(row.code, row.text, who)
        elif row.action == "faq" and row.code:
            try:
                await self._faqs.delete(row.code, None, who)
            except LetanError as error:
                if error.code != "faq_unknown":
                    raise

    async def _unlearn(self, code: str, text: str, who: Who) -> None:
        def take(examples: list[str]) -> bool:
            kept = [each for each in examples if fold(each) != fold(text)]
            changed = len(kept) != len(examples)
            examples[:] = kept
            return changed

        try:
            await self._change(code, take, who)
        except LetanError as error:
            if error.code != "procedure_unknown":  # deleted meanwhile: nothing to take out
                raise

    async def _change(self, code: str, change: Callable[[list[str]], bool], who: Who) -> bool:
        """Save a procedure with other examples, also when somebody edits it at the same time."""
        for attempt in range(_TRIES):
            edited = await self._editing.get(code)
            written: dict[str, Any] = written_form(edited.item)
            examples = list(written.get("examples") or ())
            if not change(examples):
                return False
            written["examples"] = examples
            try:
                await self._editing.save(edited.item.entry.code, edited.version, written, who)
            except LetanError as error:
                if error.code != "procedure_changed" or attempt == _TRIES - 1:
                    raise
            else:
                return True
        return False


async def _locked(session: AsyncSession, id_: int) -> GroupRow:
    group = await session.get(GroupRow, id_, with_for_update=True)
    if group is None:
        raise problems.group_unknown(id_)
    return group


async def regression_rows(database: Database, most: int) -> list[dict[str, Any]]:
    """Judged questions as rows of a `questions.jsonl` (docs/evaluation.md), newest first.

    The newest judgement of the same words counts.
    """
    statement = (
        select(JudgementRow)
        .where(JudgementRow.undone_at.is_(None), JudgementRow.text.is_not(None))
        .order_by(JudgementRow.id.desc())
    )
    async with database.reading() as session:
        judged = (await session.scalars(statement)).all()
    rows: dict[str, dict[str, Any]] = {}
    for each in judged:
        words = fold(each.text or "")
        if words not in rows and len(rows) < most:
            rows[words] = {"id": f"{JUDGED_ID}{each.id}", "text": each.text, **_wanted(each)}
    return list(rows.values())


def _wanted(judged: JudgementRow) -> dict[str, Any]:
    if judged.action == "example":
        return {"slice": "judged", "intent": "ask_procedure", "procedure": judged.code}
    if judged.action == "faq":
        return {"slice": "judged", "intent": "centre_info", "faq": judged.code}
    return {"slice": "out_of_scope", "intent": "out_of_scope", "procedure": None}


def _summary(row: JudgementRow) -> dict[str, Any]:
    """For the log of changes, which nothing is ever taken out of: no words of visitors."""
    return {"action": row.action, "code": row.code, "judgement": row.id}
