"""Reading and writing conversations and turns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.conversation.tables import ConversationRow, TurnRow
from assistant.inbox.tables import JudgementRow

_C = ConversationRow.__table__.c
_T = TurnRow.__table__.c

_TURN_COLUMNS = [column for column in TurnRow.__table__.columns if column.name != "id"]
_FIND = (
    select(
        _C.id,
        _C.channel,
        _C.kiosk,
        _C.language,
        _C.last_at,
        _C.closed_at,
        _T.message,
        _T.reply,
    )
    .select_from(ConversationRow)
    .outerjoin(TurnRow, and_(_T.conversation == _C.id, _T.message_id == bindparam("message_id")))
    .where(_C.id == bindparam("conversation"))
)
# The conversation is looked at in the same statement: one that another process has closed
# meanwhile takes no turn any more.
_ADD_TURN = insert(TurnRow).from_select(
    _TURN_COLUMNS,
    select(*(bindparam(column.name, type_=column.type) for column in _TURN_COLUMNS))
    .select_from(ConversationRow)
    .where(_C.id == bindparam("conversation"), _C.closed_at.is_(None)),
    include_defaults=False,
)
_ADD = insert(ConversationRow)
_TOUCH = (
    update(ConversationRow)
    .where(_C.id == bindparam("conversation"))
    .values(last_at=bindparam("now", type_=_C.last_at.type))
)


@dataclass(frozen=True, slots=True)
class Stored:
    """A conversation, and the turn of a message id where there is one already."""

    id: str
    channel: str
    kiosk: str | None
    language: str | None
    last_at: datetime
    closed_at: datetime | None
    message: str | None
    reply: str | None


def find(connection: Connection, conversation: str, message_id: str) -> Stored | None:
    """One statement: it may be on the way of every turn."""
    found = connection.execute(_FIND, {"conversation": conversation, "message_id": message_id})
    row = found.one_or_none()
    return None if row is None else Stored(*row)


def last_reply(connection: Connection, conversation: str) -> str | None:
    """The reply (JSON) of the newest turn; None where there is none, or it has been erased."""
    newest = select(_T.reply).where(_T.conversation == conversation)
    return connection.execute(newest.order_by(_T.id.desc()).limit(1)).scalar_one_or_none()


def add_turn(connection: Connection, values: dict[str, Any], seen: datetime | None) -> bool:
    """False, and nothing written, when the conversation has been closed; `seen` is also kept as
    the time when the conversation was last alive.

    Raises `sqlalchemy.exc.IntegrityError` when the message id has a turn already.
    """
    if connection.execute(_ADD_TURN, values).rowcount != 1:
        return False
    if seen is not None:
        connection.execute(_TOUCH, {"conversation": values["conversation"], "now": seen})
    return True


def add(connection: Connection, values: dict[str, Any]) -> None:
    connection.execute(_ADD, values)


async def close(session: AsyncSession, conversation: str, now: datetime) -> None:
    await session.execute(
        update(ConversationRow)
        .where(_C.id == conversation, _C.closed_at.is_(None))
        .values(closed_at=now)
    )


async def to_forget(
    session: AsyncSession, idle_since: datetime, limit: int, *, zalo_idle_since: datetime
) -> Sequence[str]:
    """Conversations that are over and that the engine still remembers."""
    by_letter = _C.channel.in_(("zalo_oa", "zalo_bot"))
    silent = (~by_letter & (_C.last_at < idle_since)) | (by_letter & (_C.last_at < zalo_idle_since))
    over = _C.closed_at.is_not(None) | silent
    query = select(_C.id).where(_C.forgotten_at.is_(None), over).order_by(_C.last_at).limit(limit)
    return (await session.scalars(query)).all()


async def forget(session: AsyncSession, conversation: str, now: datetime) -> None:
    """Erase the replies of a conversation that the engine has forgotten."""
    await session.execute(update(TurnRow).where(_T.conversation == conversation).values(reply=None))
    await session.execute(
        update(ConversationRow).where(_C.id == conversation).values(forgotten_at=now)
    )


def erase(connection: Connection, conversations: Sequence[str]) -> None:
    """Nothing is left of them, as of a person who asks to be forgotten.

    What staff made of their words and put into the catalogue is the ward's own by then.
    """
    judged = update(JudgementRow).where(JudgementRow.conversation.in_(conversations))
    connection.execute(judged.values(text=None, reason=None))
    connection.execute(delete(TurnRow).where(_T.conversation.in_(conversations)))
    connection.execute(delete(ConversationRow).where(_C.id.in_(conversations)))


async def delete_older(session: AsyncSession, before: datetime) -> None:
    """Retention: whole conversations go, their turns with them."""
    old = select(_C.id).where(_C.last_at < before, _C.forgotten_at.is_not(None))
    await session.execute(delete(TurnRow).where(_T.conversation.in_(old)))
    await session.execute(
        delete(ConversationRow).where(_C.last_at < before, _C.forgotten_at.is_not(None))
    )
