"""`/api/v1/staff/releases`: build, look at what would change, publish, roll back."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Depends, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from assistant import problems
from assistant.errors import LetanError
from assistant.releases.impact import read_report
from assistant.releases.plans import Plans
from assistant.releases.service import Release, Releases
from assistant.releases.tables import BuildRow, PlanRow
from assistant.releases.two_releases import compared
from assistant.releases.workshop import Publish, Verdict, Workshop
from assistant.staff.access import confirmed, having
from assistant.staff.service import Staff

router = APIRouter(prefix="/staff/releases", tags=["staff: releases"])

Reader = Annotated[Staff, Depends(having("release:read"))]
Builder = Annotated[Staff, Depends(having("release:build"))]
Judge = Annotated[Staff, Depends(having("release:judge"))]
Publisher = Annotated[Staff, Depends(having("release:publish"))]

State = Literal["building", "failed", "built", "live", "retired"]


class DifferenceOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    text: str = Field(description="the question, without personal data")
    source: Literal["asked", "regression"]
    times: int
    before: dict[str, Any]
    after: dict[str, Any]
    risky: bool = Field(description="another procedure, fee, papers or counter")
    verdict: Verdict | None
    judged_by: str | None


class PlanOut(BaseModel):
    """A publication at a time, or what became of it."""

    at: datetime
    state: Literal["planned", "running", "done", "failed", "cancelled"]
    who: str
    problem: str | None


class ReleaseOut(BaseModel):
    id: str
    state: State
    progress: float = Field(ge=0, le=1)
    step: str
    problem: str | None
    procedures: int | None
    created_at: datetime | None
    published_at: datetime | None
    who: str | None = Field(description="who had it built; null: from the command line")
    plan: PlanOut | None = Field(None, description="its newest publication at a time")


class LogLineOut(BaseModel):
    at: datetime
    line: str


class ReleaseDetailOut(ReleaseOut):
    log: list[LogLineOut] = Field(description="what happened while it was built")
    report: dict[str, Any] | None = Field(description="figures of its evaluation")
    differences: list[DifferenceOut]
    compared_with: str | None


class ChangedOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    code: str
    name: str
    change: Literal["added", "removed", "changed"]
    fields: list[str] = Field(description="what of it differs")


class AnswerPairOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    text: str
    before: dict[str, Any]
    after: dict[str, Any]


class ComparisonOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    procedures: list[ChangedOut]
    answers: list[AnswerPairOut]


class BuildOut(BaseModel):
    id: str


class JudgeIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    difference: int
    verdict: Verdict


class PasswordIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    password: Annotated[
        str | None, Field(max_length=400, description="once more, unless typed a moment ago")
    ] = None


class PublishIn(PasswordIn):
    at: Annotated[AwareDatetime | None, Field(description="null: now")] = None


def _workshop(request: Request) -> Workshop:
    workshop: Workshop = request.app.state.workshop
    return workshop


def _plans(request: Request) -> Plans:
    plans: Plans = request.app.state.plans
    return plans


def _publish(request: Request) -> Publish:
    publish: Publish = request.app.state.publish
    return publish


@router.post("", status_code=202, summary="Build a release from the catalogue as it is now")
async def build(request: Request, staff: Builder) -> BuildOut:
    """Takes a minute or two, beside the desk; `GET` tells how far it is. Nothing is published."""
    return BuildOut(id=await _workshop(request).begin(staff.who))


@router.get("", summary="Releases and builds, newest first")
async def listed(
    request: Request, _: Reader, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> list[ReleaseOut]:
    releases: Releases = request.app.state.releases
    known = {release.id: release for release in await releases.list()}
    builds = {build.release: build for build in await _workshop(request).builds(limit)}
    live, plans = await releases.published(), await _planned(request)
    ids = sorted({*known, *builds}, reverse=True)[:limit]
    return [
        _out(request, id_, known.get(id_), builds.get(id_), live, plan=plans.get(id_))
        for id_ in ids
    ]


@router.get("/{release}", summary="One release: how far it is, its figures, what it would change")
async def get(request: Request, _: Reader, release: str) -> ReleaseDetailOut:
    releases: Releases = request.app.state.releases
    folder = releases.folder(release)
    known = {each.id: each for each in await releases.list()}.get(release)
    build = await _workshop(request).build_of(release)
    if known is None and build is None:
        await releases.verify(release)
    plan = (await _planned(request)).get(release)
    out = _out(request, release, known, build, await releases.published(), plan=plan)
    return ReleaseDetailOut(
        **out.model_dump(),
        log=[LogLineOut(at=at, line=line) for at, line in await _workshop(request).log_of(release)],
        report=read_report(folder) if known is not None else None,
        differences=[
            DifferenceOut.model_validate(row)
            for row in await _workshop(request).differences(release)
        ],
        compared_with=build.compared_with if build is not None else None,
    )


@router.post("/rollback", summary="Back to the release before")
async def roll_back(
    request: Request, staff: Publisher, body: Annotated[PasswordIn | None, Body()] = None
) -> ReleaseOut:
    await confirmed(request, staff, body.password if body else None)
    found = await _workshop(request).roll_back(staff.who, _publish(request))
    return _out(request, found.id, found, None, found)


@router.post("/{release}/judge", status_code=204, summary="Say whether a change is better or worse")
async def judge(request: Request, staff: Judge, release: str, body: JudgeIn) -> None:
    await _workshop(request).judge(release, body.difference, body.verdict, staff.who)


@router.post("/{release}/publish", summary="Put a release in force, now or at a time")
async def publish(
    request: Request,
    staff: Publisher,
    release: str,
    body: Annotated[PublishIn | None, Body()] = None,
) -> ReleaseOut:
    """A second engine is started, answers recorded questions as the release's report says, turns
    move over, the old one is drained: no turn is refused. When the new one does not start or
    answers otherwise, the old one goes on and the answer says why."""
    await confirmed(request, staff, body.password if body else None)
    if body is not None and body.at is not None:
        row = await _plans(request).plan(release, body.at, staff.who)
        found = await request.app.state.releases.verify(release)
        live = await request.app.state.releases.published()
        return _out(request, release, found, None, live, plan=row)
    found = await _workshop(request).publish(release, staff.who, _publish(request))
    return _out(request, found.id, found, None, found)


@router.delete("/{release}/publish", status_code=204, summary="Cancel a publication at a time")
async def cancel(request: Request, staff: Publisher, release: str) -> None:
    await _plans(request).cancel(release, staff.who)


@router.get("/{release}/compare", summary="What differs between two releases")
async def compare(request: Request, _: Reader, release: str, other: str) -> ComparisonOut:
    """Procedures that were added, removed or changed, and questions of the regression set that
    are answered otherwise; `other` is the earlier one."""
    releases: Releases = request.app.state.releases
    before, after = await releases.verify(other), await releases.verify(release)
    found = await compared(request.app.state.settings, before.folder, after.folder)
    return ComparisonOut.model_validate(found)


async def _planned(request: Request) -> dict[str, PlanRow]:
    """The newest plan of each release."""
    found: dict[str, PlanRow] = {}
    for row in await _plans(request).newest():
        found.setdefault(row.release, row)
    return found


def _out(
    request: Request,
    id_: str,
    release: Release | None,
    build: BuildRow | None,
    live: Release | None,
    *,
    plan: PlanRow | None = None,
) -> ReleaseOut:
    if release is None and build is None:
        raise LetanError("release_unknown", 404, "Không có bản này.", "There is no such release.")
    state: State = "built"
    if release is None and build is not None:
        state = "failed" if build.state == "failed" else "building"
    elif live is not None and live.id == id_:
        state = "live"
    elif release is not None and release.published_at is not None:
        state = "retired"
    elif build is not None and build.state == "building":
        state = "building"
    vi = problems.language_of(request.headers, request.app.state.settings.language) == "vi"
    problem = (build.problem_vi if vi else build.problem_en) if build is not None else None
    return ReleaseOut(
        id=id_,
        state=state,
        progress=build.fraction if build is not None and state != "live" else 1.0,
        step=build.step if build is not None else "done",
        problem=problem,
        procedures=release.procedures if release is not None else None,
        created_at=release.created_at if release is not None else None,
        published_at=release.published_at if release is not None else None,
        who=build.who if build is not None else None,
        plan=_plan_out(plan, vi=vi) if plan is not None else None,
    )


def _plan_out(row: PlanRow, *, vi: bool) -> PlanOut:
    return PlanOut.model_validate(
        {
            "at": row.at,
            "state": row.state,
            "who": row.who,
            "problem": row.problem_vi if vi else row.problem_en,
        }
    )
