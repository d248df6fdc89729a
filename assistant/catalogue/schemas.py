"""One procedure as a clerk writes it (`ProcedureEntry`); `published.py` has the form answers use.

Unknown stays unknown: a key that is absent or `null` means that nobody has seen the fact; an empty
`documents` list means that none are needed. Every model refuses keys it does not know.
"""

import re
import unicodedata
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    model_validator,
)
from pydantic_core import PydanticCustomError

from assistant.catalogue.services import SERVICES

CODE_PATTERN = r"^(?:\d\.\d{6}|x-[a-z0-9]+(?:-[a-z0-9]+)*)$"
"""A code of the national portal, or a local id of a procedure whose code is not known."""
MAX_FEE_VND = 1_000_000_000
MAX_TEXT = 4000
_MANY = Field(max_length=200)
_SEPARATORS = {0x2028: " ", 0x2029: " ", 0xFEFF: None}
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class Content(BaseModel):
    """What every part of an entry shares: frozen, and no unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _clean(text: str) -> str:
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t" for c in text):
        raise PydanticCustomError("control_character", "control character")
    text = unicodedata.normalize("NFC", text.translate(_SEPARATORS)).strip()
    if not text:
        raise PydanticCustomError("empty_text", "empty text")
    return text


def _code(text: object) -> object:
    if isinstance(text, int | float):
        raise PydanticCustomError("code_unquoted", "code without quotes")
    return text


def _service(key: str) -> str:
    if key not in SERVICES:
        raise PydanticCustomError("service_unknown", "unknown service")
    return key


def _amount(value: object) -> object:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise PydanticCustomError("fee_type", "fee is not a whole number")
    if value < 0:
        raise PydanticCustomError("fee_negative", "fee below zero")
    if value > MAX_FEE_VND:
        raise PydanticCustomError("fee_large", "fee too large")
    return value


def _wrong(kind: str, place: tuple[str | int, ...], value: str = "") -> PydanticCustomError:
    """A mistake between keys of one entry; `place` is where it is told."""
    return PydanticCustomError(kind, kind, {"place": place, "value": value})


def _fees(value: object) -> object:
    """A bare amount is the fee of every case: `fee_vnd: 8000` is one line without a case."""
    if value is None or isinstance(value, list):
        if value == []:
            raise PydanticCustomError("fee_empty", "empty list of fees")
        return value
    return [{"amount_vnd": _amount(value)}]


def _iso_date(value: object) -> object:
    if value is not None and not (isinstance(value, str) and _DATE.fullmatch(value)):
        raise PydanticCustomError("date_format", "not a date")
    return value


def _vietnamese_only(value: object) -> object:
    return {"vi": value} if isinstance(value, str) else value


String = Annotated[StrictStr, Field(max_length=MAX_TEXT), AfterValidator(_clean)]
Code = Annotated[StrictStr, BeforeValidator(_code), Field(pattern=CODE_PATTERN, max_length=100)]
ServiceKey = Annotated[StrictStr, AfterValidator(_service)]
Amount = Annotated[StrictInt | None, BeforeValidator(_amount)]
Day = Annotated[date | None, BeforeValidator(_iso_date)]
Part = Annotated[StrictStr, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]
"""Id of a document or case inside one procedure; `d1`, `d2` … and `c1`, `c2` … by position."""


class Bilingual(Content):
    """A text in Vietnamese and, where somebody translated it, in English."""

    vi: String
    en: String | None = None


Text = Annotated[Bilingual, BeforeValidator(_vietnamese_only)]
"""Written as a plain Vietnamese text or as `{vi: …, en: …}`."""


class Document(Content):
    """A paper to hand in (`submit`) or only to show (`present`)."""

    id: Part | None = None
    vi: String
    en: String | None = None
    kind: Literal["submit", "present", "form"] | None = None
    copies: Annotated[StrictInt, Field(ge=1, le=100)] | None = None
    note: Text | None = None


class Fee(Content):
    """An amount in Vietnamese dong; 0 is free of charge, null is not known."""

    case: Text | None = None
    amount_vnd: Amount = None


Fees = Annotated[
    Annotated[list[Fee], _MANY] | None,
    BeforeValidator(_fees),
]


class Time(Content):
    """How long it takes; `same_day` with 0 is the same day (after 15:00 the next working day)."""

    value: Annotated[float, Field(strict=True, ge=0, le=3650)] | None = None
    unit: Literal["working_days", "days", "hours", "same_day", "months"]
    note: Text | None = None


class Case(Content):
    """A condition that changes papers or fee."""

    id: Part | None = None
    condition: Text = Field(alias="if")
    documents_add: Annotated[list[Text], _MANY] = []
    documents_drop: Annotated[list[String], _MANY] = []
    """Papers of `documents`, word for word, that this case does not need."""
    not_needed: Annotated[list[String], _MANY] = []
    """Other things this case does not need: a part of a paper, a visit."""
    fee_vnd: Fees = None
    note: Text | None = None


class Form(Content):
    """A form to fill in."""

    name: Text
    url: Annotated[StrictStr, Field(pattern=r"^https?://\S+$", max_length=500)] | None = None


class ProcedureEntry(Content):
    """One procedure of `data/procedures/*.yaml`; `field` stands once at the head of a file."""

    code: Code
    rank: Annotated[StrictInt, Field(ge=1, le=100_000)] | None = None
    """1 is asked most; null where only the name is known."""
    name: Text
    service: ServiceKey
    verified: StrictBool = False
    """Documents, fee or time were seen in a source named here."""
    needs_review: StrictBool = False
    """The source is old, sources disagree, or the value differs by province."""
    same_as: Annotated[list[Code], _MANY] = []
    replaced_by: Code | None = None
    valid_from: Day = None
    valid_until: Day = None
    who: Text | None = None
    where: Text | None = None
    online: Literal["full", "partial", "no"] | None = None
    documents: Annotated[list[Document], _MANY] | None = None
    fee_vnd: Fees = None
    fee_note: Text | None = None
    time: Time | None = None
    result: Text | None = None
    steps: Annotated[list[Text], _MANY] | None = None
    forms: Annotated[list[Form], _MANY] | None = None
    note: Text | None = None
    cases: Annotated[list[Case], _MANY] = []
    aliases: Annotated[list[String], _MANY] = []
    """What people call it."""
    examples: Annotated[list[String], _MANY] = []
    """Whole questions as people ask them; the desk learns from them, nobody is shown them."""
    former_names: Annotated[list[String], _MANY] = []
    tells_apart: Text | None = None
    """What separates it from a near twin."""
    legal_basis: Annotated[list[String], _MANY] = []
    legal_basis_unverified: Annotated[list[String], _MANY] = []
    sources: Annotated[list[String], _MANY] = []
    source_date: String | None = None
    review_by: Day = None
    """When somebody must look at it again; the console reminds of it afterwards."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        papers = {document.vi for document in self.documents or []}
        for number, case in enumerate(self.cases):
            for position, paper in enumerate(case.documents_drop):
                if paper not in papers:
                    place = ("cases", number, "documents_drop", position)
                    raise _wrong("drop_unknown", place, paper)
        explicit = {
            "documents": [document.id for document in self.documents or []],
            "cases": [case.id for case in self.cases],
        }
        for key, written in explicit.items():
            ids = [part_id(id_, key, number) for number, id_ in enumerate(written, 1)]
            for number, id_ in enumerate(ids):
                if id_ in ids[:number]:
                    raise _wrong("id_twice", (key, number, "id"), id_)
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise _wrong("dates_reversed", ("valid_until",))
        if self.verified and not self.sources:
            raise _wrong("verified_without_source", ("verified",))
        return self


def part_id(explicit: str | None, key: str, position: int) -> str:
    """The id of a document or case: the written one, else its first letter and position."""
    return explicit or f"{key[0]}{position}"


class FieldHead(Content):
    """A field as it stands at the head of a file; both languages are needed."""

    vi: String
    en: String


class FieldFile(Content):
    """A whole file: one field and its procedures."""

    field: FieldHead
    procedures: Annotated[list[Any], Field(min_length=1)]


class CatalogueEntry(Content):
    """A procedure with its field: what the database keeps."""

    field: FieldHead
    entry: ProcedureEntry
