"""Reading groups and items of the inbox; all in a few statements, whatever their number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    and_,
    case,
    cast,
    delete,
    distinct,
    func,
    insert,
    select,
)

from assistant.centre.tables import Ticket
from assistant.conversation.tables import ConversationRow, TurnRow
from assistant.inbox.tables import GroupRow, ItemRow, JudgementRow, SentRow

_G, _I = GroupRow.__table__.c, ItemRow.__table__.c
_T, _J, _C = TurnRow.__table__.c, JudgementRow.__table__.c, ConversationRow.__table__.c
_ITEMS_IN_GROUPS = ItemRow.__table__.join(GroupRow.__table__, _G.id == _I.group)
_PERSON = func.coalesce(_I.conversation, cast(_I.id, String))
"""Told by a counter, without a conversation: somebody of his own."""
_SHOWN_ITEMS = 30
"""Of one group; the oldest, so that the same words stand first tomorrow."""
_SHOWN_COMMENTS = 5


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which groups."""

    state: str = "open"
    kind: str | None = None
    words: tuple[str, ...] = ()
    """Without accents; all must occur in one question."""
    since: datetime | None = None
    order: str = "people"
    limit: int = 50
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """One line of the inbox."""

    id: int
    state: str
    suggestions: list[dict[str, Any]]
    judgement: int | None
    items: int
    people: int
    this_week: int
    last_week: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Item:
    """One question as it was asked."""

    group: int
    kind: str
    text: str
    at: datetime
    conversation: str | None
    channel: str | None
    guessed: str
    """Codes that the engine thought of, best first."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What somebody decided."""

    id: int
    action: str
    text: str | None
    code: str | None
    reason: str | None
    who: str
    at: datetime
    undone_at: datetime | None


_JUDGED = (_J.id, _J.action, _J.text, _J.code, _J.reason, _J.who, _J.at, _J.undone_at)


@dataclass(frozen=True, slots=True)
class Page:
    groups: list[Group]
    total: int
    kinds: dict[str, int]
    """Groups in this state by kind, whatever kind is wanted."""
    items: list[Item]
    comments: list[tuple[int, str]]
    judgements: dict[int, Judged]


def page(connection: Connection, wanted: Wanted, weeks: Sequence[datetime]) -> Page:
    """``weeks``: the begin of this week and of the last one."""
    listed = _listed(wanted, weeks).limit(wanted.limit).offset(wanted.offset)
    groups = [Group(*row) for row in connection.execute(listed)]
    fitting = select(func.count()).select_from(GroupRow).where(*_conditions(wanted))
    total = connection.execute(fitting).scalar() or 0
    kinds = (
        select(_I.kind, func.count(distinct(_I.group)))
        .select_from(_ITEMS_IN_GROUPS)
        .where(_G.state == wanted.state)
        .group_by(_I.kind)
    )
    ids = [group.id for group in groups]
    judged = [group.judgement for group in groups if group.judgement is not None]
    return Page(
        groups,
        total,
        {row[0]: row[1] for row in connection.execute(kinds)},
        items(connection, ids),
        _comments(connection, ids),
        _judgements(connection, judged),
    )


def group(connection: Connection, id_: int, weeks: Sequence[datetime]) -> Page:
    """One group in the shape of a page; empty when there is none."""
    statement = _counted(weeks).where(_G.id == id_).group_by(_G.id)
    groups = [Group(*row) for row in connection.execute(statement)]
    judged = [each.judgement for each in groups if each.judgement is not None]
    return Page(
        groups,
        len(groups),
        {},
        items(connection, [id_]),
        _comments(connection, [id_]),
        _judgements(connection, judged),
    )


def how_many_open(connection: Connection) -> tuple[int, int]:
    """Groups that wait, and how many people asked them."""
    statement = (
        select(func.count(distinct(_I.group)), func.count(distinct(_PERSON)))
        .select_from(_ITEMS_IN_GROUPS)
        .where(_G.state == "open")
    )
    groups, people = connection.execute(statement).one()
    return groups, people


def items(connection: Connection, groups: Sequence[int]) -> list[Item]:
    """The first questions of groups, with their words."""
    place = func.row_number().over(partition_by=_I.group, order_by=_I.id).label("place")
    text = func.coalesce(_T.message, _I.said)
    inner = (
        select(
            _I.group,
            _I.kind,
            text.label("text"),
            _I.at,
            _I.conversation,
            _C.channel,
            func.coalesce(_T.procedures, "").label("guessed"),
            place,
        )
        .select_from(ItemRow)
        .outerjoin(TurnRow, _T.id == _I.turn)
        .outerjoin(ConversationRow, _C.id == _I.conversation)
        .where(_I.group.in_(groups))
        .subquery()
    )
    shown = select(*(c for c in inner.c if c.name != "place")).where(inner.c.place <= _SHOWN_ITEMS)
    found = connection.execute(shown.order_by(inner.c.group, inner.c.place))
    return [Item(*row) for row in found]


def keep_sent(connection: Connection, conversation: str) -> None:
    """Before a conversation is forgotten: which question led to its tickets, for a few hours."""
    for ticket in connection.execute(
        select(Ticket.day, Ticket.number, Ticket.issued_at).where(
            Ticket.conversation == conversation
        )
    ).all():
        turn = question_before(connection, conversation, ticket.issued_at)
        known = select(SentRow.turn).where(
            SentRow.day == ticket.day, SentRow.ticket == ticket.number
        )
        if turn is not None and connection.execute(known).first() is None:
            connection.execute(
                insert(SentRow).values(day=ticket.day, ticket=ticket.number, turn=turn)
            )


def question_before(connection: Connection, conversation: str, at: datetime) -> int | None:
    """The turn in which a procedure was last spoken of, up to a time."""
    statement = (
        select(_T.id)
        .where(
            _T.conversation == conversation,
            _T.created_at <= at,
            _T.procedures != "",
            _T.message.not_like("payload:%"),
        )
        .order_by(_T.id.desc())
        .limit(1)
    )
    return connection.execute(statement).scalar()


def sweep(connection: Connection, today: datetime) -> None:
    """Groups whose questions are gone, and which question led to yesterday's tickets."""
    connection.execute(delete(SentRow).where(SentRow.day < today.date()))
    filled = select(_I.group)
    connection.execute(delete(GroupRow).where(_G.id.not_in(filled)))


def _counted(weeks: Sequence[datetime]) -> Select[Any]:
    this, last = weeks
    return select(
        *(_G.id, _G.state, _G.suggestions, _G.judgement),
        func.count(),
        func.count(distinct(_PERSON)).label("people"),
        func.count(distinct(case((_I.at >= this, _PERSON)))),
        func.count(distinct(case((and_(_I.at >= last, _I.at < this), _PERSON)))),
        func.max(_I.at).label("last_at"),
    ).select_from(_ITEMS_IN_GROUPS)


def _listed(wanted: Wanted, weeks: Sequence[datetime]) -> Select[Any]:
    statement = _counted(weeks).where(*_conditions(wanted)).group_by(_G.id)
    people, last_at = statement.selected_columns["people"], statement.selected_columns["last_at"]
    first = people.desc() if wanted.order == "people" else last_at.desc()
    return statement.order_by(first, last_at.desc(), _G.id)


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    """Of groups; what is asked of a question must be true of one of theirs."""
    asked: list[ColumnElement[bool]] = [_I.folded.like(f"%{word}%") for word in wanted.words]
    if wanted.kind is not None:
        asked.append(_I.kind == wanted.kind)
    if wanted.since is not None:
        asked.append(_I.at >= wanted.since)
    fitting = select(_I.group).where(*asked)
    return [_G.state == wanted.state, _G.id.in_(fitting)]


def _comments(connection: Connection, groups: Sequence[int]) -> list[tuple[int, str]]:
    place = func.row_number().over(partition_by=_I.group, order_by=_I.id.desc()).label("place")
    inner = (
        select(_I.group, _I.comment, place)
        .where(_I.group.in_(groups), _I.comment.is_not(None))
        .subquery()
    )
    shown = select(inner.c.group, inner.c.comment).where(inner.c.place <= _SHOWN_COMMENTS)
    return [(group_, comment) for group_, comment in connection.execute(shown)]


def _judgements(connection: Connection, ids: Sequence[int]) -> dict[int, Judged]:
    found = connection.execute(select(*_JUDGED).where(_J.id.in_(ids)))
    return {row.id: Judged(*row) for row in found}
