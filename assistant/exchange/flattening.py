"""Items as the rows of the workbook's sheets."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assistant.catalogue.schemas import CatalogueEntry
from assistant.exchange import columns as c
from assistant.faq.schemas import FaqEntry

Row = dict[str, Any]
"""Values by the key of their column; what is absent is an empty cell."""


def procedure_rows(item: CatalogueEntry, version: int) -> Iterator[tuple[c.Sheet, Row]]:
    """Every row of a procedure."""
    entry = item.entry.model_dump(mode="python", by_alias=True)
    code = entry["code"]
    whole = _flat({**entry, "field": item.field.model_dump()}, c.PROCEDURES)
    whole["version"] = version
    for key in ("documents", "steps", "forms"):
        whole[f"no_{key}"] = True if entry[key] == [] else None
    yield c.PROCEDURES, whole
    for document in entry["documents"] or ():
        yield c.DOCUMENTS, {"code": code, **_flat(document, c.DOCUMENTS, "code")}
    yield from _fees(code, None, entry["fee_vnd"])
    for number, case in enumerate(entry["cases"], 1):
        yield c.CASES, {"code": code, "number": number, **_flat(case, c.CASES, "code", "number")}
        for what in ("documents_add", "documents_drop", "not_needed"):
            for text in case[what]:
                row = {"code": code, "case": number, "what": what}
                yield c.CASE_PAPERS, row | _text("text", text)
        yield from _fees(code, number, case["fee_vnd"])
    for step in entry["steps"] or ():
        yield c.STEPS, {"code": code, **_text("text", step)}
    for form in entry["forms"] or ():
        yield c.FORMS, {"code": code, **_flat(form, c.FORMS, "code")}
    for what in c.LISTS.columns[1].choices:
        for text in entry[what]:
            yield c.LISTS, {"code": code, "what": what, "text": text}


def faq_rows(entry: FaqEntry, version: int) -> Iterator[tuple[c.Sheet, Row]]:
    """Every row of a question."""
    yield c.FAQS, {**_flat(entry.model_dump(mode="python"), c.FAQS), "version": version}
    for text in entry.variants:
        yield c.VARIANTS, {"id": entry.id, "text": text}


def _fees(
    code: str, case: int | None, fees: Sequence[Mapping[str, Any]] | None
) -> Iterator[tuple[c.Sheet, Row]]:
    for fee in fees or ():
        row = {"code": code, "case": case, "amount_vnd": fee["amount_vnd"]}
        yield c.FEES, row | _text("case", fee["case"])


def _text(key: str, text: str | Mapping[str, Any] | None) -> Row:
    if text is None:
        return {}
    both = {"vi": text} if isinstance(text, str) else text
    return {f"{key}.{language}": told for language, told in both.items() if told is not None}


def _flat(item: Mapping[str, Any], sheet: c.Sheet, *left_out: str) -> Row:
    row: Row = {}
    for column in sheet.columns:
        value: Any = item
        for key in column.key.split("."):
            value = value.get(key) if isinstance(value, Mapping) else None
        if value is not None and column.key not in left_out:
            row[column.key] = value
    return row
