"""`faqs.yaml`: the questions as a file, in and out."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from assistant.catalogue.problems import ContentError
from assistant.catalogue.search import fold
from assistant.catalogue.yaml_tree import Tree, read_tree
from assistant.faq import problems
from assistant.faq.repository import FaqRepository
from assistant.faq.schemas import FaqEntry, to_data
from assistant.storage.database import Database

FILE = "faqs.yaml"
IMPORTED = "import"
"""Who changed a question, where a file did."""
_HEADER = """\
# Hỏi đáp: câu hỏi không phải thủ tục và câu trả lời; các khóa: docs/content.md.
# Questions that are no procedure, with their answers.
"""
_HEAD = (
    "faqs_missing",
    "Tệp hỏi đáp cần khóa 'faqs': danh sách, mỗi mục có id, question, answer.",
    "A file of questions needs the key 'faqs': a list of items with id, question, answer.",
)
_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def parse(name: str, raw: bytes) -> list[FaqEntry]:
    """The items of a file; raises `ContentError` with every mistake, its line and column."""
    tree = read_tree(name, raw)
    entries = list(entries_of(tree)) if not tree.problems else []
    found = list(tree.problems)
    if found:
        raise ContentError.of(found)
    return entries


def entries_of(tree: Tree) -> list[FaqEntry]:
    """The valid items of a file; mistakes are kept in the tree."""
    listed = tree.data.get("faqs") if isinstance(tree.data, dict) else None
    if not isinstance(listed, list) or len(tree.data) > 1:
        tree.complain((), _HEAD)
        return []
    entries: list[FaqEntry] = []
    wordings: dict[str, str] = {}
    ids: set[str] = set()
    for index, raw in enumerate(listed):
        try:
            entry = FaqEntry.model_validate(raw)
        except ValidationError as error:
            for found in error.errors(include_url=False, include_input=False):
                path = tuple(found["loc"]) + tuple((found.get("ctx") or {}).get("place", ()))
                tree.complain(("faqs", index, *path), problems.told(found)[1])
            continue
        for said in {f"id {entry.id}", *map(fold, entry.wordings)} - {""}:
            if wordings.setdefault(said, entry.id) != entry.id or said in ids:
                tree.complain(("faqs", index), problems.twice(said))
        ids.add(f"id {entry.id}")
        entries.append(entry)
    return entries


def render(entries: list[FaqEntry]) -> str:
    """The file's text; the same questions always give the same."""
    ordered = sorted(entries, key=lambda entry: entry.id)
    plain = [{key: _short(value) for key, value in to_data(entry).items()} for entry in ordered]
    return _HEADER + str(
        yaml.dump({"faqs": plain}, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)
    )


def _short(value: Any) -> Any:
    """A text that nobody translated is written as it is."""
    return value["vi"] if isinstance(value, dict) and set(value) == {"vi"} else value


async def load_shipped(database: Database, path: Path) -> bool:
    """Take over the questions that ship, unless there ever were any; whether it was done.

    Raises `ContentError`.
    """
    async with database.reading() as session:
        if await FaqRepository(session).any_version():
            return False
    if not await asyncio.to_thread(path.is_file):
        return False
    entries = parse(path.name, await asyncio.to_thread(path.read_bytes))
    async with database.session() as session:
        repository = FaqRepository(session)
        await repository.lock()
        if await repository.any_version():
            return False
        now = datetime.now(UTC)
        for entry in entries:
            data = to_data(entry)
            repository.add(entry.id, data, 1, now)
            repository.keep(entry.id, 1, data, IMPORTED, now)
    return True


async def take_over(database: Database, entries: list[FaqEntry]) -> tuple[int, int, int]:
    """Make the database hold exactly these: how many were added, changed, removed."""
    async with database.session() as session:
        repository = FaqRepository(session)
        await repository.lock()
        rows, now = await repository.all(), datetime.now(UTC)
        added = changed = 0
        for entry in entries:
            data, row = to_data(entry), rows.pop(entry.id, None)
            if row is None:
                version = await repository.newest_version(entry.id) + 1
                repository.add(entry.id, data, version, now)
                added += 1
            elif row.data != data:
                row.data, row.updated_at = data, now
                version = row.version = row.version + 1
                changed += 1
            else:
                continue
            repository.keep(entry.id, version, data, IMPORTED, now)
        for row in rows.values():
            repository.keep(row.id, row.version + 1, None, IMPORTED, now)
            await repository.remove(row)
    return added, changed, len(rows)
