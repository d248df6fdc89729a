"""What goes in and out over HTTP."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

COUNTER_PATTERN = r"^[a-z0-9-]{1,32}$"
CounterId = Annotated[str, Field(pattern=COUNTER_PATTERN, examples=["3"])]
Moment = Annotated[datetime, Field(examples=["2026-11-23T08:30:00+07:00"])]


class TextOut(BaseModel):
    vi: str
    en: str


class PoseOut(BaseModel):
    x: float = Field(description="metres, map frame")
    y: float = Field(description="metres, map frame")
    theta: float = Field(description="radians, counter-clockwise from x")


class NoticeOut(BaseModel):
    vi: str
    en: str
    counter: str | None
    procedure: str | None


class CounterOut(BaseModel):
    id: CounterId
    name: TextOut
    services: list[str] = Field(examples=[["civil_status", "adoption"]])
    aliases: list[str]
    place: str = Field(examples=["counter-3"])
    open: bool
    opens_at: datetime | None = Field(description="when closed: the next opening, if one is known")
    waiting: int = Field(ge=0, examples=[4])
    expected_wait_minutes: int = Field(ge=0, examples=[40])


class OfficeOut(BaseModel):
    """An authority outside the hall; the robot does not lead there."""

    id: str = Field(examples=["ward-police"])
    name: TextOut
    services: list[str] = Field(examples=[["police", "residence"]])
    aliases: list[str]
    address: TextOut
    way: TextOut | None
    phone: str | None
    hours: TextOut
    open: bool
    opens_at: datetime | None


class PlaceOut(BaseModel):
    id: str = Field(examples=["toilet"])
    kind: Literal["poi", "counter", "home", "dock"]
    name: TextOut
    aliases: list[str] = Field(examples=[["toa lét", "wc"]])
    pose: PoseOut
    note: TextOut | None = Field(description="how it goes on from the pose, beyond the door")
    counter: str | None


class CentreOut(BaseModel):
    name: TextOut
    ward: TextOut
    address: TextOut
    phone: str | None
    hotline: str | None
    email: str | None
    website: str | None
    language: Literal["vi", "en"]
    demonstration: bool = Field(description="true: no real authority")
    now: Moment
    hours: TextOut
    open_now: bool
    opens_at: datetime | None
    closes_at: datetime | None
    reason: TextOut | None = Field(description="why it is closed, or what is special now")
    counters: list[CounterOut]
    offices: list[OfficeOut]
    places: list[PlaceOut]
    notices: list[NoticeOut]


class MapOut(BaseModel):
    resolution: float = Field(description="metres a pixel", examples=[0.05])
    origin: list[float] = Field(
        description="x, y, theta of the lower left corner", examples=[[-10.0, -7.0, 0.0]]
    )
    width: int = Field(examples=[400])
    height: int = Field(examples=[280])
    image: str = Field(examples=["/api/v1/centre/map.png"])
    places: list[PlaceOut]


class TicketIn(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"counter": "3", "conversation": "c-7f3a"}}
    )

    counter: CounterId
    conversation: Annotated[
        str | None,
        Field(pattern=r"^[A-Za-z0-9._:-]{1,64}$", description="not needed with a token"),
    ] = None


class TicketOut(BaseModel):
    number: int = Field(examples=[3001])
    counter: CounterId
    counter_name: TextOut
    ahead: int = Field(ge=0, description="people waiting before this one", examples=[4])
    expected_wait_minutes: int = Field(ge=0, examples=[52])
    wait_basis: Literal["measured", "configured"] = Field(
        description="measured: from the counter's recent service times"
    )
    before_closing: bool = Field(
        description="false: the number will hardly be called before today's hours end"
    )
    issued_at: Moment


class CallOut(BaseModel):
    number: int | None = Field(description="null: nobody waits", examples=[3001])
    counter: CounterId
    called_at: datetime | None
    spoken: TextOut | None = Field(description="the call in words, for a voice")


class BoardCallOut(BaseModel):
    number: int = Field(examples=[3001])
    counter: CounterId
    called_at: Moment
    announced_at: datetime = Field(description="later than called_at after a recall")
    spoken: TextOut


class BoardCounterOut(BaseModel):
    id: CounterId
    name: TextOut
    open: bool
    opens_at: datetime | None
    current: int | None = Field(examples=[3001])
    next: list[int] = Field(examples=[[3002, 3003]])
    waiting: int = Field(ge=0, examples=[2])
    expected_wait_minutes: int = Field(ge=0, examples=[24])


class BoardOut(BaseModel):
    now_calling: list[BoardCallOut] = Field(description="the latest call first")
    counters: list[BoardCounterOut]
    notices: list[NoticeOut]
    hours: TextOut
    open_now: bool
    opens_at: datetime | None
    closes_at: datetime | None
    reason: TextOut | None
