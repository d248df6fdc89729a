"""The centre over HTTP: what is there, tickets, calls and the board."""

import asyncio
from contextlib import aclosing, suppress
from hashlib import sha256
from typing import Annotated, Any, cast

import anyio
from fastapi import APIRouter, Depends, Header, Path, Request, Response, WebSocket
from starlette.requests import HTTPConnection
from starlette.websockets import WebSocketDisconnect

from assistant.centre.live import spoken_call
from assistant.centre.queues import Call
from assistant.centre.schemas import (
    COUNTER_PATTERN,
    BoardOut,
    CallOut,
    CentreOut,
    MapOut,
    TicketIn,
    TicketOut,
)
from assistant.centre.service import Centre
from assistant.security import Principal, require_operator_or_kiosk, require_visitor_or_token

router = APIRouter(tags=["centre"])

CounterPath = Annotated[str, Path(pattern=COUNTER_PATTERN, examples=["3"])]


def centre_of(connection: HTTPConnection) -> Centre:
    """The centre, put on `app.state.centre` by `create_app()`."""
    return cast(Centre, connection.app.state.centre)


@router.get("/centre", summary="Name, hours, counters, places and notices")
async def centre(request: Request) -> CentreOut:
    room = centre_of(request)
    static, live = room.static(), room.context()
    body: dict[str, Any] = {
        **static["centre"],
        **live["centre"],
        "now": live["now"],
        "counters": [{**c, **live["counters"][c["id"]]} for c in static["counters"]],
        "offices": [{**o, **live["offices"][o["id"]]} for o in static["offices"]],
        "places": static["places"],
        "notices": live["notices"],
    }
    return CentreOut.model_validate(body)


@router.get("/centre/map", summary="The lobby map: scale, corner and places")
async def centre_map(request: Request) -> MapOut:
    """Image y runs down from the top: pixel row = height - (y - origin y) / resolution."""
    room = centre_of(request)
    body = {
        "resolution": room.map.resolution,
        "origin": list(room.map.origin),
        "width": room.map.width,
        "height": room.map.height,
        "image": request.app.url_path_for("centre_map_png"),
        "places": room.static()["places"],
    }
    return MapOut.model_validate(body)


@router.get(
    "/centre/map.png",
    summary="The lobby map as a picture",
    response_class=Response,
    responses={200: {"content": {"image/png": {}}}, 304: {"description": "not changed"}},
)
async def centre_map_png(
    request: Request, if_none_match: Annotated[str | None, Header()] = None
) -> Response:
    png = await asyncio.to_thread(centre_of(request).map_png)
    headers = {
        "ETag": f'"{sha256(png).hexdigest()[:20]}"',
        "Cache-Control": "public, max-age=60",
    }
    if if_none_match is not None and headers["ETag"] in if_none_match:
        return Response(status_code=304, headers=headers)
    return Response(png, media_type="image/png", headers=headers)


@router.post("/tickets", status_code=201, summary="Take a queue number")
async def issue_ticket(
    request: Request,
    body: TicketIn,
    principal: Annotated[Principal, Depends(require_visitor_or_token)],
    idempotency_key: Annotated[
        str | None,
        Header(min_length=1, max_length=200, description="the same key, the same ticket"),
    ] = None,
) -> TicketOut:
    """The number is stored before it is answered; take a new `Idempotency-Key` for a new number."""
    conversation = principal.conversation_id or body.conversation
    key = None
    if idempotency_key is not None:
        # One person's key must never hand out another person's ticket.
        owner = conversation or principal.kiosk_id or principal.kind
        key = f"{owner}\n{idempotency_key}"
    ticket = await centre_of(request).issue_ticket(body.counter, conversation, key)
    return TicketOut.model_validate(ticket, from_attributes=True)


@router.post("/counters/{counter}/call-next", summary="Call the next number")
async def call_next(
    request: Request,
    counter: CounterPath,
    _: Annotated[Principal, Depends(require_operator_or_kiosk)],
) -> CallOut:
    """Ends the current number and calls the next; `number` is null when nobody waits."""
    return _called(counter, await centre_of(request).call_next(counter))


@router.post("/counters/{counter}/recall", summary="Announce the current number again")
async def recall(
    request: Request,
    counter: CounterPath,
    _: Annotated[Principal, Depends(require_operator_or_kiosk)],
) -> CallOut:
    return _called(counter, await centre_of(request).recall(counter))


@router.get("/board", summary="What the display board shows")
async def board(request: Request, response: Response) -> BoardOut:
    response.headers["Cache-Control"] = "no-store"
    return BoardOut.model_validate(centre_of(request).board())


@router.websocket("/board/events")
async def board_events(websocket: WebSocket) -> None:
    """The board as JSON at once, and again whenever it changes."""
    await websocket.accept()
    async with anyio.create_task_group() as group:

        async def until_gone() -> None:
            await _until_gone(websocket)
            group.cancel_scope.cancel()

        group.start_soon(until_gone)
        await _send_boards(websocket)
        group.cancel_scope.cancel()


async def _send_boards(websocket: WebSocket) -> None:
    with suppress(WebSocketDisconnect):
        async with aclosing(centre_of(websocket).board_events()) as boards:
            async for item in boards:
                await websocket.send_json(item)


async def _until_gone(websocket: WebSocket) -> None:
    """Returns when the other side has left; what it sends meanwhile is ignored."""
    while (await websocket.receive())["type"] != "websocket.disconnect":
        pass


def _called(counter: str, call: Call | None) -> CallOut:
    if call is None:
        return CallOut(number=None, counter=counter, called_at=None, spoken=None)
    spoken = spoken_call(call.number, call.counter)
    return CallOut.model_validate(
        {
            "number": call.number,
            "counter": call.counter,
            "called_at": call.announced_at,
            "spoken": spoken,
        }
    )
