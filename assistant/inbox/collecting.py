"""Turns become items of the inbox: read, thought about beside the database, written.

Several processes may do so at once: whoever moved the mark first has written, the others again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from assistant.conversation.tables import TurnRow
from assistant.inbox.grouping import Groups, content_words
from assistant.inbox.signs import Sign, Turn, signs, speaks_of_an_earlier_one
from assistant.inbox.suggesting import Suggesting, Suggestion
from assistant.inbox.tables import GroupRow, ItemRow, JudgementRow, MarkRow

AT_ONCE = 1500
_AGAIN = 500
"""Turns before the mark that are looked at again: transactions may end in another order."""
_LOOK_BACK = 200
_T = TurnRow.__table__.c
_I = ItemRow.__table__.c
_COLUMNS = (
    *(_T.id, _T.conversation, _T.message, _T.outcome, _T.intent),
    *(_T.confidence, _T.procedures, _T.release, _T.created_at),
)
_GUESSED_KINDS = ("doubt", "unanswered", "handed_over")
"""What the engine thought of first is a suggestion; not where a person said that it was wrong."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is in the database when new turns are looked at."""

    mark: int
    turns: Sequence[Turn]
    earlier: dict[str, Turn]
    had: dict[tuple[int, str], bool]
    """(turn, kind) of items that are there → whether they have a comment."""
    newest: int

    @property
    def last(self) -> int:
        """How far this look goes; behind the mark where the newest turns were erased."""
        return self.turns[-1].id if self.turns else self.newest


@dataclass(frozen=True, slots=True)
class Entry:
    """An item to be written, in a group that is known or `new` (numbered from 0)."""

    sign: Sign
    folded: str
    group: int | None
    new: int | None


@dataclass(frozen=True, slots=True)
class Found:
    entries: list[Entry]
    suggestions: list[list[Suggestion]]
    """Of each new group."""
    comments: list[Sign]
    """Words that came after their thumb."""


def newest_turn(connection: Connection) -> int:
    return connection.execute(select(func.max(_T.id))).scalar() or 0


def is_behind(connection: Connection) -> bool:
    """Whether there may be turns that nobody has looked at; costs next to nothing."""
    mark = connection.execute(select(MarkRow.last_turn)).scalar() or 0
    return newest_turn(connection) != mark


def read(connection: Connection) -> Known:
    """What has been said since the mark."""
    mark = connection.execute(select(MarkRow.last_turn)).scalar() or 0
    newest = newest_turn(connection)
    start = max(0, min(mark, newest) - _AGAIN)
    found = select(*_COLUMNS).where(_T.id > start).order_by(_T.id).limit(_AGAIN + AT_ONCE)
    turns = [Turn(*row) for row in connection.execute(found)]
    ids = [turn.id for turn in turns]
    had: dict[tuple[int, str], bool] = {}
    if ids:
        there = select(_I.turn, _I.kind, _I.comment).where(_I.turn >= max(0, ids[0] - _LOOK_BACK))
        had = {
            (turn, kind): comment is not None for turn, kind, comment in connection.execute(there)
        }
    return Known(mark, turns, _earlier(connection, turns), had, newest)


def known_groups(connection: Connection) -> list[tuple[str, int]]:
    """All questions of the inbox and their groups, in the order in which they came."""
    first = func.min(_I.id)
    statement = select(_I.folded, _I.group).group_by(_I.folded, _I.group).order_by(first)
    return [(folded, group) for folded, group in connection.execute(statement)]


def sort_in(known: Known, groups: Groups, suggesting: Suggesting | None) -> Found:
    """Give each new sign its group. Touches no database."""
    found, fresh = Found([], [], []), Groups()
    for sign in signs(known.turns, known.earlier):
        key = (sign.question.id, sign.kind)
        if key in known.had:
            if sign.comment and not known.had[key]:
                found.comments.append(sign)
                known.had[key] = True
            continue
        folded = content_words(sign.question.message)
        if not folded:
            continue
        known.had[key] = sign.comment is not None
        group = groups.find(folded)
        new = fresh.find(folded) if group is None else None
        if group is None and new is None:
            new = len(found.suggestions)
            fresh.add(folded, new)
            found.suggestions.append(_suggest(sign, suggesting))
        found.entries.append(Entry(sign, folded, group, new))
    return found


def write(connection: Connection, known: Known, found: Found) -> bool:
    """False, and nothing written, when another process was quicker."""
    if not _move_mark(connection, known):
        return False
    made = [_new_group(connection, suggestions) for suggestions in found.suggestions]
    rows = [_row(entry, made) for entry in found.entries]
    if rows:
        there = set(connection.execute(select(GroupRow.id)).scalars())
        for row in rows:
            if row["group"] not in there:  # swept away meanwhile
                connection.execute(
                    insert(GroupRow).values(id=row["group"], state="open", suggestions=[])
                )
                there.add(row["group"])
        connection.execute(insert(ItemRow), rows)
        _bring_back(
            connection, [(row["group"], e.sign) for row, e in zip(rows, found.entries, strict=True)]
        )
    for sign in found.comments:
        connection.execute(
            update(ItemRow)
            .where(_I.turn == sign.question.id, _I.kind == sign.kind)
            .values(comment=sign.comment)
        )
    return True


def _new_group(connection: Connection, suggestions: Sequence[Suggestion]) -> int:
    listed = [{"code": each.code, "score": each.score} for each in suggestions]
    statement = insert(GroupRow).values(state="open", suggestions=listed).returning(GroupRow.id)
    return int(connection.execute(statement).scalar_one())


def _earlier(connection: Connection, turns: Sequence[Turn]) -> dict[str, Turn]:
    """The last question before these turns, of conversations in which one speaks of it."""
    wanted = {turn.conversation for turn in turns if speaks_of_an_earlier_one(turn)}
    if not wanted:
        return {}
    before = select(*_COLUMNS).where(_T.conversation.in_(wanted), _T.id < turns[0].id)
    found = (Turn(*row) for row in connection.execute(before.order_by(_T.id)))
    return {turn.conversation: turn for turn in found if turn.is_question}


def _suggest(sign: Sign, suggesting: Suggesting | None) -> list[Suggestion]:
    turn = sign.question
    guessed = []
    if sign.kind in _GUESSED_KINDS and turn.procedures and turn.confidence is not None:
        guessed = [Suggestion(turn.procedures.split(" ", 1)[0], turn.confidence)]
    return guessed if suggesting is None else suggesting.suggest(turn.message, guessed)


def _move_mark(connection: Connection, known: Known) -> bool:
    if known.mark:
        moved = connection.execute(
            update(MarkRow)
            .where(MarkRow.id == 1, MarkRow.last_turn == known.mark)
            .values(last_turn=known.last)
        )
        return moved.rowcount == 1
    if connection.execute(select(MarkRow.id).with_for_update()).first() is None:
        connection.execute(insert(MarkRow).values(id=1, last_turn=known.last))
        return True
    moved = connection.execute(
        update(MarkRow).where(MarkRow.last_turn == 0).values(last_turn=known.last)
    )
    return moved.rowcount == 1


def _row(entry: Entry, made: Sequence[int]) -> dict[str, Any]:
    question = entry.sign.question
    return {
        "group": made[entry.new] if entry.new is not None else entry.group,
        "turn": question.id,
        "conversation": question.conversation,
        "kind": entry.sign.kind,
        "folded": entry.folded,
        "said": None,
        "comment": entry.sign.comment,
        "at": entry.sign.at,
    }


def _bring_back(connection: Connection, items: Sequence[tuple[int, Sign]]) -> None:
    """What was taught and a later release still cannot answer needs somebody again."""
    groups = {group for group, _ in items}
    statement = (
        select(GroupRow.id, JudgementRow.release, JudgementRow.at)
        .join(JudgementRow, JudgementRow.id == GroupRow.judgement)
        .where(GroupRow.state == "resolved", JudgementRow.action.in_(("example", "faq")))
    )
    judged: dict[int, tuple[str | None, datetime]] = {
        id_: (release, at) for id_, release, at in connection.execute(statement) if id_ in groups
    }
    for group, sign in items:
        release, at = judged.get(group, (None, None))
        later = sign.question.release
        if at is not None and sign.at > at and later is not None and later != release:
            connection.execute(update(GroupRow).where(GroupRow.id == group).values(state="open"))
