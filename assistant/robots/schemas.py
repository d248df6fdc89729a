"""Robots on the wire."""

from datetime import datetime
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from assistant.robots.view import RobotView, Surroundings
from robot_bridge.driver import StopResult
from robot_bridge.missions import About, Mission, MissionKind, MissionState, Pace, Question
from robot_bridge.planner import Point


class PoseOut(BaseModel):
    """Metres and radians in the map frame."""

    x: float = Field(examples=[-3.9])
    y: float = Field(examples=[3.7])
    theta: float = Field(examples=[1.571], description="radians, counter-clockwise from east")


class MissionIn(BaseModel):
    """What a robot is to do."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"kind": "lead", "to": "counter-3"}, {"kind": "return"}]},
    )

    kind: MissionKind = Field(
        description="lead somebody, return home, dock, announce something, make a round with "
        "water and sweets (patrol), greet at the door"
    )
    to: str | None = Field(
        None, min_length=1, max_length=64, description="a place; needed to lead and to announce"
    )
    pace: Pace | None = Field(
        None, description="elderly: slower, and asked more often; left out: as the centre has set"
    )
    ticket: str | None = Field(
        None, min_length=1, max_length=16, description="the visitor's number, told to the counter"
    )
    sentence: str | None = Field(
        None, max_length=32, description="needed to announce", examples=["closing_soon"]
    )
    near: str | None = Field(
        None,
        min_length=1,
        max_length=64,
        description="the place where the visitor stands, to lead: the robot comes there first; "
        "left out: that of the kiosk that asks, else beside the robot",
    )


class LineIn(BaseModel):
    """To be led when the robot is back."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"to": "toilet"}]})

    to: str = Field(min_length=1, max_length=64)
    pace: Pace | None = None
    ticket: str | None = Field(None, min_length=1, max_length=16)


class InLineOut(BaseModel):
    """Somebody who waits; the id becomes the mission's."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(examples=["m-1f0c9a7b2d43"])
    to: str = Field(examples=["toilet"])
    wait_seconds: int = Field(description="about", examples=[120])


class LineOut(BaseModel):
    """How long a robot is busy, and who waits for it."""

    busy_seconds: int | None = Field(
        description="about how long it leads somebody; null: it is free", examples=[95]
    )
    waiting: list[InLineOut]

    @classmethod
    def of(cls, view: RobotView) -> Self:
        waiting = [InLineOut.model_validate(waiting) for waiting in view.line]
        return cls(busy_seconds=view.busy_seconds, waiting=waiting)


class PaceIn(BaseModel):
    """How fast to lead from now on."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"pace": "elderly"}]})

    pace: Pace


class AnswerIn(BaseModel):
    """The visitor's answer to what the robot asks."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"following": True}]})

    following: bool = Field(description="yes: still following, or: to the other counter, please")
    question: str | None = Field(
        None, max_length=32, description="its id; left out: the question that is open"
    )


class QuestionOut(BaseModel):
    """What the robot asks the visitor."""

    id: str = Field(examples=["q-0a1b2c3d4e5f"])
    about: About = Field(description="other_counter: the one they went to has closed")
    vi: str = Field(examples=["Dạ, anh/chị còn theo em không ạ?"])
    en: str = Field(examples=["Are you still with me?"])
    times: int = Field(description="how often it has been asked", examples=[1])

    @classmethod
    def of(cls, question: Question) -> Self:
        return cls(
            id=question.id,
            about=question.about,
            vi=question.vi,
            en=question.en,
            times=question.times,
        )


class MissionOut(BaseModel):
    """A mission and how far it is."""

    id: str = Field(examples=["m-1f0c9a7b2d43"])
    kind: MissionKind = Field(examples=["lead"])
    to: str = Field(examples=["counter-3"])
    state: MissionState = Field(examples=["moving"])
    reason: str | None = Field(None, description="why it ended early", examples=["blocked"])
    path: list[tuple[float, float]] = Field(
        description="the way still to go, metres", examples=[[[0.0, -4.0], [-3.9, 3.7]]]
    )
    remaining_m: float | None = Field(examples=[6.4])
    pace: Pace = Field("normal", examples=["normal"])
    ticket: str | None = Field(None, description="the visitor's number", examples=["17"])
    question: QuestionOut | None = Field(None, description="waits for an answer")
    fetch: str | None = Field(
        None, description="where it comes first, to the visitor; null: it is with them"
    )

    @classmethod
    def of(cls, mission: Mission, path: tuple[Point, ...], remaining: float | None) -> Self:
        return cls(
            id=mission.id,
            kind=mission.kind,
            to=mission.target.id,
            state=mission.state,
            reason=mission.reason,
            path=[(round(x, 3), round(y, 3)) for x, y in path],
            remaining_m=None if remaining is None else round(remaining, 2),
            pace=mission.pace,
            ticket=mission.ticket,
            question=QuestionOut.of(mission.question) if mission.question else None,
            fetch=mission.fetch.id if mission.fetch else None,
        )


class PastMissionOut(BaseModel):
    """A mission as it was last seen."""

    id: str = Field(examples=["m-1f0c9a7b2d43"])
    kind: str = Field(examples=["lead"])
    to: str = Field(validation_alias="target", examples=["counter-3"])
    pace: str = Field(examples=["normal"])
    requested_by: str = Field(examples=["kiosk-1"])
    state: str = Field(examples=["arrived"])
    reason: str | None
    created_at: datetime
    changed_at: datetime


class CommandOut(BaseModel):
    """One thing that was asked of a robot, or sent to it."""

    at: datetime
    mission: str | None = Field(description="the one that ran, or had just run")
    command: str = Field(examples=["go_to"])
    sent: str = Field(examples=["-3.90 3.70 1.57"])
    came_back: str = Field(examples=["arrived"])
    asked_by: str = Field(examples=["kiosk-1"])


class AnyMissionOut(MissionOut):
    """A mission and the robot that was chosen."""

    robot: str = Field(examples=["robot-2"])


class RobotOut(BaseModel):
    """A robot's state."""

    id: str = Field(examples=["robot-1"])
    name: str = Field(examples=["Lễ Tân"])
    driver: str = Field(examples=["simulator"])
    link: Literal["up", "lost", "silent"] = Field(
        description="silent: connected, but no fresh state", examples=["up"]
    )
    pose: PoseOut | None
    speed: float = Field(description="metres a second", examples=[0.6])
    battery: float | None = Field(description="0 to 1; null: not known", examples=[0.87])
    charging: bool
    e_stop: bool = Field(description="the red button on the robot's body is pressed")
    stopped: bool = Field(description="held by a stop until resume")
    activity: Literal["idle", "moving", "waiting", "docked", "charging"]
    blocked: bool = Field(description="something stands in the way")
    mission: MissionOut | None = Field(description="the one that runs, else the last one")
    at: datetime

    @classmethod
    def of(cls, view: RobotView) -> Self:
        return cls(**_fields(view))


class ClosedOut(BaseModel):
    """A narrow passage that one robot has; others wait."""

    robot: str = Field(examples=["robot-1"])
    areas: list[list[tuple[float, float]]] = Field(description="corners of ground, metres")


class SurroundingsOut(BaseModel):
    """What a map shows beside robots."""

    people: list[tuple[float, float]] = Field(
        description="who is on foot, metres; empty where nobody tells", examples=[[[1.5, -2.0]]]
    )
    closed: list[ClosedOut]

    @classmethod
    def of(cls, found: Surroundings) -> Self:
        return cls(
            people=[_rounded(point) for point in found.people],
            closed=[
                ClosedOut(
                    robot=robot, areas=[[_rounded(point) for point in area] for area in areas]
                )
                for robot, areas in found.closed.items()
            ],
        )


class StopOut(RobotOut):
    """The state after a stop."""

    confirmed: bool = Field(
        description="whether the robot was seen standing still; a stop that is not is repeated"
    )

    @classmethod
    def after(cls, view: RobotView, result: StopResult) -> Self:
        return cls(**_fields(view), confirmed=result.confirmed)


def _rounded(point: Point) -> Point:
    return round(point[0], 2), round(point[1], 2)


def _fields(view: RobotView) -> dict[str, object]:
    pose = view.pose
    return {
        "id": view.id,
        "name": view.name,
        "driver": view.driver,
        "link": view.link,
        "pose": PoseOut(x=round(pose.x, 3), y=round(pose.y, 3), theta=round(pose.theta, 3))
        if pose
        else None,
        "speed": view.speed,
        "battery": None if view.battery is None else round(view.battery, 3),
        "charging": view.charging,
        "e_stop": view.e_stop,
        "stopped": view.stopped,
        "activity": view.activity,
        "blocked": view.blocked,
        "mission": MissionOut.of(view.mission, view.path, view.remaining) if view.mission else None,
        "at": view.at,
    }
