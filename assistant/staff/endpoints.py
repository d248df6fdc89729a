"""`/api/v1/staff/…`: log-in, accounts, the log of changes."""

import json
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from assistant.staff import audit
from assistant.staff.access import anybody, having, room_of
from assistant.staff.passwords import new_totp_secret, totp_address
from assistant.staff.rights import rights_of
from assistant.staff.schemas import (
    AccountChangeIn,
    AccountIn,
    AccountOut,
    AuditCheckOut,
    AuditOut,
    AuditPageOut,
    LoginIn,
    LoginOut,
    MeOut,
    PasswordIn,
    TotpIn,
    TotpOut,
)
from assistant.staff.service import Account, Staff
from assistant.storage.database import Database

router = APIRouter(prefix="/staff", tags=["staff"])

Anybody = Annotated[Staff, Depends(anybody)]
Administrator = Annotated[Staff, Depends(having("staff:manage"))]
Auditor = Annotated[Staff, Depends(having("audit:read"))]


@router.post("/login", summary="Log in")
async def log_in(request: Request, response: Response, body: LoginIn) -> LoginOut:
    """A token for a working day; it ends earlier when it is not used."""
    token, staff, ends_at = await room_of(request).log_in(body.name, body.password, body.code)
    response.headers["Cache-Control"] = "no-store"
    return LoginOut(
        token=token,
        name=staff.name,
        role=staff.role,
        rights=sorted(rights_of(staff.role)),
        ends_at=ends_at,
    )


@router.post("/logout", status_code=204, summary="Log out")
async def log_out(request: Request, staff: Anybody) -> None:
    await room_of(request).log_out(staff)


@router.get("/me", summary="Who I am")
async def me(staff: Anybody) -> MeOut:
    return MeOut(name=staff.name, role=staff.role, rights=sorted(rights_of(staff.role)))


@router.put("/me/password", status_code=204, summary="A new password of my own")
async def change_password(request: Request, staff: Anybody, body: PasswordIn) -> None:
    """Ends my other sessions."""
    room = room_of(request)
    await room.confirm(staff, body.old)
    await room.set_password(staff.account, body.new, staff.who, keep=staff.token_hash)


@router.post("/me/second-factor", summary="A secret for an authenticator app")
async def propose_totp(staff: Anybody, response: Response) -> TotpOut:
    """Nothing changes until the first code is sent with `PUT`."""
    response.headers["Cache-Control"] = "no-store"
    secret = new_totp_secret()
    return TotpOut(secret=secret, address=totp_address(secret, staff.name))


@router.put("/me/second-factor", status_code=204, summary="Switch the second factor on or off")
async def set_totp(request: Request, staff: Anybody, body: TotpIn) -> None:
    room = room_of(request)
    await room.confirm(staff, body.password)
    await room.set_totp(staff.account, body.secret, body.code, staff.who)


@router.get("/accounts", summary="Who works here")
async def accounts(request: Request, _: Administrator) -> list[AccountOut]:
    return [_out(account) for account in await room_of(request).accounts()]


@router.post("/accounts", status_code=201, summary="A new account")
async def create(request: Request, staff: Administrator, body: AccountIn) -> AccountOut:
    room = room_of(request)
    return _out(await room.create(body.name, body.password, body.role, staff.who))


@router.patch("/accounts/{id_}", summary="Another role, another password, off or on")
async def change(
    request: Request, staff: Administrator, id_: int, body: AccountChangeIn
) -> AccountOut:
    room = room_of(request)
    account = await room.change(id_, staff.who, role=body.role, active=body.active)
    if body.password is not None:
        await room.set_password(id_, body.password, staff.who)
    if body.second_factor is False:
        await room.set_totp(id_, None, None, staff.who)
    if body.identity is False:
        await room.unbind(id_, staff.who)
    return _out(account)


@router.get("/audit", summary="Who changed what, newest first")
async def read_audit(
    request: Request,
    _: Auditor,
    thing: Annotated[str | None, Query(max_length=120)] = None,
    before: Annotated[int | None, Query(ge=1)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> AuditPageOut:
    database: Database = request.app.state.database
    async with database.reading() as session:
        rows = await audit.newest(session, thing=thing, before_id=before, limit=limit)
    entries = [
        AuditOut(
            id=row.id,
            at=row.at,
            who=row.who,
            role=row.role,
            action=row.action,
            thing=row.thing,
            before=json.loads(row.before) if row.before else None,
            after=json.loads(row.after) if row.after else None,
        )
        for row in rows
    ]
    return AuditPageOut(entries=entries, next=rows[-1].id if len(rows) == limit else None)


@router.get("/audit/check", summary="Whether the log is whole")
async def check_audit(request: Request, _: Auditor) -> AuditCheckOut:
    database: Database = request.app.state.database
    async with database.reading() as session:
        broken = await audit.verify(session)
        last = await audit.newest(session, thing=None, before_id=None, limit=1)
    return AuditCheckOut(
        whole=broken is None, first_broken=broken, newest_hash=last[0].hash if last else None
    )


def _out(account: Account) -> AccountOut:
    return AccountOut(
        id=account.id,
        name=account.name,
        role=account.role,
        active=account.active,
        second_factor=account.second_factor,
        locked_until=account.locked_until,
        created_at=account.created_at,
    )
