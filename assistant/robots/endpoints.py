"""Robots over HTTP. Stopping needs no right, no database and no dialogue engine."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Annotated, cast

from fastapi import APIRouter, Depends, Path, Query, WebSocket
from starlette.requests import HTTPConnection
from starlette.websockets import WebSocketDisconnect

from assistant.errors import LetanError
from assistant.problems import language_of
from assistant.robots.announcements import Event
from assistant.robots.errors import not_in_line, robot_not_yours
from assistant.robots.schemas import (
    AnswerIn,
    AnyMissionOut,
    CommandOut,
    InLineOut,
    LineIn,
    LineOut,
    MissionIn,
    MissionOut,
    PaceIn,
    PastMissionOut,
    RobotOut,
    StopOut,
    SurroundingsOut,
)
from assistant.robots.service import Fleet
from assistant.robots.view import RobotView
from assistant.security import Principal, require_operator, require_operator_or_kiosk

router = APIRouter(prefix="/robots", tags=["robots"])

UNKNOWN_ROBOT = 4404
"""Close code of a WebSocket for a robot that does not exist."""


def fleet_of(connection: HTTPConnection) -> Fleet:
    """The fleet, put on `app.state.fleet` by `create_app()`."""
    return cast(Fleet, connection.app.state.fleet)


FleetHere = Annotated[Fleet, Depends(fleet_of)]
RobotId = Annotated[str, Path(examples=["robot-1"])]


async def _commander(
    robot_id: RobotId,
    fleet: FleetHere,
    principal: Annotated[Principal, Depends(require_operator_or_kiosk)],
) -> str:
    """Who commands a robot, for its log: the operator any, a kiosk its own."""
    fleet.robot(robot_id)
    if principal.kind != "operator" and principal.robot_id != robot_id:
        raise robot_not_yours(robot_id)
    return principal.kiosk_id or principal.kind


Commander = Annotated[str, Depends(_commander)]


async def _stands(
    fleet: FleetHere, principal: Annotated[Principal, Depends(require_operator_or_kiosk)]
) -> str | None:
    """Where a kiosk's visitors stand, for requests that do not say so; None: beside the robot."""
    place = fleet.stands(principal.kiosk_id)
    return None if place is None else place.id


Stands = Annotated[str | None, Depends(_stands)]


@router.get("", summary="All robots")
async def robots(fleet: FleetHere) -> list[RobotOut]:
    return [RobotOut.of(view) for view in fleet.robots()]


@router.get("/surroundings", summary="People on foot, and closed passages")
async def surroundings(fleet: FleetHere) -> SurroundingsOut:
    """What maps show beside the robots; a passage is closed while one robot has it."""
    return SurroundingsOut.of(fleet.surroundings())


@router.get("/{robot_id}", summary="One robot")
async def robot(robot_id: RobotId, fleet: FleetHere) -> RobotOut:
    return RobotOut.of(fleet.robot(robot_id))


@router.post("/{robot_id}/missions", status_code=201, summary="Send a robot somewhere")
async def start_mission(
    robot_id: RobotId, body: MissionIn, fleet: FleetHere, commander: Commander, stands: Stands
) -> MissionOut:
    """The robot announces itself, then drives; follow it by its states.

    One that is to lead and is elsewhere comes to the visitor first (`fetch`, state `fetching`).
    """
    mission = await fleet.start_mission(
        robot_id,
        body.kind,
        body.to,
        commander,
        pace=body.pace,
        ticket=body.ticket,
        near=body.near or stands,
        sentence=body.sentence,
    )
    view = fleet.robot(robot_id)
    return MissionOut.of(mission, view.path, view.remaining)


@router.post("/missions", status_code=201, summary="Send the nearest free robot")
async def start_any(
    body: MissionIn,
    fleet: FleetHere,
    principal: Annotated[Principal, Depends(require_operator)],
) -> AnyMissionOut:
    """The free robot with the shortest way to ``near`` (else ``to``); see `robot` in the answer."""
    mission = await fleet.start_mission(
        None,
        body.kind,
        body.to,
        principal.kind,
        pace=body.pace,
        ticket=body.ticket,
        near=body.near,
        sentence=body.sentence,
    )
    chosen = fleet.robot(fleet.robot_of(mission))
    made = MissionOut.of(mission, chosen.path, chosen.remaining)
    return AnyMissionOut(**made.model_dump(), robot=chosen.id)


@router.get("/{robot_id}/line", summary="How long it is busy, and who waits")
async def line(robot_id: RobotId, fleet: FleetHere) -> LineOut:
    return LineOut.of(fleet.robot(robot_id))


@router.post("/{robot_id}/line", status_code=201, summary="Wait until a busy robot is back")
async def wait(
    robot_id: RobotId, body: LineIn, fleet: FleetHere, commander: Commander, stands: Stands
) -> InLineOut:
    """First come, first led, from its home; a stop or a fault sends the line away."""
    waiting = fleet.wait_for(
        robot_id, body.to, commander, pace=body.pace, ticket=body.ticket, near=stands
    )
    return InLineOut.model_validate(waiting)


@router.delete("/{robot_id}/line/{waiting}", summary="Wait no longer")
async def leave(robot_id: RobotId, waiting: str, fleet: FleetHere, commander: Commander) -> LineOut:
    if not fleet.leave_line(robot_id, waiting, commander):
        raise not_in_line(waiting)
    return LineOut.of(fleet.robot(robot_id))


Limit = Annotated[int, Query(ge=1, le=500)]


@router.get("/{robot_id}/missions", summary="What it was to do, newest first")
async def missions(
    robot_id: RobotId, fleet: FleetHere, _: Commander, limit: Limit = 50
) -> list[PastMissionOut]:
    """Also those of earlier processes; `interrupted`: the process ended while it ran."""
    return [PastMissionOut(**row) for row in await fleet.missions(robot_id, limit)]


@router.get("/{robot_id}/commands", summary="Who asked for what, newest first")
async def commands(
    robot_id: RobotId, fleet: FleetHere, _: Commander, limit: Limit = 50
) -> list[CommandOut]:
    """Every command with who asked, what was sent and what came back."""
    return [CommandOut(**row) for row in await fleet.commands(robot_id, limit)]


@router.delete("/{robot_id}/missions/current", summary="End the mission that runs, if any")
async def cancel(robot_id: RobotId, fleet: FleetHere, commander: Commander) -> RobotOut:
    return RobotOut.of(await fleet.cancel(robot_id, commander))


@router.patch("/{robot_id}/missions/current", summary="Lead faster or more slowly")
async def set_pace(
    robot_id: RobotId, body: PaceIn, fleet: FleetHere, commander: Commander
) -> RobotOut:
    """Counts from now on, for the mission that runs; without one nothing happens."""
    return RobotOut.of(await fleet.set_pace(robot_id, body.pace, commander))


@router.post("/{robot_id}/missions/current/answer", summary="Answer what the robot asks")
async def answer(
    robot_id: RobotId, body: AnswerIn, fleet: FleetHere, commander: Commander
) -> RobotOut:
    """The visitor has touched or said an answer; the robot goes on, or takes its leave."""
    return RobotOut.of(fleet.answer(robot_id, body.following, body.question, commander))


@router.post("/{robot_id}/presence", status_code=204, summary="Somebody stands before it")
async def presence(robot_id: RobotId, fleet: FleetHere, _: Commander) -> None:
    """A robot that greets at the door greets them; any other takes no notice."""
    fleet.somebody_came(robot_id)


@router.post("/{robot_id}/stop", summary="Stop now: anybody may")
async def stop(robot_id: RobotId, fleet: FleetHere) -> StopOut:
    """Brakes at once and holds the robot until `resume`. May be repeated."""
    result = await fleet.stop(robot_id)
    return StopOut.after(fleet.robot(robot_id), result)


@router.post("/{robot_id}/resume", summary="Release a stop; moves nothing")
async def resume(robot_id: RobotId, fleet: FleetHere, commander: Commander) -> RobotOut:
    return RobotOut.of(await fleet.resume(robot_id, commander))


@router.websocket("/{robot_id}/states")
async def states(socket: WebSocket, robot_id: str) -> None:
    """The newest state at 10 Hz while the robot moves, else at least once a second."""
    await _serve(socket, lambda: _texts(fleet_of(socket).states(robot_id)))


@router.websocket("/{robot_id}/events")
async def events(socket: WebSocket, robot_id: str) -> None:
    """What the robot says and asks, its missions, and whom it brings, as it happens."""
    await _serve(socket, lambda: _events(fleet_of(socket).events(robot_id)))


async def _serve(socket: WebSocket, open_stream: Callable[[], AsyncGenerator[str]]) -> None:
    await socket.accept()
    try:
        stream = open_stream()
    except LetanError as error:
        text = error.text(language_of(socket.headers))
        await socket.send_json({"type": "error", "code": error.code, "detail": text})
        await socket.close(UNKNOWN_ROBOT, error.code)
        return
    sender = asyncio.create_task(_send(socket, stream))
    listener = asyncio.create_task(_until_gone(socket))
    try:
        await asyncio.wait((sender, listener), return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (sender, listener):
            task.cancel()
        await asyncio.gather(sender, listener, return_exceptions=True)


async def _texts(views: AsyncGenerator[RobotView]) -> AsyncGenerator[str]:
    async with aclosing(views):
        async for view in views:
            yield RobotOut.of(view).model_dump_json()


async def _events(found: AsyncGenerator[Event]) -> AsyncGenerator[str]:
    async with aclosing(found):
        async for event in found:
            yield json.dumps(event, ensure_ascii=False)


async def _send(socket: WebSocket, stream: AsyncGenerator[str]) -> None:
    """Until the fleet is closed or the reader gone; sending waits for a slow reader."""
    try:
        async with aclosing(stream):
            async for text in stream:
                await socket.send_text(text)
        await socket.close(1001, "the server ends")
    except (WebSocketDisconnect, RuntimeError):
        return  # gone between two states


async def _until_gone(socket: WebSocket) -> None:
    """Readers have nothing to say; what they send is dropped."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
