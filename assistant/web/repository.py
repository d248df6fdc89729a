"""SQL of the slips."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.web.tables import SlipRow


class SlipRepository:
    """Reads and writes slips inside one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, short: str) -> SlipRow | None:
        return await self._session.get(SlipRow, short)

    async def add(self, slip: SlipRow) -> None:
        self._session.add(slip)
        await self._session.flush()

    async def delete_expired(self, now: datetime) -> None:
        await self._session.execute(delete(SlipRow).where(SlipRow.expires_at <= now))
