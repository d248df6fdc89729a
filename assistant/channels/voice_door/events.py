"""What the voice door sends, as JSON text; audio follows its `audio` event as binary messages."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from assistant.conversation.schemas import ReplyOut
from assistant.errors import Language

VERSION = 1

State = Literal["idle", "listening", "deciding", "thinking", "speaking"]
Reason = Literal["silence", "too_short", "noise", "engine", "echo", "other_language"]
Sentence = Annotated[int, Field(description="counted from 1 as long as the connection lives")]


class Ready(BaseModel):
    """The answer to the first `start`: audio is expected."""

    type: Literal["ready"] = "ready"
    version: int = VERSION
    voice: Annotated[str, Field(description="for `resume` after the network was lost")]
    conversation: str
    language: Language
    resumed: Annotated[bool, Field(description="whether a lost connection goes on")] = False


class StateChanged(BaseModel):
    """Where the turn is."""

    type: Literal["state"] = "state"
    state: State


class Level(BaseModel):
    """How loud it is, about ten times a second of audio."""

    type: Literal["level"] = "level"
    dbfs: float


class SpeechStarted(BaseModel):
    """Somebody began to speak."""

    type: Literal["speech_started"] = "speech_started"


class Partial(BaseModel):
    """The words so far; the next ones replace them. What identifies the speaker is •••."""

    type: Literal["partial"] = "partial"
    text: str


class Final(BaseModel):
    """What was said; a `reply` follows. What identifies the speaker is •••."""

    type: Literal["final"] = "final"
    text: str
    confidence: Annotated[float | None, Field(ge=0, le=1, description="null: not known")]
    language: Language


class Rejected(BaseModel):
    """Nothing that could be answered; no `reply` follows, listening goes on."""

    type: Literal["rejected"] = "rejected"
    reason: Reason
    text: Annotated[str, Field(description="the polite request to repeat, to be shown")]


class Reply(ReplyOut):
    """The reply, as `POST /conversations/{id}/messages` gives it."""

    type: Literal["reply"] = "reply"


class Audio(BaseModel):
    """A sentence of the reply begins; its audio follows in binary messages."""

    type: Literal["audio"] = "audio"
    format: Literal["s16le"] = "s16le"
    rate: Annotated[int, Field(description="Hz")]
    channels: Literal[1] = 1
    sentence: Sentence
    text: Annotated[str, Field(description="as it is spoken")]
    part: Annotated[int, Field(description="which text part of the reply it belongs to, from 0")]


class AudioEnd(BaseModel):
    """The audio of a sentence is complete."""

    type: Literal["audio_end"] = "audio_end"
    sentence: Sentence
    last: Annotated[bool, Field(description="of the reply")]


class Volume(BaseModel):
    """Play the reply so loud from now on: lower while somebody may be speaking over it."""

    type: Literal["volume"] = "volume"
    level: Annotated[
        float,
        Field(ge=0, le=1, description="1 again after `interrupted`, `resumed` and a new `reply`"),
    ]


class Interrupted(BaseModel):
    """The visitor speaks: stop playing at once."""

    type: Literal["interrupted"] = "interrupted"
    sentence: Sentence


class Resumed(BaseModel):
    """It was no interruption: the audio of this sentence comes again, and what follows it."""

    type: Literal["resumed"] = "resumed"
    sentence: Sentence


class Stopped(BaseModel):
    """A stop word was heard: everything stops, the robot as well."""

    type: Literal["stop"] = "stop"
    text: str


class Error(BaseModel):
    """What went wrong; the connection stays open unless the server closes it."""

    type: Literal["error"] = "error"
    code: str
    message: str
    field: str | None = None


Event = (
    Ready | StateChanged | Level | SpeechStarted | Partial | Final | Rejected | Reply | Audio
    | AudioEnd | Volume | Interrupted | Resumed | Stopped | Error
)  # fmt: skip
