"""What is in a file beside what is in the database: added, changed, unchanged, in the way."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from assistant.catalogue.relations import Coded, check_relations
from assistant.catalogue.schemas import CatalogueEntry
from assistant.catalogue.search import fold
from assistant.catalogue.service import to_data
from assistant.catalogue.yaml_tree import Tree
from assistant.exchange.items import Item
from assistant.exchange.report import Line
from assistant.faq.schemas import FaqEntry
from assistant.faq.schemas import to_data as faq_data

_NAMES = {
    "field": "lĩnh vực",
    "name": "tên",
    "service": "nơi nhận",
    "rank": "thứ tự",
    "verified": "đã kiểm chứng",
    "needs_review": "cần xem lại",
    "review_by": "ngày xem lại",
    "documents": "giấy tờ",
    "fee_vnd": "lệ phí",
    "fee_note": "ghi chú lệ phí",
    "time": "thời hạn",
    "cases": "trường hợp",
    "steps": "các bước",
    "forms": "biểu mẫu",
    "aliases": "cách gọi",
    "examples": "cách dân hỏi",
    "sources": "nguồn",
    "source_date": "ngày của nguồn",
    "valid_from": "ngày bắt đầu",
    "valid_until": "ngày cuối",
    "question": "câu hỏi",
    "answer": "câu trả lời",
    "variants": "cách hỏi",
    "note": "ghi chú",
    "who": "ai được làm",
    "where": "nơi làm",
    "online": "trực tuyến",
    "result": "kết quả",
    "replaced_by": "thay bằng",
    "same_as": "mã khác",
    "tells_apart": "khác thủ tục gần giống",
    "source": "nguồn",
}


class Stored(Protocol):
    """A row of the database."""

    data: dict[str, Any]
    version: int


History = Sequence[tuple[int, str, dict[str, Any] | None]]
"""Versions, newest first: number, who, data; no data: it was deleted."""
Histories = dict[str, History]


@dataclass(slots=True)
class Plan:
    """What would be written."""

    lines: list[Line] = field(default_factory=list)
    writes: list[tuple[Item, dict[str, Any]]] = field(default_factory=list)


def data_of(item: Item) -> dict[str, Any]:
    """As the database keeps it."""
    entry = item.entry
    return to_data(entry) if isinstance(entry, CatalogueEntry) else faq_data(entry)


def plan(
    items: Iterable[Item],
    stored: Mapping[str, Stored],
    histories: Histories,
) -> Plan:
    """`histories` holds the items whose version in the file is not the newest one."""
    made, seen = Plan(), dict[str, Item]()
    for item in items:
        if item.key in seen:
            at = "!".join(seen[item.key].place)
            made.lines.append(
                _line("error", item, f"Đã có ở {at}; hãy bỏ một.", f"Stands at {at}; remove one.")
            )
            continue
        seen[item.key] = item
        _one(made, item, stored.get(item.key), histories.get(item.key, ()))
    return made


def _one(
    made: Plan,
    item: Item,
    row: Stored | None,
    history: History,
) -> None:
    data = data_of(item)
    if row is not None and row.data == data:
        made.lines.append(_line("unchanged", item, "Không đổi.", "Unchanged."))
        return
    newest = history[0] if history else None
    if item.version is not None and newest is not None and newest[0] != item.version:
        base = next((kept for number, _, kept in history if number == item.version), None)
        if base == data:
            made.lines.append(
                _line(
                    "skipped",
                    item,
                    f"Không sửa trong tệp; {newest[1]} đã sửa sau đó (bản {newest[0]}), giữ.",
                    f"Not changed here; {newest[1]} has changed it since (version {newest[0]}), "
                    "which stays.",
                )
            )
            return
        made.lines.append(
            _line(
                "error",
                item,
                f"{newest[1]} đã sửa mục này sau khi tệp được xuất (bản {item.version} → "
                f"{newest[0]}). Xuất lại, chép phần sửa sang rồi nhập.",
                f"{newest[1]} has changed this since the export (version {item.version} → "
                f"{newest[0]}). Export again, copy your changes over, then import.",
            )
        )
        return
    made.writes.append((item, data))
    if row is None:
        made.lines.append(_line("added", item, f"Thêm mới: {_name(item)}.", f"New: {_name(item)}."))
        return
    keys = _changed(row.data, data)
    vi = ", ".join(_NAMES.get(key, key) for key in keys)
    made.lines.append(_line("changed", item, f"Sửa: {vi}.", f"Changed: {', '.join(keys)}."))


def relations(writes: Sequence[Item], others: Iterable[Coded]) -> list[Line]:
    """Codes of the file must lead somewhere, and to one place only."""
    entries = [item.entry for item in writes]
    written = [entry.entry for entry in entries if isinstance(entry, CatalogueEntry)]
    coded: list[Coded] = [*written, *others]
    trees = [Tree(f"thủ tục {each.code}") for each in coded]
    problems = check_relations(
        [(each, tree, 0) for each, tree in zip(coded, trees, strict=True)],
        [(each.code, tree, 0) for each, tree in zip(coded, trees, strict=True)],
    )
    of_file = {f"thủ tục {item.key}": item for item in writes}
    return [
        _line("error", of_file[problem.file], problem.vi, problem.en)
        if problem.file in of_file
        else Line("error", problem.file, "", "", problem.vi, problem.en)
        for problem in problems
    ]


def asked_twice(writes: Sequence[Item], others: Iterable[FaqEntry]) -> list[Line]:
    """A wording has one answer at a time."""
    placed: dict[str, list[FaqEntry]] = {}
    for other in others:
        for wording in {fold(text) for text in other.wordings} - {""}:
            placed.setdefault(wording, []).append(other)
    lines: list[Line] = []
    for item in writes:
        entry = item.entry
        if not isinstance(entry, FaqEntry):
            continue
        for text in entry.wordings:
            there = placed.setdefault(fold(text), [])
            clash = next(
                (each for each in there if each.id != entry.id and entry.meets(each)), None
            )
            if clash is not None:
                vi = f"Câu “{text[:80]}” đã có ở hỏi đáp {clash.id}. Bỏ một chỗ."
                en = f"“{text[:80]}” is asked in {clash.id} already. Remove one."
                lines.append(_line("error", item, vi, en))
            there.append(entry)
    return lines


def _changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    before, after = ({**data.get("entry", data), "field": data.get("field")} for data in (old, new))
    return sorted(key for key in {*before, *after} if before.get(key) != after.get(key))


def _name(item: Item) -> str:
    entry = item.entry
    text = entry.entry.name.vi if isinstance(entry, CatalogueEntry) else entry.question.vi
    return text[:120]


def _line(what: Any, item: Item, vi: str, en: str) -> Line:
    return Line(what, item.place[0], item.place[1], item.key, vi, en)
