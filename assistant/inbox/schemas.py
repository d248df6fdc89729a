"""What goes in and out of the inbox's doors."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictInt

from assistant.inbox.judging import LONGEST_ANSWER, LONGEST_REASON, LONGEST_TEXT
from assistant.inbox.signs import Kind

Words = Annotated[str | None, Field(min_length=1, max_length=LONGEST_TEXT, pattern=r"\S")]


class SuggestionOut(BaseModel):
    code: str = Field(examples=["1.001193"])
    name: str | None = Field(examples=["Đăng ký khai sinh"])
    score: float = Field(description="how near, 0 to 1", examples=[0.72])


class CommentOut(BaseModel):
    text: str


class QuestionOut(BaseModel):
    text: str = Field(description="as asked, redacted; never markup", examples=["lam khai sinh"])
    kind: Kind
    at: datetime
    channel: str | None
    guessed: list[str] = Field(description="codes the desk thought of, best first")


class JudgementOut(BaseModel):
    action: str
    code: str | None
    text: str | None
    reason: str | None
    who: str
    at: datetime
    undone: bool


class GroupOut(BaseModel):
    """Questions that say nearly the same."""

    id: int
    state: Literal["open", "resolved"]
    text: str = Field(description="the first of the questions, redacted")
    kinds: dict[Kind, int] = Field(description="how often, of the questions shown")
    times: int
    people: int = Field(description="distinct conversations")
    this_week: int = Field(description="people in the last seven days")
    last_week: int = Field(description="people in the seven days before")
    last_at: datetime
    suggestions: list[SuggestionOut] = Field(description="best first, at most three")
    comments: list[str] = Field(description="words beside a thumb down, or of a counter")
    questions: list[QuestionOut] = Field(description="the first 30")
    judgement: JudgementOut | None = Field(description="the newest; also of what came back")


class InboxOut(BaseModel):
    items: list[GroupOut]
    total: int = Field(description="how many groups fit, before `limit` and `offset`")
    kinds: dict[Kind, int] = Field(description="groups in this state by kind")


class ResolveIn(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"action": "example", "code": "1.001193"}},
    )

    action: Literal["example", "faq", "out_of_scope", "ignore"] = Field(
        description="example: of the procedure `code`; faq: a new one with an `answer`, by whoever "
        "may write those; ignore: needs a `reason`"
    )
    code: Annotated[str | None, Field(max_length=100)] = None
    text: Annotated[Words, Field(description="other words than the group's first question")] = None
    reason: Annotated[str | None, Field(min_length=1, max_length=LONGEST_REASON, pattern=r"\S")] = (
        None
    )
    answer: Annotated[str | None, Field(min_length=1, max_length=LONGEST_ANSWER, pattern=r"\S")] = (
        None
    )


class WronglySentIn(BaseModel):
    """Exactly one of `ticket` and `slip`; neither where `said` tells what the visitor wants."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"ticket": 3001, "counter": "3"}}
    )

    ticket: Annotated[
        StrictInt | None, Field(ge=1, le=9_999_999, description="number of today's ticket")
    ] = None
    slip: Annotated[
        str | None, Field(min_length=1, max_length=8, description="code of the visitor's slip")
    ] = None
    counter: Annotated[
        str | None, Field(max_length=32, description="where; default: the ticket's")
    ] = None
    said: Annotated[Words, Field(description="what the visitor wants")] = None
    comment: Words = None


class WronglySentOut(BaseModel):
    id: int
    group: int | None = Field(
        description="where the question stands in the inbox; null: it is not known any more"
    )
