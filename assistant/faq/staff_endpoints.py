"""`/api/v1/staff/faqs`: questions that are no procedure; answers come from releases."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Body, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field, StrictStr

from assistant.catalogue.search import MAX_QUERY, fold
from assistant.faq.nearness import Caution, Neighbours, cautions
from assistant.faq.schemas import FaqEntry
from assistant.faq.service import Edited, FaqRoom, checked
from assistant.faq.trial import Said, ask
from assistant.staff.access import having
from assistant.staff.service import Staff
from assistant.staff.versions import seen_version

router = APIRouter(prefix="/staff/faqs", tags=["staff: questions and answers"])

Reader = Annotated[Staff, Depends(having("faq:read"))]
Writer = Annotated[Staff, Depends(having("faq:write"))]
Written = Annotated[dict[str, Any], Body()]
_SHOWN_ONLY = ("version", "updated_at", "updated_by", "state", "asked_30_days")
_COUNTED_DAYS = 30


class ListOut(BaseModel):
    faqs: list[dict[str, Any]] = Field(description="as one is read, with `asked_30_days`")
    total: int = Field(description="how many fit, before `limit` and `offset`")


class VersionOut(BaseModel):
    version: int
    who: str
    saved_at: datetime
    faq: dict[str, Any] | None = Field(description="null: it was deleted")


class RestoreIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    version: Annotated[int, Field(description="the newest version, as seen")]
    earlier: Annotated[int, Field(description="the version to come back")]


class NearOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    wording: str
    kind: str = Field(description="procedure or faq")
    id: str
    name: str
    phrase: str
    closeness: int = Field(description="0 to 100")


class CautionOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    code: str
    vi: str
    en: str
    near: NearOut | None


class TrialIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: Annotated[StrictStr, Field(min_length=1, max_length=2000, pattern=r"\S")]
    draft: Annotated[
        dict[str, Any] | None,
        Field(description="a question as it is being written; it need not be saved"),
    ] = None


class SaidOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    text: str
    outcome: str
    faq: str | None = Field(description="id of the question that was recognised")
    procedure: str | None = Field(description="code of the procedure that was understood")


class TrialOut(BaseModel):
    live: SaidOut = Field(description="by the release in force")
    draft: SaidOut = Field(description="by the questions as they are being edited")


@router.get("", summary="Find questions")
async def listed(
    request: Request,
    _: Reader,
    *,
    q: Annotated[str, Query(max_length=MAX_QUERY)] = "",
    state: Annotated[str, Query(pattern="^(all|live|later|over)$")] = "all",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    offset: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> ListOut:
    """All words of `q` must occur, with or without accents, in a wording, the answer or the id."""
    room, today = room_of(request), today_of(request)
    words = fold(q).split()
    found = [
        each
        for each in await room.all()
        if state in ("all", each.state(today)) and fits(each, words)
    ]
    asked = await room.asked(datetime.now(UTC) - timedelta(days=_COUNTED_DAYS))
    page = found[offset : offset + limit]
    return ListOut(
        faqs=[{**_out(each, today), "asked_30_days": asked.get(each.entry.id, 0)} for each in page],
        total=len(found),
    )


@router.post("", status_code=201, summary="A new question")
async def create(request: Request, staff: Writer, written: Written) -> dict[str, Any]:
    """The keys of an item of `faqs.yaml`; without `id` it gets one from its wording."""
    made = await room_of(request).create(_keys(written), staff.who)
    return _out(made, today_of(request))


@router.post("/check", summary="What an editor should look at before saving")
async def check(request: Request, _: Reader, written: Written) -> list[CautionOut]:
    """Wordings close to a procedure's or another question's, answers too long to be spoken."""
    entry = checked({"id": "draft", **_keys(written)})
    return [CautionOut.model_validate(each) for each in await warned(request.app, entry)]


@router.post("/try", summary="What the desk would say")
async def attempt(request: Request, _: Reader, body: TrialIn) -> TrialOut:
    """Answered by the engine in force: from its release, and from the questions as edited."""
    extra = None if body.draft is None else checked({"id": "draft", **_keys(body.draft)})
    live, draft = await tried(request.app, body.text, extra)
    return TrialOut(live=SaidOut.model_validate(live), draft=SaidOut.model_validate(draft))


@router.get("/{id}", summary="One question to edit")
async def get(request: Request, _: Reader, id: str) -> dict[str, Any]:
    """The keys of an item of `faqs.yaml` and its `version`."""
    return _out(await room_of(request).get(id), today_of(request))


@router.put("/{id}", summary="Save a question")
async def put(request: Request, staff: Writer, id: str, written: Written) -> dict[str, Any]:
    """What `GET` gave, changed; `version` as it was. 409 when somebody saved meanwhile."""
    room, version = room_of(request), seen_version(written)
    return _out(await room.save(id, version, _keys(written), staff.who), today_of(request))


@router.delete("/{id}", summary="Take a question out")
async def delete(
    request: Request, staff: Writer, id: str, version: int | None = None
) -> dict[str, int]:
    """Its versions stay: `POST …/restore` with `version` as given back is the undo."""
    return {"version": await room_of(request).delete(id, version, staff.who)}


@router.get("/{id}/history", summary="Its versions, newest first")
async def history(request: Request, _: Reader, id: str) -> list[VersionOut]:
    return [
        VersionOut(
            version=each.version,
            who=each.who,
            saved_at=each.saved_at,
            faq=None if each.entry is None else each.entry.model_dump(mode="json"),
        )
        for each in await room_of(request).history(id)
    ]


@router.post("/{id}/restore", summary="Bring an earlier version back, also of a deleted one")
async def restore(request: Request, staff: Writer, id: str, body: RestoreIn) -> dict[str, Any]:
    made = await room_of(request).restore(id, body.version, body.earlier, staff.who)
    return _out(made, today_of(request))


def room_of(request: Request) -> FaqRoom:
    return FaqRoom(request.app.state.database)


def today_of(request: Request) -> date:
    return datetime.now(ZoneInfo(request.app.state.settings.timezone)).date()


def fits(edited: Edited, words: list[str]) -> bool:
    """Whether every folded word occurs in a wording, the answer or the id."""
    entry = edited.entry
    text = " ".join((*entry.wordings, entry.answer.vi, entry.answer.en or "", entry.id))
    folded = fold(text)
    return all(word in folded for word in words)


async def warned(app: Any, entry: FaqEntry) -> list[Caution]:
    """What an editor should look at; `app` is the application."""
    others = [each.entry for each in await FaqRoom(app.state.database).all()]
    neighbours = await Neighbours.load(app.state.database)
    near = await asyncio.to_thread(neighbours.of, entry, others)
    return cautions(entry, near)


async def tried(app: Any, text: str, extra: FaqEntry | None) -> tuple[Said, Said]:
    """What is said by the release in force, and by the questions as edited with ``extra``."""
    engine, context = app.state.engine, app.state.centre.context()
    edited = [each.entry for each in await FaqRoom(app.state.database).all()]
    if extra is not None:
        edited = [entry for entry in edited if entry.id != extra.id] + [extra]
    live = await ask(engine, context, text)
    return live, await ask(engine, context, text, edited)


def _out(edited: Edited, today: date) -> dict[str, Any]:
    return {
        **edited.entry.model_dump(mode="json"),
        "version": edited.version,
        "state": edited.state(today),
        "updated_at": edited.updated_at,
        "updated_by": edited.updated_by,
    }


def _keys(written: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in written.items() if key not in _SHOWN_ONLY}
