"""`/api/v1/staff/inbox`."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request

from assistant.catalogue.search import MAX_QUERY, fold
from assistant.catalogue.view import PublishedCatalogue
from assistant.errors import LetanError
from assistant.inbox.judging import Decision, Judging
from assistant.inbox.reporting import Report, Reporting
from assistant.inbox.repository import Item, Page, Wanted
from assistant.inbox.schemas import (
    GroupOut,
    InboxOut,
    JudgementOut,
    QuestionOut,
    ResolveIn,
    SuggestionOut,
    WronglySentIn,
    WronglySentOut,
)
from assistant.inbox.service import Inbox
from assistant.inbox.signs import Kind
from assistant.staff import problems as staff_problems
from assistant.staff.access import having
from assistant.staff.service import Staff

router = APIRouter(prefix="/staff/inbox", tags=["staff: inbox"])

Reader = Annotated[Staff, Depends(having("inbox:read"))]
Judge = Annotated[Staff, Depends(having("inbox:resolve"))]
Clerk = Annotated[Staff, Depends(having("queue:call"))]


def inbox_of(request: Request) -> Inbox:
    inbox: Inbox = request.app.state.inbox
    return inbox


def _judging(request: Request) -> Judging:
    judging: Judging = request.app.state.judging
    return judging


def _reporting(request: Request) -> Reporting:
    reporting: Reporting = request.app.state.reporting
    return reporting


@router.get("", summary="Questions that somebody should look at")
async def listed(
    request: Request,
    _: Reader,
    *,
    state: Literal["open", "resolved"] = "open",
    kind: Kind | None = None,
    q: Annotated[
        str, Query(max_length=MAX_QUERY, description="words, with or without accents")
    ] = "",
    days: Annotated[int | None, Query(ge=1, le=366, description="asked in the last … days")] = None,
    order: Literal["people", "newest"] = "people",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> InboxOut:
    """Near-same questions in one group; all texts are redacted."""
    since = datetime.now(UTC) - timedelta(days=days) if days is not None else None
    words = tuple(fold(q).split())
    wanted = Wanted(state, kind, words, since, order, limit, offset)
    page = await inbox_of(request).page(wanted)
    return InboxOut(items=groups_out(page, _catalogue(request)), total=page.total, kinds=page.kinds)


@router.post("/wrongly-sent", status_code=201, summary="A visitor came to the wrong counter")
async def wrongly_sent(request: Request, staff: Clerk, body: WronglySentIn) -> WronglySentOut:
    """Once for each ticket and slip; the same again gives the same report."""
    if body.counter is not None:
        request.app.state.centre.counter(body.counter)
    told = Report(body.ticket, body.slip, body.counter, body.said, body.comment)
    done = await _reporting(request).report(told, staff.who)
    return WronglySentOut(id=done.id, group=done.group)


@router.delete("/wrongly-sent/{id_}", status_code=204, summary="It was no mistake")
async def take_back(request: Request, staff: Clerk, id_: int) -> None:
    await _reporting(request).take_back(id_, staff.who)


@router.get("/{id_}", summary="One group of questions")
async def get(request: Request, _: Reader, id_: int) -> GroupOut:
    return groups_out(await inbox_of(request).group(id_), _catalogue(request))[0]


@router.post("/{id_}/resolve", summary="Decide on a group of questions")
async def resolve(request: Request, staff: Judge, id_: int, body: ResolveIn) -> GroupOut:
    """What is accepted goes into the draft of the catalogue; visitors notice with a release."""
    if body.action == "faq" and not staff.may("faq:write"):
        raise staff_problems.right_missing("faq:write")
    decision = Decision(body.action, body.code, body.text, body.reason, body.answer)
    await _judging(request).resolve(id_, decision, staff.who)
    return await get(request, staff, id_)


@router.post("/{id_}/undo", summary="Take a decision back")
async def undo(request: Request, staff: Judge, id_: int) -> GroupOut:
    """The group is open again; an example that came by it is out of the draft again."""
    await _judging(request).undo(id_, staff.who)
    return await get(request, staff, id_)


def groups_out(page: Page, catalogue: PublishedCatalogue | None) -> list[GroupOut]:
    """The lines of a page, with their questions and the names of procedures."""
    of_group: dict[int, list[Item]] = {}
    for item in page.items:
        of_group.setdefault(item.group, []).append(item)
    comments: dict[int, list[str]] = {}
    for id_, comment in page.comments:
        comments.setdefault(id_, []).append(comment)
    found = []
    for group in page.groups:
        items = of_group.get(group.id, [])
        judged = page.judgements.get(group.judgement) if group.judgement is not None else None
        found.append(
            GroupOut(
                id=group.id,
                state="resolved" if group.state == "resolved" else "open",
                text=items[0].text if items else "",
                kinds=dict(Counter(item.kind for item in items)),
                times=group.items,
                people=group.people,
                this_week=group.this_week,
                last_week=group.last_week,
                last_at=group.last_at,
                suggestions=[
                    SuggestionOut(
                        code=each["code"], name=_name(catalogue, each["code"]), score=each["score"]
                    )
                    for each in group.suggestions
                ],
                comments=comments.get(group.id, []),
                questions=[_question(item) for item in items],
                judgement=None
                if judged is None
                else JudgementOut(
                    action=judged.action,
                    code=judged.code,
                    text=judged.text,
                    reason=judged.reason,
                    who=judged.who,
                    at=judged.at,
                    undone=judged.undone_at is not None,
                ),
            )
        )
    return found


def _question(item: Item) -> QuestionOut:
    return QuestionOut(
        text=item.text,
        kind=item.kind,
        at=item.at,
        channel=item.channel,
        guessed=item.guessed.split(),
    )


def _catalogue(request: Request) -> PublishedCatalogue | None:
    catalogue: PublishedCatalogue | None = request.app.state.catalogue
    return catalogue


def _name(catalogue: PublishedCatalogue | None, code: str) -> str | None:
    if catalogue is None:
        return None
    try:
        return catalogue.get(code).name.vi
    except LetanError:  # it was taken out of the catalogue since
        return None
