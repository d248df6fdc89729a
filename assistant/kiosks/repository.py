"""Reading and writing kiosk tokens and pairing codes."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.kiosks.tables import KioskToken, PairingCode

_TOKENS_KEPT = 256


async def kiosk_of_token(session: AsyncSession, token_hash: str) -> str | None:
    found: str | None = await session.scalar(
        select(KioskToken.kiosk).where(KioskToken.token_hash == token_hash)
    )
    return found


async def add_token(session: AsyncSession, token_hash: str, kiosk: str, now: datetime) -> None:
    """Keeps the newest tokens of a kiosk: a page that is loaded often must not fill the table."""
    session.add(KioskToken(token_hash=token_hash, kiosk=kiosk, paired_at=now))
    await session.flush()
    newest = (
        select(KioskToken.token_hash)
        .where(KioskToken.kiosk == kiosk)
        .order_by(KioskToken.paired_at.desc(), KioskToken.token_hash)
        .limit(_TOKENS_KEPT)
    )
    await session.execute(
        delete(KioskToken).where(
            KioskToken.kiosk == kiosk, KioskToken.token_hash.not_in(newest.scalar_subquery())
        )
    )


async def add_code(session: AsyncSession, code_hash: str, kiosk: str, expires: datetime) -> None:
    session.add(PairingCode(code_hash=code_hash, kiosk=kiosk, expires_at=expires))


async def take_code(session: AsyncSession, code_hash: str, now: datetime) -> str | None:
    """The kiosk that a code pairs; afterwards the code is gone. None: unknown, used, too old."""
    await session.execute(delete(PairingCode).where(PairingCode.expires_at < now))
    kiosk: str | None = await session.scalar(
        delete(PairingCode).where(PairingCode.code_hash == code_hash).returning(PairingCode.kiosk)
    )
    return kiosk
