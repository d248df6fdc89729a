"""The same as YAML: one file a field, `faqs.yaml`, or both in a ZIP."""

import zipfile
from collections.abc import Iterable
from io import BytesIO
from pathlib import PurePosixPath

from pydantic import ValidationError

from assistant.catalogue.folder import render
from assistant.catalogue.messages import explain
from assistant.catalogue.schemas import CatalogueEntry, FieldFile, ProcedureEntry
from assistant.catalogue.yaml_tree import MAX_BYTES, Tree, read_tree
from assistant.exchange.items import Item, Read
from assistant.exchange.opening import refused, unpacked
from assistant.faq import content as faqs
from assistant.faq.schemas import FaqEntry

_FOLDER = "procedures"
_WHEN = (2026, 1, 1, 0, 0, 0)
"""The same content gives the same bytes."""


def packed(entries: Iterable[CatalogueEntry] | None, questions: list[FaqEntry] | None) -> bytes:
    """A ZIP that `letan import` reads when it is unpacked, and an import takes as it is."""
    files: dict[str, str] = {}
    if entries is not None:
        files |= {f"{_FOLDER}/{name}": text for name, text in render(entries).items()}
    if questions is not None:
        files[faqs.FILE] = faqs.render(questions)
    into = BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        for name, text in files.items():
            part = zipfile.ZipInfo(name, _WHEN)
            archive.writestr(part, text.encode(), compress_type=zipfile.ZIP_DEFLATED)
    return into.getvalue()


def read_zip(raw: bytes) -> Read:
    """Every YAML file of a ZIP. Raises LetanError `exchange_file_refused`."""
    read = Read()
    archive = unpacked(raw)
    names = [n for n in archive.namelist() if PurePosixPath(n).suffix in (".yaml", ".yml")]
    if not names:
        raise refused(
            "exchange_file_refused",
            "Tệp nén không có tệp .yaml nào.",
            "The archive holds no .yaml file.",
        )
    for name in sorted(names):
        try:
            with archive.open(name) as file:
                part = file.read(MAX_BYTES + 1)
        except (zipfile.BadZipFile, RuntimeError, OSError, EOFError) as error:
            raise refused(
                "exchange_file_refused",
                f"Không đọc được {name[:80]} trong tệp nén: tệp hỏng hoặc có mật khẩu.",
                f"{name[:80]} cannot be read: damaged, or with a password.",
            ) from error
        read_yaml(PurePosixPath(name).name, part, read)
    return read


def read_yaml(name: str, raw: bytes, read: Read) -> None:
    """One file of procedures, or of questions."""
    tree = read_tree(name, raw.removeprefix(b"\xef\xbb\xbf"))
    of_faqs = isinstance(tree.data, dict) and "faqs" in tree.data
    if not tree.problems:
        if of_faqs:
            for index, entry in enumerate(faqs.entries_of(tree)):
                place = (name, _line(tree, ("faqs", index)))
                read.faqs.append(Item(entry.id, place, None, entry))
        else:
            _procedures(name, tree, read)
    for problem in tree.problems:
        place = (name, f"{problem.line}:{problem.column}")
        path = f"{problem.path}: " if problem.path else ""
        read.complain(place, "", path + problem.vi, path + problem.en)


def _procedures(name: str, tree: Tree, read: Read) -> None:
    listed = tree.data.get("procedures") if isinstance(tree.data, dict) else None
    try:
        head = FieldFile.model_validate(tree.data)
    except ValidationError as error:
        _complain(tree, (), error)
        return
    for index, raw in enumerate(listed or ()):
        try:
            entry = ProcedureEntry.model_validate(raw)
        except ValidationError as error:
            _complain(tree, ("procedures", index), error)
            continue
        place = (name, _line(tree, ("procedures", index)))
        item = CatalogueEntry(field=head.field, entry=entry)
        read.procedures.append(Item(entry.code, place, None, item))


def _complain(tree: Tree, base: tuple[str | int, ...], error: ValidationError) -> None:
    for found in error.errors(include_url=False, include_input=False):
        path = (*base, *found["loc"], *(found.get("ctx") or {}).get("place", ()))
        said = explain(found, whole_file=not base)
        tree.complain(path, said, key=said[0] == "key_unknown")


def _line(tree: Tree, path: tuple[str | int, ...]) -> str:
    line, column = tree.place(path)
    return f"{line}:{column}"
