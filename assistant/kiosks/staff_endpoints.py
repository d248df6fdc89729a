"""`/api/v1/staff/kiosks`: codes that pair a kiosk."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from assistant.kiosks.service import CODE_LIFETIME, Kiosks, make_pairing_code
from assistant.staff import audit
from assistant.staff.access import having
from assistant.staff.service import Staff
from assistant.storage.database import Database

router = APIRouter(prefix="/staff/kiosks", tags=["staff: centre"])

Pairer = Annotated[Staff, Depends(having("kiosk:pair"))]


class CodeOut(BaseModel):
    kiosk: str
    code: str = Field(examples=["AB3D-7KQM"])
    minutes: int


@router.post("/{kiosk}/code", status_code=201, summary="A code that pairs a kiosk once")
async def code(request: Request, staff: Pairer, kiosk: str) -> CodeOut:
    return await issue(request.app.state.kiosks, request.app.state.database, kiosk, staff.who)


async def issue(kiosks: Kiosks, database: Database, kiosk: str, who: audit.Who) -> CodeOut:
    """Raises LetanError `kiosk_unknown`."""
    found = kiosks.known(kiosk)
    made = await make_pairing_code(database, found.id)
    async with database.session() as session:
        await audit.append(session, who, "kiosk.code", found.id, now=datetime.now(UTC))
    minutes = int(CODE_LIFETIME.total_seconds() // 60)
    return CodeOut(kiosk=found.id, code=f"{made[:4]}-{made[4:]}", minutes=minutes)
