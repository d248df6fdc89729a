"""`/api/v1/staff/figures`."""

import csv
import io
from datetime import date, datetime, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from assistant.catalogue.view import PublishedCatalogue
from assistant.conversation.figures import Counts, Figures, figures
from assistant.errors import LetanError
from assistant.staff.access import having
from assistant.staff.service import Staff

router = APIRouter(prefix="/staff", tags=["staff: figures"])

Reader = Annotated[Staff, Depends(having("figures:read"))]
_LONGEST_DAYS = 366


class CountsOut(BaseModel):
    conversations: int
    turns: int
    outcomes: dict[str, int]
    understood: float | None = Field(description="share of turns, 0 to 1; null without any")
    up: int = Field(description="thumbs up at the goodbye")
    down: int


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


@router.get("/figures", summary="How the desk has done", response_model=FiguresOut)
async def get_figures(
    request: Request,
    _: Reader,
    first: Annotated[date | None, Query(description="default: a week before `last`")] = None,
    last: Annotated[date | None, Query(description="default: today")] = None,
    form: Annotated[Literal["json", "csv"], Query(alias="format")] = "json",
) -> FiguresOut | Response:
    """Counts of local days; `csv` has a line a day."""
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
    if form == "csv":
        headers = {"Content-Disposition": f'attachment; filename="letan-{first}-{last}.csv"'}
        return Response(_csv(found), media_type="text/csv; charset=utf-8", headers=headers)
    catalogue: PublishedCatalogue | None = request.app.state.catalogue
    names = {p.code: p.name.vi for p in catalogue.search()} if catalogue is not None else {}
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
    )


def _out(counts: Counts) -> CountsOut:
    return CountsOut(
        conversations=len(counts.conversations),
        turns=counts.turns,
        outcomes=dict(counts.outcomes),
        understood=counts.understood,
        up=counts.up,
        down=counts.down,
    )


def _csv(found: Figures) -> str:
    names = sorted(found.total.outcomes)
    out = io.StringIO()
    out.write("\ufeff")  # Excel takes the file for UTF-8 by this
    writer = csv.writer(out)
    writer.writerow(["day", "conversations", "turns", "understood", "up", "down", *names])
    for day, counts in found.days.items():
        share = "" if counts.understood is None else f"{counts.understood:.3f}"
        row = [day.isoformat(), len(counts.conversations), counts.turns, share]
        writer.writerow([*row, counts.up, counts.down, *(counts.outcomes[n] for n in names)])
    return out.getvalue()
