"""`/api/v1/staff/figures`."""

import asyncio
from datetime import date, datetime, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from assistant.catalogue.view import PublishedCatalogue
from assistant.conversation.figures import Counts, Waiting, figures
from assistant.conversation.figures_files import as_csv, as_workbook
from assistant.errors import LetanError
from assistant.staff.access import having
from assistant.staff.service import Staff

router = APIRouter(prefix="/staff", tags=["staff: figures"])

Reader = Annotated[Staff, Depends(having("figures:read"))]
_LONGEST_DAYS = 366
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class CountsOut(BaseModel):
    conversations: int
    turns: int
    outcomes: dict[str, int]
    understood: float | None = Field(description="share of turns, 0 to 1; null without any")
    up: int = Field(description="thumbs up at the goodbye")
    down: int
    satisfied: float | None = Field(description="share of thumbs up, 0 to 1; null without any")
    sent: int = Field(description="conversations in which a procedure and its counter were named")
    wrongly_sent: int = Field(description="visitors at a wrong counter, as counters told")
    wrongly_sent_rate: float | None = Field(description="of those sent; null without any")


class WaitingOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    tickets: int
    median: float | None = Field(description="minutes until called; null: nobody was called")
    longest: float | None


class ProcedureCountOut(BaseModel):
    code: str
    name: str | None
    turns: int


class FiguresOut(BaseModel):
    first: date
    last: date
    total: CountsOut
    days: dict[date, CountsOut]
    channels: dict[str, CountsOut]
    languages: dict[str, CountsOut]
    procedures: list[ProcedureCountOut]
    waiting: WaitingOut
    waiting_days: dict[date, WaitingOut]


@router.get("/figures", summary="How the desk has done", response_model=FiguresOut)
async def get_figures(
    request: Request,
    _: Reader,
    first: Annotated[date | None, Query(description="default: a week before `last`")] = None,
    last: Annotated[date | None, Query(description="default: today")] = None,
    form: Annotated[Literal["json", "csv", "xlsx"], Query(alias="format")] = "json",
) -> FiguresOut | Response:
    """Counts of local days; `csv` has a line a day, `xlsx` sheets by channel and so on besides."""
    zone = ZoneInfo(request.app.state.settings.timezone)
    last = last or datetime.now(zone).date()
    first = first or last - timedelta(days=6)
    if not timedelta(0) <= last - first < timedelta(days=_LONGEST_DAYS):
        raise LetanError(
            "figures_range_wrong",
            422,
            f"Chọn từ 1 đến {_LONGEST_DAYS} ngày, ngày đầu trước ngày cuối.",
            f"Choose 1 to {_LONGEST_DAYS} days, the first before the last.",
            field="first",
        )
    found = await figures(request.app.state.database, zone, first, last)
    catalogue: PublishedCatalogue | None = request.app.state.catalogue
    names = {p.code: p.name.vi for p in catalogue.search()} if catalogue is not None else {}
    if form != "json":
        name = f"letan-{first}-{last}.{form}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        if form == "csv":
            return Response(as_csv(found), media_type="text/csv; charset=utf-8", headers=headers)
        book = await asyncio.to_thread(as_workbook, found, names)
        return Response(book, media_type=_XLSX, headers=headers)
    return FiguresOut(
        first=first,
        last=last,
        total=_out(found.total),
        days={day: _out(counts) for day, counts in found.days.items()},
        channels={name: _out(counts) for name, counts in found.channels.items()},
        languages={name: _out(counts) for name, counts in found.languages.items()},
        procedures=[
            ProcedureCountOut(code=code, name=names.get(code), turns=turns)
            for code, turns in found.procedures
        ],
        waiting=_waiting(found.waiting),
        waiting_days={day: _waiting(each) for day, each in found.waiting_days.items()},
    )


def _out(counts: Counts) -> CountsOut:
    return CountsOut(
        conversations=len(counts.conversations),
        turns=counts.turns,
        outcomes=dict(counts.outcomes),
        understood=counts.understood,
        up=counts.up,
        down=counts.down,
        satisfied=counts.satisfied,
        sent=len(counts.sent),
        wrongly_sent=counts.wrongly_sent,
        wrongly_sent_rate=counts.wrongly_sent_rate,
    )


def _waiting(waiting: Waiting) -> WaitingOut:
    return WaitingOut.model_validate(waiting)
