"""One question and its answer as a clerk writes it."""

from datetime import date
from typing import Annotated, Any, Self

from pydantic import Field, StrictStr, model_validator
from pydantic_core import PydanticCustomError

from assistant.catalogue.schemas import Bilingual, Content, Day, String, Text

ID_PATTERN = r"^[a-z0-9]+(?:-[a-z0-9]+)*$"
MAX_QUESTION = 300
MAX_ANSWER = 1500
FaqId = Annotated[StrictStr, Field(pattern=ID_PATTERN, max_length=44)]
Wording = Annotated[String, Field(max_length=MAX_QUESTION)]


class FaqEntry(Content):
    """An item of `faqs.yaml`; what is unknown is left out."""

    id: FaqId
    """By its first wording; never changed afterwards."""
    question: Text
    answer: Text
    variants: Annotated[list[Wording], Field(default_factory=list, max_length=200)]
    """Other wordings of the question, in any language: how people ask."""
    valid_from: Day = None
    valid_until: Day = None
    source: String | None = None
    """Where the answer was seen: a rule of the house, a decision, whom to ask."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for name, most in (("question", MAX_QUESTION), ("answer", MAX_ANSWER)):
            text: Bilingual = getattr(self, name)
            for language, told in text.model_dump().items():
                if told is not None and len(told) > most:
                    raise _wrong("string_too_long", (name, language))
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise _wrong("dates_reversed", ("valid_until",))
        return self

    @property
    def wordings(self) -> list[str]:
        """Every way in which it is asked, the question itself first."""
        return [text for text in (self.question.vi, self.question.en, *self.variants) if text]

    def meets(self, other: "FaqEntry") -> bool:
        """Whether there is a day on which both are in force."""
        first = max(self.valid_from or date.min, other.valid_from or date.min)
        return first <= min(self.valid_until or date.max, other.valid_until or date.max)


def _wrong(kind: str, place: tuple[str, ...]) -> PydanticCustomError:
    return PydanticCustomError(kind, kind, {"place": place})


def to_data(entry: FaqEntry) -> dict[str, Any]:
    """What the database keeps."""
    return entry.model_dump(mode="json", exclude_defaults=True)
