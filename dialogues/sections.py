"""A catalogue entry as the sections of a card: what is known, what is not, in the visitor's
language.

Nothing is written here that the entry does not say. A missing field gives a section with `known:
false`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dialogues.legal import law_named
from dialogues.phrases import Translate, localised, money
from dialogues.release import Entry
from dialogues.wording import known_words

Section = dict[str, Any]
PROVINCIAL = frozenset({"civil_status", "land", "land_registry_branch", "construction"})
"""Services whose fees each province sets (facts/README.md)."""


@dataclass(frozen=True, slots=True)
class Card:
    """One entry, the cases of it that hold, one language."""

    entry: Entry
    language: str
    translate: Translate
    place: str
    """Where to go, as a phrase: the counter's name or the office."""
    cases: tuple[Mapping[str, Any], ...] = ()
    """Cases that hold, in the entry's order."""
    unsure: tuple[Mapping[str, Any], ...] = ()
    """Cases of which the visitor does not know whether they hold."""

    def text(self, value: Any) -> str:
        return localised(value, self.language)

    def field(self, thing: Mapping[str, Any], name: str) -> str:
        """A text stored as `name` and, in English, `name_en`; "" when there is none."""
        if self.language == "en" and thing.get(f"{name}_en"):
            return str(thing[f"{name}_en"])
        return localised(thing.get(name), self.language)


def sections(card: Card) -> dict[str, Section]:
    """All sections by aspect, in the order in which a card shows them."""
    return {
        "documents": documents(card),
        "fee": fee(card),
        "time": time(card),
        "place": place(card),
        "online": online(card),
        "eligibility": eligibility(card),
        "steps": _listed(card, "steps", card.translate("Các bước")),
        "result": _single(card, "result", card.translate("Kết quả")),
        "legal_basis": legal_basis(card),
        "form": form(card),
    }


def _section(title: str, lines: Sequence[str], items: Sequence[Any] | None = None) -> Section:
    section: Section = {"title": title, "known": bool(lines), "lines": list(lines)}
    if items is not None:
        section["items"] = list(items)
    return section


def document_items(card: Card) -> list[dict[str, Any]] | None:
    """Papers with those that the cases add and without those they drop; `None` when not known. A
    paper that two cases add is listed once."""
    documents = card.entry.get("documents")
    if documents is None:
        return None
    dropped = {
        str(document["id"]) for case in card.cases for document in case.get("documents_drop") or ()
    }
    kept = [document for document in documents if str(document["id"]) not in dropped]
    listed = {known_words(str(document.get("vi"))) for document in kept}
    for case in card.cases:
        for document in case.get("documents_add") or ():
            if known_words(str(document.get("vi"))) not in listed:
                listed.add(known_words(str(document.get("vi"))))
                kept.append(document)
    return [
        {
            "id": str(document["id"]),
            "title": named_without_code(card.text(document)),
            "kind": document.get("kind"),
            "copies": document.get("copies"),
            "note": card.field(document, "note") or None,
        }
        for document in kept
    ]


def documents(card: Card) -> Section:
    items = document_items(card)
    lines = [item["title"] for item in items or ()]
    if items == []:
        lines = [card.translate("Không cần giấy tờ nào")]
    return _section(card.translate("Giấy tờ cần có"), lines, items or [])


def fees(card: Card) -> list[Mapping[str, Any]]:
    """`{"case", "amount_vnd"}` rows: those of the case that changes the fee, else the entry's; of
    several such cases each row is named after its own."""
    changing = [c for c in card.cases if c.get("fees") is not None or c.get("fee_vnd") is not None]
    if not changing:
        return list(card.entry.get("fees") or ())
    if len(changing) == 1:
        return _fees_of(changing[0])
    return [
        {"case": row.get("case") or case["if"], "amount_vnd": row.get("amount_vnd")}
        for case in changing
        for row in _fees_of(case)
    ]


def _fees_of(case: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if case.get("fees") is not None:
        return list(case["fees"])
    return [{"case": None, "amount_vnd": case["fee_vnd"]}]


def fee(card: Card) -> Section:
    _ = card.translate
    rows = fees(card)
    lines: list[str] = []
    if any(row.get("amount_vnd") is not None for row in rows):
        for row in rows:
            value = row.get("amount_vnd")
            shown = _("chưa rõ") if value is None else amount(card, value)
            condition = card.text(row.get("case"))
            lines.append(f"{condition}: {shown}" if condition else shown)
    note = card.field(card.entry, "fee_note")
    section = _section(_("Lệ phí"), lines)
    if note:
        section["lines"].append(note)
    if lines and depends_on_province(card):
        section["lines"].append(_("Mức thu có thể khác nhau theo từng tỉnh, thành phố."))
    return section


def depends_on_province(card: Card) -> bool:
    """Whether the province sets this fee: then a positive amount holds only where it was seen."""
    return card.entry.get("service") in PROVINCIAL and any(r.get("amount_vnd") for r in fees(card))


def amount(card: Card, value: int) -> str:
    return card.translate("Miễn phí") if value == 0 else money(value, card.language)


def duration(card: Card) -> str:
    """The time limit as a phrase; "" when it is not known."""
    _ = card.translate
    limit = card.entry.get("time")
    if not limit or not limit.get("unit"):
        return ""
    value = limit.get("value")
    if limit["unit"] == "same_day":
        return _("trong ngày làm việc")
    if value is None:
        return ""
    phrases = {
        "working_days": _("{n} ngày làm việc"),
        "days": _("{n} ngày"),
        "hours": _("{n} giờ"),
        "months": _("{n} tháng"),
    }
    phrase = phrases.get(limit["unit"])
    if phrase is None:
        return ""
    if float(value).is_integer():
        value = int(value)
    if card.language == "en" and value == 1:
        phrase = phrase.replace("days", "day").replace("hours", "hour").replace("months", "month")
    return phrase.format(n=value if card.language == "en" else str(value).replace(".", ","))


def time(card: Card) -> Section:
    note = card.field(card.entry.get("time") or {}, "note")
    lines = [line for line in (duration(card), note) if line]
    return _section(card.translate("Thời gian giải quyết"), lines)


def place(card: Card) -> Section:
    return _section(card.translate("Nơi nộp"), [card.place] if card.place else [])


def online(card: Card) -> Section:
    _ = card.translate
    lines = {
        "full": [_("Nộp trực tuyến toàn bộ được trên Cổng Dịch vụ công quốc gia.")],
        "partial": [_("Nộp trực tuyến được một phần; có bước vẫn phải đến nơi hoặc nộp bản giấy.")],
        "no": [_("Chưa nộp trực tuyến được, phải nộp trực tiếp.")],
    }.get(str(card.entry.get("online")), [])
    return _section(_("Nộp trực tuyến"), lines)


def eligibility(card: Card) -> Section:
    return _single(card, "who", card.translate("Ai được làm"))


def _single(card: Card, field: str, title: str) -> Section:
    text = card.text(card.entry.get(field))
    return _section(title, [text] if text else [])


def _listed(card: Card, field: str, title: str) -> Section:
    return _section(title, [t for t in (card.text(x) for x in card.entry.get(field) or ()) if t])


_CODE = re.compile(r"(?<![\d.])\d\.\d{6}(?![\d])")
_CLAUSE = re.compile(r"(?<=[;.])\s+")


_CODE_ASIDE = re.compile(r"\s*\((?:mã |code )?\d\.\d{6}\)")


def named_without_code(title: str) -> str:
    """A paper's name without the code of the procedure that issues it: no visitor knows codes."""
    return _CODE_ASIDE.sub("", title)


def tells_apart(card: Card, name_of: Callable[[str], str]) -> str:
    """What separates the entry from its near twins, in words a visitor can use: clauses about
    another one, which name it by its code, are left out; where nothing else is said, the code
    gives way to `name_of` it. "" when the entry does not say."""
    text = card.field(card.entry, "tells_apart")
    own = " ".join(clause for clause in _CLAUSE.split(text) if not _CODE.search(clause))
    if not own:
        own = _CODE.sub(lambda match: f"“{name_of(match[0])}”", text)
    return own.strip(" ;.,")


def legal_basis(card: Card) -> Section:
    laws, doubtful = (
        [law_named(str(law), card.language) for law in card.entry.get(field) or ()]
        for field in ("legal_basis", "legal_basis_unverified")
    )
    unverified = card.translate("{law} (chưa kiểm chứng)")
    lines = laws + [unverified.format(law=law) for law in doubtful]
    return _section(card.translate("Căn cứ pháp lý"), lines)


def form(card: Card) -> Section:
    lines = [card.text(x.get("name")) for x in card.entry.get("forms") or ()]
    if not lines:
        lines = [
            item["title"]
            for item in document_items(card) or ()
            if item["kind"] == "form" or _is_form(item["title"])
        ]
    return _section(card.translate("Mẫu đơn, tờ khai"), [line for line in lines if line])


def _is_form(title: str) -> bool:
    words = known_words(title)
    return words.startswith(("to khai", "don ", "phieu", "mau ", "application form", "declaration"))
