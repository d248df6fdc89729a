"""`/api/v1/staff/procedures`: the catalogue that editors work on; answers come from releases."""

import asyncio
from datetime import date, datetime
from itertools import pairwise
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Body, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from assistant.catalogue.concerns import Phrases, concerns
from assistant.catalogue.editing import Edited, Editing, written_form
from assistant.catalogue.lines import Lines, Status, lines_of
from assistant.catalogue.presence import presence_of
from assistant.catalogue.search import MAX_QUERY
from assistant.catalogue.telling import changes
from assistant.staff.access import having
from assistant.staff.service import Staff
from assistant.staff.versions import seen_version

router = APIRouter(prefix="/staff/procedures", tags=["staff: catalogue"])

Reader = Annotated[Staff, Depends(having("catalogue:read"))]
Writer = Annotated[Staff, Depends(having("catalogue:write"))]
_SHOWN_ONLY = ("version", "updated_at", "updated_by")


class LineOut(BaseModel):
    """A procedure in a list."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    name: str
    field: str
    service: str
    version: int
    verified: bool
    needs_review: bool
    retired: bool
    source_date: str | None
    review_by: str | None
    updated_at: datetime


class ListOut(BaseModel):
    procedures: list[LineOut]
    total: int = Field(description="how many fit, before `limit` and `offset`")


class SentenceOut(BaseModel):
    vi: str
    en: str


class VersionOut(BaseModel):
    version: int
    who: str
    saved_at: datetime
    procedure: dict[str, Any] | None = Field(description="null: it was deleted")
    changes: list[SentenceOut] = Field(description="what it changed in the version before it")


class RestoreIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    version: Annotated[int, Field(description="the newest version, as seen")]
    earlier: Annotated[int, Field(description="the version to come back")]


class NearOut(BaseModel):
    """A phrase of another procedure."""

    model_config = ConfigDict(from_attributes=True)

    ours: str
    phrase: str
    code: str
    name: str
    closeness: int = Field(description="0 to 100; 100: the same words")


class ConcernOut(BaseModel):
    """A warning; it hinders nobody from saving."""

    model_config = ConfigDict(from_attributes=True)

    field: str
    kind: str = Field(description="phrase_close, long, abbreviation, overdue or ended")
    vi: str
    en: str
    near: NearOut | None


class OthersOut(BaseModel):
    others: list[str] = Field(description="who else has it open")


def _lines(request: Request) -> Lines:
    return lines_of(request.app.state, request.app.state.database)


def _today(request: Request) -> date:
    return datetime.now(ZoneInfo(request.app.state.settings.timezone)).date()


def _editing(request: Request) -> Editing:
    return Editing(request.app.state.database)


@router.get("", summary="Find procedures to edit")
async def listed(
    request: Request,
    _: Reader,
    *,
    q: Annotated[str, Query(max_length=MAX_QUERY)] = "",
    field: Annotated[str | None, Query(max_length=200)] = None,
    status: Status = "all",
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    offset: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> ListOut:
    """All words of `q` must occur, with or without accents, in name, alias or code."""
    page = await _lines(request).find(
        q, today=_today(request), field=field, status=status, limit=limit, offset=offset
    )
    lines = [LineOut.model_validate(line) for line in page.lines]
    return ListOut(procedures=lines, total=page.total)


@router.post("/check", summary="What an editor should look at before saving")
async def check(
    request: Request, _: Reader, written: Annotated[dict[str, Any], Body()]
) -> list[ConcernOut]:
    """The keys of an entry, as far as they are written. Nothing is saved."""
    phrases = Phrases(await _lines(request).all())
    found = await asyncio.to_thread(concerns, written, phrases, _today(request))
    return [ConcernOut.model_validate(each) for each in found]


@router.post("", status_code=201, summary="A new procedure")
async def create(
    request: Request, staff: Writer, written: Annotated[dict[str, Any], Body()]
) -> dict[str, Any]:
    """The keys of an entry of `data/procedures/*.yaml` and its `field`."""
    return _out(await _editing(request).create(_keys(written), staff.who))


@router.get("/{code}", summary="One procedure to edit")
async def get(request: Request, _: Reader, code: str) -> dict[str, Any]:
    """The keys of an entry of `data/procedures/*.yaml`, its `field` and its `version`."""
    return _out(await _editing(request).get(code))


@router.put("/{code}", summary="Save a procedure")
async def put(
    request: Request, staff: Writer, code: str, written: Annotated[dict[str, Any], Body()]
) -> dict[str, Any]:
    """What `GET` gave, changed; `version` as it was. 409 when somebody saved meanwhile."""
    editing = _editing(request)
    return _out(await editing.save(code, seen_version(written), _keys(written), staff.who))


@router.delete("/{code}", status_code=204, summary="Take a procedure out")
async def delete(request: Request, staff: Writer, code: str, version: int) -> None:
    """Refused while others lead to it; its versions stay and can come back."""
    await _editing(request).delete(code, version, staff.who)


@router.get("/{code}/history", summary="Its versions, newest first")
async def history(
    request: Request, _: Reader, code: str, limit: Annotated[int, Query(ge=1, le=500)] = 50
) -> list[VersionOut]:
    versions = await _editing(request).history(code, limit + 1)
    forms = [written_form(each.item) if each.item is not None else None for each in versions]
    changed = [
        [
            SentenceOut(vi=vi, en=en)
            for vi, en in zip(
                changes(before, after, "vi"), changes(before, after, "en"), strict=True
            )
        ]
        for after, before in pairwise([*forms, None])
    ]
    return [
        VersionOut(
            version=each.version,
            who=each.who,
            saved_at=each.saved_at,
            procedure=form,
            changes=sentences,
        )
        for each, form, sentences in zip(versions, forms, changed, strict=True)
    ][:limit]


@router.post("/{code}/restore", summary="Bring an earlier version back")
async def restore(request: Request, staff: Writer, code: str, body: RestoreIn) -> dict[str, Any]:
    return _out(await _editing(request).restore(code, body.version, body.earlier, staff.who))


@router.get("/{code}/dependents", summary="Procedures that lead to it")
async def dependents(request: Request, _: Reader, code: str) -> list[str]:
    return await _editing(request).dependents(code)


@router.get("/{code}/mentions", summary="Procedures whose text names it")
async def mentions(request: Request, _: Reader, code: str) -> list[str]:
    return await _editing(request).mentions(code)


@router.post("/{code}/open", summary="Say that I have it open; who else has")
async def opened(request: Request, staff: Writer, code: str) -> OthersOut:
    """Counts for a minute and a half; it hinders nobody."""
    await _editing(request).get(code)
    presence = presence_of(request.app.state)
    return OthersOut(others=presence.here(code, staff.token_hash, staff.name))


def _out(edited: Edited) -> dict[str, Any]:
    return {
        **written_form(edited.item),
        "version": edited.version,
        "updated_at": edited.updated_at,
        "updated_by": edited.updated_by,
    }


def _keys(written: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in written.items() if key not in _SHOWN_ONLY}
