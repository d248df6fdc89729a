"""Reads `data/procedures`: every mistake of every file is found before anything is taken over."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from assistant.catalogue.folder import is_content_file
from assistant.catalogue.messages import explain
from assistant.catalogue.problems import ContentError, ContentProblem
from assistant.catalogue.relations import WrittenCode, check_relations
from assistant.catalogue.schemas import CatalogueEntry, FieldFile, ProcedureEntry
from assistant.catalogue.yaml_tree import MAX_BYTES, MAX_PROBLEMS, Tree, read_tree

MAX_FILES = 500


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry and where it stands: file, its tree and its position there."""

    item: CatalogueEntry
    tree: Tree
    index: int


@dataclass(frozen=True, slots=True)
class LoadedFolder:
    """A whole valid catalogue."""

    entries: tuple[CatalogueEntry, ...]
    modified_at: datetime
    """UTC time of the newest file."""


def load_folder(folder: Path) -> LoadedFolder:
    """Read and check every ``*.yaml`` file of a folder.

    Raises `ContentError` with all mistakes of all files, each with file, line and column.
    """
    files = _files(folder)
    trees = [read_tree(path.name, _read(path)) for path in files]
    entries = check_trees(trees)
    newest = max(int(path.stat().st_mtime) for path in files)
    return LoadedFolder(entries, datetime.fromtimestamp(newest, UTC))


def parse_file(name: str, raw: bytes) -> tuple[CatalogueEntry, ...]:
    """The entries of one file; raises `ContentError` with every mistake."""
    return check_trees([read_tree(name, raw)])


def check_trees(trees: list[Tree]) -> tuple[CatalogueEntry, ...]:
    """The entries of all files, checked one by one and against each other."""
    placed = [item for tree in trees if tree.data is not None for item in _entries(tree)]
    problems = [problem for tree in trees for problem in tree.problems]
    problems += check_relations(
        [(p.item.entry, p.tree, p.index) for p in placed],
        [written for tree in trees for written in _written_codes(tree)],
    )
    if problems:
        raise ContentError.of(problems)
    return tuple(p.item for p in placed)


def _files(folder: Path) -> list[Path]:
    try:
        listed = sorted(folder.iterdir())
    except OSError as error:
        raise ContentError.of([_folder_problem(folder, "folder_missing")]) from error
    files = [path for path in listed if is_content_file(path)]
    if not files:
        raise ContentError.of([_folder_problem(folder, "folder_empty")])
    if len(files) > MAX_FILES:
        raise ContentError.of([_folder_problem(folder, "folder_large")])
    return files


def _folder_problem(folder: Path, code: str) -> ContentProblem:
    vi, en = {
        "folder_missing": (
            "Không mở được thư mục nội dung; kiểm tra đường dẫn và quyền đọc.",
            "The content folder cannot be opened; check its path and rights.",
        ),
        "folder_empty": (
            "Thư mục không có tệp .yaml nào.",
            "The folder holds no .yaml file.",
        ),
        "folder_large": (
            f"Thư mục có hơn {MAX_FILES} tệp.",
            f"The folder holds more than {MAX_FILES} files.",
        ),
    }[code]
    return ContentProblem(folder.name or str(folder), 1, 1, "", code, vi, en)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        problem = ContentProblem(
            path.name,
            1,
            1,
            "",
            "file_unreadable",
            "Không đọc được tệp; kiểm tra quyền đọc.",
            "The file cannot be read; check its rights.",
        )
        raise ContentError.of([problem]) from error


def _entries(tree: Tree) -> Iterator[Placed]:
    try:
        head = FieldFile.model_validate(tree.data)
    except ValidationError as error:
        _complain(tree, (), error)
        head = None
    for index, raw in enumerate(_listed(tree)):
        if len(tree.problems) >= MAX_PROBLEMS:
            return
        try:
            entry = ProcedureEntry.model_validate(raw)
        except ValidationError as error:
            _complain(tree, ("procedures", index), error)
            continue
        if head is not None:
            yield Placed(CatalogueEntry(field=head.field, entry=entry), tree, index)


def _listed(tree: Tree) -> list[Any]:
    listed = tree.data.get("procedures") if isinstance(tree.data, dict) else None
    return listed if isinstance(listed, list) else []


def _written_codes(tree: Tree) -> Iterator[WrittenCode]:
    for index, raw in enumerate(_listed(tree)):
        code = raw.get("code") if isinstance(raw, dict) else None
        if isinstance(code, str):
            yield code, tree, index


def _complain(tree: Tree, base: tuple[str | int, ...], error: ValidationError) -> None:
    for found in error.errors(include_url=False, include_input=False):
        path = base + _written_path(tree, base, found)
        said = explain(found, whole_file=not base)
        tree.complain(path, said, key=said[0] == "key_unknown")


def _written_path(
    tree: Tree, base: tuple[str | int, ...], found: Mapping[str, Any]
) -> tuple[str | int, ...]:
    """The path as it stands in the file: short forms (`name: text`) have no inner keys there."""
    path: tuple[str | int, ...] = tuple(found["loc"])
    path += tuple((found.get("ctx") or {}).get("place", ()))
    if found["type"] != "missing":
        while path and (*base, *path) not in tree.places and (*base, *path) not in tree.keys:
            path = path[:-1]
    return path
