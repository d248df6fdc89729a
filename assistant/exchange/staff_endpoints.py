"""`/api/v1/staff/exchange`: the catalogue and the questions as Excel or YAML, out and in."""

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from assistant.exchange.report import Report
from assistant.exchange.service import MEDIA, Exchange, Format, Part, file_name
from assistant.staff.access import having
from assistant.staff.service import Staff

router = APIRouter(prefix="/staff/exchange", tags=["staff: Excel and YAML"])

Reader = Annotated[Staff, Depends(having("catalogue:read"))]
Writer = Annotated[Staff, Depends(having("catalogue:write"))]


class LineOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    what: str = Field(description="added, changed, unchanged, skipped, error")
    sheet: str = Field(description="of the workbook; a file's name for YAML")
    cell: str = Field(description="C17; line:column for YAML")
    item: str = Field(description="code of a procedure or id of a question")
    vi: str
    en: str


class ReportOut(BaseModel):
    saved: bool
    counts: dict[str, int]
    not_in_file: int = Field(description="items that the file does not name; they stay")
    lines: list[LineOut] = Field(description="mistakes first")

    @classmethod
    def of(cls, report: Report) -> "ReportOut":
        return cls(
            saved=report.saved,
            counts=report.counts,
            not_in_file=report.not_in_file,
            lines=[LineOut.model_validate(line) for line in report.lines],
        )


@router.get("", summary="The catalogue and the questions as a file", response_class=Response)
async def export(
    request: Request,
    _: Reader,
    part: Annotated[Part, Query(description="what of them")] = "all",
    format: Annotated[Format, Query(description="yaml: a ZIP of files")] = "xlsx",
) -> Response:
    """A workbook with drop-downs and a guide, or the YAML files that `letan import` reads."""
    today = datetime.now(ZoneInfo(request.app.state.settings.timezone)).date()
    name = file_name(part, format, today)
    return Response(
        await _exchange(request).export(part, format),
        media_type=MEDIA[format],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.post("", summary="Take a file in: a report first, drafts with `save=true`")
async def import_(
    request: Request,
    staff: Writer,
    save: Annotated[bool, Query(description="false: only say what would happen")] = False,
    name: Annotated[str, Query(max_length=200, description="the file's name")] = "",
) -> ReportOut:
    """The body is the file itself: .xlsx, a .yaml file, or a ZIP of them.

    With `save=true` everything is written in one transaction, or nothing where there is a mistake.
    """
    raw = await request.body()
    exchange = _exchange(request)
    report = await (exchange.save(name, raw, staff.who) if save else exchange.check(name, raw))
    return ReportOut.of(report)


def _exchange(request: Request) -> Exchange:
    exchange: Exchange = request.app.state.exchange
    return exchange
