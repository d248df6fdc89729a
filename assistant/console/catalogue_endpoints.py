"""`POST /api/v1/staff/procedures/preview`: what the live and the draft desk would answer."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field, StrictStr

from assistant.console.catalogue_trial import LONGEST, Kind, trial_of
from assistant.errors import Language
from assistant.staff.access import having
from assistant.staff.service import Staff

router = APIRouter(prefix="/staff/procedures", tags=["staff: catalogue"])

Writer = Annotated[Staff, Depends(having("catalogue:write"))]


class PreviewIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: Annotated[StrictStr, Field(min_length=1, max_length=LONGEST)]
    language: Language | None = None
    procedure: Annotated[
        dict[str, Any] | None,
        Field(description="the keys of an entry, in place of what is saved of it"),
    ] = None


class SectionOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    title: str
    lines: list[str]


class SaidOut(BaseModel):
    """An answer, and by which desk."""

    model_config = ConfigDict(from_attributes=True)

    kind: Kind = Field(
        description="`live`; `built`: a release not yet published that holds these facts; `facts`: "
        "the release in force with these facts, its understanding unchanged"
    )
    release: str
    outcome: str
    text: str
    speech: str
    procedure: str | None
    card: str | None
    sections: list[SectionOut]
    choices: list[str]


class PreviewOut(BaseModel):
    live: SaidOut
    draft: SaidOut


@router.post("/preview", summary="What the live and the draft desk would answer")
async def preview(request: Request, _: Writer, body: PreviewIn) -> PreviewOut:
    """The first one with other facts takes some seconds: an engine is started for it."""
    trial = trial_of(request.app)
    live = await trial.live(body.text, body.language)
    draft = await trial.draft(body.text, body.language, body.procedure)
    return PreviewOut(live=SaidOut.model_validate(live), draft=SaidOut.model_validate(draft))
