"""Slips: a short code under which a clerk finds what the visitor already went through."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.exc import IntegrityError

from assistant.errors import LetanError
from assistant.storage.database import Database
from assistant.web.repository import SlipRepository
from assistant.web.tables import SlipRow

ALPHABET = "34679ACDEFGHJKLMNPQRTUVWXY"
"""Letters and digits that nobody confuses when they are read aloud or copied by hand."""
LENGTH = 5
LIFETIME = timedelta(days=7)
_TRIES = 8


@dataclass(frozen=True, slots=True)
class Slip:
    short: str
    procedure: str
    case: str | None
    have: tuple[str, ...]
    """Ids of the papers that the visitor says to have."""
    expires_at: datetime


class Slips:
    """Makes and finds slips; they are forgotten after `LIFETIME`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, procedure: str, case: str | None, have: Sequence[str]) -> Slip:
        now = datetime.now(UTC)
        for _ in range(_TRIES):
            short = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
            row = SlipRow(
                short=short,
                procedure=procedure,
                case=case,
                have=list(have),
                created_at=now,
                expires_at=now + LIFETIME,
            )
            try:
                async with self._database.session() as session:
                    slips = SlipRepository(session)
                    await slips.delete_expired(now)
                    await slips.add(row)
            except IntegrityError:
                continue
            return _slip(row)
        raise LetanError(
            code="slip_codes_exhausted",
            status=503,
            vi="Chưa tạo được mã phiếu. Anh/chị thử lại sau ít phút.",
            en="No slip code is free at the moment. Try again in a few minutes.",
            retry_after=60,
        )

    async def get(self, short: str) -> Slip:
        """The slip of that code, whatever the case it was typed in; raises `slip_unknown`."""
        async with self._database.reading() as session:
            row = await SlipRepository(session).get(short.strip().upper())
        if row is None or row.expires_at <= datetime.now(UTC):
            raise LetanError(
                code="slip_unknown",
                status=404,
                vi="Không có phiếu mang mã này, hoặc phiếu đã quá 7 ngày.",
                en="There is no slip with this code, or it is older than 7 days.",
                field="short",
            )
        return _slip(row)

    async def procedure_of(self, short: str) -> str:
        """The procedure's code; raises `slip_unknown`."""
        return (await self.get(short)).procedure


def _slip(row: SlipRow) -> Slip:
    return Slip(row.short, row.procedure, row.case, tuple(row.have), row.expires_at)
