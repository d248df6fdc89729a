"""An entry while it is on a page: what is saved of it, and two people's changes as one."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

Written = dict[str, Any]
"""The flat form of the staff's API: the keys of an entry and `field`."""

TEXTS = ("name", "who", "where", "fee_note", "result", "note", "tells_apart")
"""Keys that hold a text in Vietnamese and, perhaps, in English."""
LINES = (
    "aliases",
    "examples",
    "former_names",
    "legal_basis",
    "legal_basis_unverified",
    "sources",
    "same_as",
)
"""Keys that hold one text a line."""


def blank() -> Written:
    """A procedure nobody has written anything of."""
    return {
        "code": "",
        "name": {"vi": "", "en": None},
        "field": {"vi": "", "en": ""},
        "service": "general",
        "verified": False,
        "needs_review": False,
    }


def tidy(written: Mapping[str, Any]) -> Written:
    """As it is saved: what is empty is unknown, lines without a word are left out."""
    found: Written = deepcopy(dict(written))
    for key in TEXTS:
        found[key] = _text(found.get(key))
    for key in LINES:
        found[key] = [line.strip() for line in found.get(key) or () if line.strip()]
    for key in ("replaced_by", "valid_from", "valid_until", "review_by", "source_date", "online"):
        found[key] = (str(found.get(key) or "")).strip() or None
    found["documents"] = _documents(found.get("documents"))
    found["fee_vnd"] = _fees(found.get("fee_vnd"))
    found["time"] = _time(found.get("time"))
    found["steps"] = _items(found.get("steps"))
    found["forms"] = _forms(found.get("forms"))
    cases = [_case(case) for case in found.get("cases") or ()]
    found["cases"] = [case for case in cases if case is not None]
    if isinstance(found.get("code"), str):
        found["code"] = found["code"].strip().lower()
    found["field"] = {k: (v or "").strip() for k, v in (found.get("field") or {}).items()}
    return found


@dataclass(frozen=True, slots=True)
class Merged:
    """Two people's changes of one version."""

    written: Written
    """Theirs, with ours where only we or both of us changed a part."""
    both: tuple[str, ...]
    """Keys that both changed, differently: somebody has to choose."""
    theirs_only: tuple[str, ...]


def merge(base: Mapping[str, Any], ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Merged:
    """Three-way, part by part; nothing of ours is lost."""
    keys = sorted({*base, *ours, *theirs})
    merged = deepcopy(dict(theirs))
    both, theirs_only = [], []
    for key in keys:
        was, we, they = base.get(key), ours.get(key), theirs.get(key)
        if we != was:
            merged[key] = deepcopy(we)
            if they not in (was, we):
                both.append(key)
        elif they != was:
            theirs_only.append(key)
    return Merged(merged, tuple(both), tuple(theirs_only))


def _text(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value or None
    vi, en = ((value.get(name) or "").strip() for name in ("vi", "en"))
    return {"vi": vi, "en": en or None} if vi or en else None


def _items(value: Any) -> Any:
    if value is None:
        return None
    items = [_text(each) for each in value]
    return [each for each in items if each is not None] or None


def _documents(value: Any) -> Any:
    """None: unknown; an empty list: none are needed."""
    if value is None:
        return None
    found = []
    for each in value:
        text = _text(each)
        if text is not None:
            more = {"kind": each.get("kind") or None, "copies": _whole(each.get("copies"))}
            id_ = each.get("id") or None
            found.append({"id": id_, **text, **more, "note": _text(each.get("note"))})
    return found


def _fees(value: Any) -> Any:
    found = [
        {"case": _text(each.get("case")), "amount_vnd": _whole(each.get("amount_vnd"))}
        for each in value or ()
    ]
    return found or None


def _time(value: Any) -> Any:
    if not value or not value.get("unit"):
        return None
    number = value.get("value")
    number = None if number in ("", None) else float(number)
    return {"value": number, "unit": value["unit"], "note": _text(value.get("note"))}


def _forms(value: Any) -> Any:
    if value is None:
        return None
    found = [
        {"name": _text(each.get("name")), "url": (each.get("url") or "").strip() or None}
        for each in value
    ]
    return [each for each in found if each["name"] is not None or each["url"]] or None


def _case(value: Mapping[str, Any]) -> Any:
    condition = _text(value.get("if"))
    found = {
        "id": value.get("id") or None,
        "if": condition,
        "documents_add": _items(value.get("documents_add")) or [],
        "documents_drop": [line for line in value.get("documents_drop") or () if line],
        "not_needed": [s.strip() for s in value.get("not_needed") or () if s.strip()],
        "fee_vnd": _fees(value.get("fee_vnd")),
        "note": _text(value.get("note")),
    }
    return found if any(part for key, part in found.items() if key != "id") else None


def _whole(value: Any) -> Any:
    """A number field gives 8000.0 for 8000; what is no whole number is left for the check."""
    if value in ("", None):
        return None
    return int(value) if isinstance(value, float) and value.is_integer() else value
