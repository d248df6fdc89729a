"""A procedure as it is answered from and as the API shows it: the catalogue entry of a release.

The form is a door between the rooms; it is described in ``docs/architecture.md``.
"""

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict, Field

from assistant.catalogue import schemas


class Published(BaseModel):
    """What every part shares: frozen; unknown keys are refused so that a wrong file is noticed."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Localised(Published):
    """A text in Vietnamese and, where somebody translated it, in English."""

    vi: str
    en: str | None = None


class PublishedDocument(Published):
    """A paper to bring."""

    id: str
    vi: str
    en: str | None
    kind: str | None
    copies: int | None
    note: str | None
    note_en: str | None


class PublishedFee(Published):
    """An amount in dong: 0 is free of charge, null is not known."""

    case: Localised | None
    amount_vnd: int | None


class PublishedTime(Published):
    """How long it takes."""

    value: int | float | None
    unit: str
    note: str | None
    note_en: str | None


class DroppedDocument(Published):
    """Something that a case does not need; `id` names the paper when a whole paper falls away."""

    id: str | None
    vi: str


class PublishedCase(Published):
    """A condition that changes papers or fee."""

    id: str
    condition: Localised = Field(alias="if")
    documents_add: list[PublishedDocument]
    documents_drop: list[DroppedDocument]
    fee_vnd: int | None
    """The fee where the case has one amount; `fees` holds it too."""
    fees: list[PublishedFee] | None
    note: str | None
    note_en: str | None


class PublishedForm(Published):
    """A form to fill in."""

    name: Localised
    url: str | None


class Procedure(Published):
    """One procedure as published."""

    code: str
    same_as: list[str]
    replaced_by: str | None
    name: Localised
    field: Localised
    documents: list[PublishedDocument] | None
    fees: list[PublishedFee] | None
    fee_note: str | None
    fee_note_en: str | None
    time: PublishedTime | None
    where: str | None
    where_en: str | None
    online: str | None
    who: Localised | None
    result: Localised | None
    steps: list[Localised] | None
    legal_basis: list[str]
    legal_basis_unverified: list[str]
    forms: list[PublishedForm] | None
    note: str | None
    note_en: str | None
    cases: list[PublishedCase]
    aliases: list[str]
    examples: list[str] = []
    """Questions to learn from; not shown by the API."""
    former_names: list[str]
    tells_apart: str | None
    tells_apart_en: str | None
    rank: int | None
    sources: list[str]
    source_date: str | None
    valid_from: str | None
    valid_until: str | None
    verified: bool
    needs_review: bool
    documents_known: bool
    service: str


class Snapshot(Published):
    """The file ``catalogue.json`` of a release."""

    procedures: list[Procedure]
    generated_at: str


def publish(field: schemas.FieldHead, entry: schemas.ProcedureEntry) -> Procedure:
    """The published form of an entry; every fact is kept, ids of papers and cases are filled in."""
    documents = _documents(entry.documents, "d") if entry.documents is not None else None
    ids = {document.vi: document.id for document in documents or []}
    fees = _fees(entry.fee_vnd)
    return Procedure(
        code=entry.code,
        same_as=list(entry.same_as),
        replaced_by=entry.replaced_by,
        name=_pair(entry.name),
        field=Localised(vi=field.vi, en=field.en),
        documents=documents,
        fees=fees,
        fee_note=_vi(entry.fee_note),
        fee_note_en=_en(entry.fee_note),
        time=_time(entry.time),
        where=_vi(entry.where),
        where_en=_en(entry.where),
        online=entry.online,
        who=_optional_pair(entry.who),
        result=_optional_pair(entry.result),
        steps=[_pair(step) for step in entry.steps] if entry.steps is not None else None,
        legal_basis=list(entry.legal_basis),
        legal_basis_unverified=list(entry.legal_basis_unverified),
        forms=_forms(entry.forms),
        note=_vi(entry.note),
        note_en=_en(entry.note),
        cases=[_case(case, ids, number) for number, case in enumerate(entry.cases, 1)],
        aliases=list(entry.aliases),
        examples=list(entry.examples),
        former_names=list(entry.former_names),
        tells_apart=_vi(entry.tells_apart),
        tells_apart_en=_en(entry.tells_apart),
        rank=entry.rank,
        sources=list(entry.sources),
        source_date=entry.source_date,
        valid_from=entry.valid_from.isoformat() if entry.valid_from else None,
        valid_until=entry.valid_until.isoformat() if entry.valid_until else None,
        verified=entry.verified,
        needs_review=entry.needs_review,
        documents_known=documents is not None,
        service=entry.service,
    )


def in_order(procedures: Iterable[Procedure]) -> list[Procedure]:
    """Most asked first, names without a rank last, then by code."""
    return sorted(procedures, key=lambda p: (p.rank is None, p.rank or 0, p.code))


def _documents(documents: list[schemas.Document], letter: str) -> list[PublishedDocument]:
    return [
        PublishedDocument(
            id=schemas.part_id(document.id, letter, number),
            vi=document.vi,
            en=document.en,
            kind=document.kind,
            copies=document.copies,
            note=_vi(document.note),
            note_en=_en(document.note),
        )
        for number, document in enumerate(documents, 1)
    ]


def _fees(fees: list[schemas.Fee] | None) -> list[PublishedFee] | None:
    if fees is None:
        return None
    return [PublishedFee(case=_optional_pair(f.case), amount_vnd=f.amount_vnd) for f in fees]


def _time(time: schemas.Time | None) -> PublishedTime | None:
    if time is None:
        return None
    value = time.value
    whole = int(value) if value is not None and value.is_integer() else value
    return PublishedTime(value=whole, unit=time.unit, note=_vi(time.note), note_en=_en(time.note))


def _forms(forms: list[schemas.Form] | None) -> list[PublishedForm] | None:
    if forms is None:
        return None
    return [PublishedForm(name=_pair(form.name), url=form.url) for form in forms]


def _case(case: schemas.Case, ids: dict[str, str], number: int) -> PublishedCase:
    id_ = schemas.part_id(case.id, "c", number)
    fees = _fees(case.fee_vnd)
    single = fees[0].amount_vnd if fees and len(fees) == 1 and fees[0].case is None else None
    added = [
        PublishedDocument(
            id=f"{id_}-a{position}",
            vi=text.vi,
            en=text.en,
            kind=None,
            copies=None,
            note=None,
            note_en=None,
        )
        for position, text in enumerate(case.documents_add, 1)
    ]
    dropped = [DroppedDocument(id=ids[paper], vi=paper) for paper in case.documents_drop]
    dropped += [DroppedDocument(id=None, vi=text) for text in case.not_needed]
    return PublishedCase(
        id=id_,
        condition=_pair(case.condition),
        documents_add=added,
        documents_drop=dropped,
        fee_vnd=single,
        fees=fees,
        note=_vi(case.note),
        note_en=_en(case.note),
    )


def _pair(text: schemas.Bilingual) -> Localised:
    return Localised(vi=text.vi, en=text.en)


def _optional_pair(text: schemas.Bilingual | None) -> Localised | None:
    return _pair(text) if text is not None else None


def _vi(text: schemas.Bilingual | None) -> str | None:
    return text.vi if text is not None else None


def _en(text: schemas.Bilingual | None) -> str | None:
    return text.en if text is not None else None
