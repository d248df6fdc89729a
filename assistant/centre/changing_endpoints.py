"""`/api/v1/staff/centre`: hours, counters, places as staff change them."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from assistant.centre.changes import CentreChanges
from assistant.centre.editing import Part
from assistant.centre.schemas import CounterId
from assistant.staff.access import having
from assistant.staff.service import Staff

router = APIRouter(prefix="/staff/centre", tags=["staff: centre"])

Reader = Annotated[Staff, Depends(having("centre:read"))]
Writer = Annotated[Staff, Depends(having("centre:write"))]
Counter = Annotated[Staff, Depends(having("queue:call"))]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
CLOSED_VI, CLOSED_EN = "quầy tạm nghỉ", "the counter is closed for now"


class CentreFilesOut(BaseModel):
    version: str
    undoable: int = Field(description="how many saves can be taken back")
    parts: dict[Part, Any] = Field(description="the files of data/centre, as plain values")


class PartIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    version: Annotated[str, Field(max_length=64)]
    content: dict[str, Any]


class VersionIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    version: Annotated[str, Field(max_length=64)]


class ClosingIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    vi: Words = CLOSED_VI
    en: Words = CLOSED_EN


def _changes(request: Request) -> CentreChanges:
    changes: CentreChanges = request.app.state.centre_changes
    return changes


@router.get("", summary="The centre's files as they are")
async def read(request: Request, _: Reader) -> CentreFilesOut:
    version, parts, undoable = await _changes(request).read()
    return CentreFilesOut(version=version, undoable=undoable, parts=parts)


@router.put("/{part}", summary="Replace one file")
async def save(request: Request, staff: Writer, part: Part, body: PartIn) -> CentreFilesOut:
    """Checked as a whole; hours hold at once, names and services in answers after a release."""
    await _changes(request).save(part, body.content, body.version, staff.who)
    return await read(request, staff)


@router.post("/undo", summary="Take the newest change back")
async def undo(request: Request, staff: Writer, body: VersionIn) -> CentreFilesOut:
    await _changes(request).undo(body.version, staff.who)
    return await read(request, staff)


@router.post("/counters/{counter}/close", status_code=204, summary="Close a counter for today")
async def close(
    request: Request, staff: Counter, counter: CounterId, body: ClosingIn | None = None
) -> None:
    words = body or ClosingIn()
    await _changes(request).close_counter(counter, staff.who, words.vi, words.en)


@router.post("/counters/{counter}/open", status_code=204, summary="Back to its usual hours")
async def reopen(request: Request, staff: Counter, counter: CounterId) -> None:
    await _changes(request).open_counter(counter, staff.who)
