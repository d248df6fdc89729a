"""What goes in and out of conversations, checked at the door."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictStr, model_validator
from pydantic_core import PydanticCustomError

from assistant.errors import Language

Outcome = Literal[
    "answered",
    "clarified",
    "chosen",
    "out_of_scope",
    "handed_over",
    "stopped",
    "busy",
]
MessageId = Annotated[
    StrictStr,
    Field(
        pattern=r"^[A-Za-z0-9._:-]{1,64}$",
        description="made by the client; the same id in the same conversation gets the same reply",
        examples=["m-1"],
    ),
]


FEEDBACK = frozenset({"feedback:up", "feedback:down"})
"""Payloads by which a visitor judges the conversation."""


class ConversationIn(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"language": "vi"}})

    kiosk: Annotated[
        StrictStr | None,
        Field(max_length=32, description="the kiosk's id; needs the kiosk's or operator's token"),
    ] = None
    language: Language | None = None


class ConversationOut(BaseModel):
    id: str = Field(examples=["fW3mYkq0T1mXy1vJ8b2gUw"])
    language: Language = Field(examples=["vi"])
    kiosk: str | None = Field(None, examples=["kiosk-1"])
    can_move: bool = Field(description="whether this conversation may have the robot lead the way")
    hands_free: bool = Field(
        False, description="whether the kiosk keeps the microphone open between questions"
    )


class MessageIn(BaseModel):
    """Exactly one of `text` and `payload`; `comment` only beside a judgement."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"text": "Đăng ký khai sinh cần giấy tờ gì?"}},
    )

    text: Annotated[
        StrictStr | None, Field(description="what the person wrote or said; 1 to 2,000 characters")
    ] = None
    payload: Annotated[
        StrictStr | None,
        Field(min_length=1, max_length=200, description="of a choice that was offered"),
    ] = None
    comment: Annotated[
        StrictStr | None,
        Field(
            min_length=1,
            max_length=500,
            pattern=r"\S",
            description="a word more beside `feedback:up` or `feedback:down`; stored redacted",
        ),
    ] = None
    language: Language | None = None
    message_id: MessageId | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> "MessageIn":
        if (self.text is None) == (self.payload is None):
            raise PydanticCustomError(
                "one_of_two",
                "exactly one of '{first}' and '{second}' is needed",
                {"first": "text", "second": "payload"},
            )
        if self.comment is not None and self.payload not in FEEDBACK:
            raise PydanticCustomError(
                "comment_alone",
                "'comment' goes with the payload 'feedback:up' or 'feedback:down' only",
            )
        return self


class ProcedureGuess(BaseModel):
    model_config = ConfigDict(extra="allow")

    code: str = Field(examples=["1.001193"])
    confidence: float = Field(examples=[0.96])


class Understanding(BaseModel):
    model_config = ConfigDict(extra="allow")

    intent: str | None = Field(examples=["ask_procedure"])
    confidence: float | None = Field(examples=[0.97])
    procedures: list[ProcedureGuess]
    aspects: list[str] = Field(examples=[["documents", "fee"]])
    out_of_scope: bool


class Part(BaseModel):
    """One piece of a reply; the further fields by `type` are in docs/api.md."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(
        examples=["text"],
        description="text, procedure, checklist, choices, route, mission, ticket, handoff, control",
    )


class ReplyOut(BaseModel):
    conversation: str = Field(examples=["fW3mYkq0T1mXy1vJ8b2gUw"])
    message_id: str = Field(examples=["m-1"])
    language: Language
    outcome: Outcome = Field(examples=["answered"])
    understanding: Understanding
    parts: list[Part] = Field(
        examples=[[{"type": "text", "text": "Dạ, lệ phí 8.000 đồng.", "speech": "Dạ, lệ phí …"}]]
    )


def nothing_understood(intent: str | None = None) -> dict[str, Any]:
    """The understanding of a turn that the engine was not asked for."""
    return {
        "intent": intent,
        "confidence": 1.0 if intent else None,
        "procedures": [],
        "aspects": [],
        "out_of_scope": False,
    }
