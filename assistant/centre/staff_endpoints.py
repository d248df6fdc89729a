"""`/api/v1/staff/notices`."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from assistant.catalogue.endpoints import published_catalogue
from assistant.centre import notices
from assistant.centre.service import Centre
from assistant.centre.tables import NoticeRow
from assistant.staff.access import having
from assistant.staff.service import Staff

router = APIRouter(prefix="/staff/notices", tags=["staff: notices"])

Reader = Annotated[Staff, Depends(having("notice:read"))]
Writer = Annotated[Staff, Depends(having("notice:write"))]
Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=notices.LONGEST)
]


class NoticeIn(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "vi": "Quầy 3 nghỉ chiều nay, mời bà con sang quầy 4.",
                "counter": "3",
                "end": "2026-11-23T17:00:00+07:00",
            }
        },
    )

    vi: Words
    en: Words | None = None
    counter: Annotated[str | None, Field(max_length=32, description="only for this one")] = None
    procedure: Annotated[str | None, Field(max_length=100, description="with its answers")] = None
    start: Annotated[AwareDatetime | None, Field(description="null: now")] = None
    end: Annotated[AwareDatetime | None, Field(description="null: until taken down")] = None


class NoticeOut(BaseModel):
    id: str
    vi: str
    en: str | None
    counter: str | None
    procedure: str | None
    start: datetime
    end: datetime | None
    live: bool
    who: str


def _centre(request: Request) -> Centre:
    centre: Centre = request.app.state.centre
    return centre


@router.get("", summary="Notices, newest first")
async def listed(request: Request, _: Reader) -> list[NoticeOut]:
    return [_out(row) for row in await notices.listed(request.app.state.database)]


@router.post("", status_code=201, summary="Put a notice up")
async def put_up(request: Request, staff: Writer, body: NoticeIn) -> NoticeOut:
    """Live within a second on all screens and in answers, without training."""
    centre = _centre(request)
    if body.counter is not None:
        centre.counter(body.counter)
    procedure = body.procedure
    if procedure is not None:
        procedure = published_catalogue(request).get(procedure).code
    row = await notices.put_up(
        request.app.state.database,
        staff.who,
        centre.now(),
        vi=body.vi,
        en=body.en,
        counter=body.counter,
        procedure=procedure,
        start=body.start,
        end=body.end,
    )
    await centre.refresh()
    return _out(row)


@router.delete("/{id_}", status_code=204, summary="Take a notice down")
async def take_down(request: Request, staff: Writer, id_: str) -> None:
    centre = _centre(request)
    await notices.take_down(request.app.state.database, staff.who, centre.now(), id_)
    await centre.refresh()


def _out(row: NoticeRow) -> NoticeOut:
    now = datetime.now(UTC)
    return NoticeOut(
        id=row.id,
        vi=row.vi,
        en=row.en,
        counter=row.counter,
        procedure=row.procedure,
        start=row.starts_at,
        end=row.ends_at,
        live=row.starts_at <= now and (row.ends_at is None or row.ends_at > now),
        who=row.who,
    )
