"""All SQL about accounts, sessions and invitations."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.staff.tables import (
    StaffAccount,
    StaffIdentity,
    StaffInvitation,
    StaffSession,
)


async def account_named(session: AsyncSession, name: str) -> StaffAccount | None:
    found: StaffAccount | None = await session.scalar(
        select(StaffAccount).where(StaffAccount.name == name).with_for_update()
    )
    return found


async def account(session: AsyncSession, id_: int) -> StaffAccount | None:
    return await session.get(StaffAccount, id_, with_for_update=True)


async def accounts(session: AsyncSession) -> Sequence[StaffAccount]:
    return (await session.scalars(select(StaffAccount).order_by(StaffAccount.name))).all()


async def how_many(session: AsyncSession) -> int:
    return int(await session.scalar(select(func.count()).select_from(StaffAccount)) or 0)


async def other_administrators(session: AsyncSession, id_: int) -> int:
    """Active administrators beside one account."""
    statement = select(func.count()).where(
        StaffAccount.role == "administrator", StaffAccount.active, StaffAccount.id != id_
    )
    return int(await session.scalar(statement) or 0)


async def session_of(
    session: AsyncSession, token_hash: str
) -> tuple[StaffSession, StaffAccount] | None:
    """A session and its account; None when it was ended."""
    statement = (
        select(StaffSession, StaffAccount)
        .join(StaffAccount, StaffAccount.id == StaffSession.account)
        .where(StaffSession.token_hash == token_hash)
    )
    row = (await session.execute(statement)).first()
    return None if row is None else (row[0], row[1])


async def touch(session: AsyncSession, token_hash: str, now: datetime) -> None:
    await session.execute(
        update(StaffSession).where(StaffSession.token_hash == token_hash).values(last_at=now)
    )


async def confirm(session: AsyncSession, token_hash: str, now: datetime) -> None:
    await session.execute(
        update(StaffSession).where(StaffSession.token_hash == token_hash).values(confirmed_at=now)
    )


async def end_session(session: AsyncSession, token_hash: str) -> None:
    await session.execute(delete(StaffSession).where(StaffSession.token_hash == token_hash))


async def end_sessions(session: AsyncSession, account_id: int, keep: str | None = None) -> None:
    """End all sessions of an account, but for one."""
    statement = delete(StaffSession).where(StaffSession.account == account_id)
    if keep is not None:
        statement = statement.where(StaffSession.token_hash != keep)
    await session.execute(statement)


async def end_old_sessions(
    session: AsyncSession, idle_before: datetime, opened_before: datetime
) -> None:
    await session.execute(
        delete(StaffSession).where(
            (StaffSession.last_at < idle_before) | (StaffSession.created_at < opened_before)
        )
    )


async def take_invitation(session: AsyncSession, code_hash: str, now: datetime) -> str | None:
    """The role that a code gives; None: unknown, used, too old.

    All codes end with the first that is taken: every start of an empty desk made one.
    """
    await session.execute(delete(StaffInvitation).where(StaffInvitation.expires_at < now))
    role: str | None = await session.scalar(
        select(StaffInvitation.role).where(StaffInvitation.code_hash == code_hash).with_for_update()
    )
    if role is not None:
        await session.execute(delete(StaffInvitation))
    return role


async def account_of_identity(
    session: AsyncSession, issuer: str, subject: str
) -> StaffAccount | None:
    statement = (
        select(StaffAccount)
        .join(StaffIdentity, StaffIdentity.account == StaffAccount.id)
        .where(StaffIdentity.issuer == issuer, StaffIdentity.subject == subject)
    )
    found: StaffAccount | None = await session.scalar(statement)
    return found


async def is_bound(session: AsyncSession, account_id: int, issuer: str) -> bool:
    """Whether an account belongs to somebody of a provider already."""
    statement = select(StaffIdentity.subject).where(
        StaffIdentity.account == account_id, StaffIdentity.issuer == issuer
    )
    return await session.scalar(statement) is not None


async def unbind(session: AsyncSession, account_id: int) -> None:
    await session.execute(delete(StaffIdentity).where(StaffIdentity.account == account_id))
