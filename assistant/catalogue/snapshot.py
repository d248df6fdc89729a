"""Writes ``catalogue.json``; also checks content: `python -m assistant.catalogue.snapshot`."""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from assistant.catalogue.content import load_folder
from assistant.catalogue.problems import ContentError
from assistant.catalogue.published import Procedure, Snapshot, in_order, publish


def snapshot_text(procedures: Iterable[Procedure], generated_at: datetime) -> str:
    """The file's text: the same procedures and time always give the same bytes."""
    snapshot = Snapshot(
        procedures=in_order(procedures),
        generated_at=generated_at.astimezone(UTC).isoformat(timespec="seconds"),
    )
    data = snapshot.model_dump(mode="json", by_alias=True)
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def write_snapshot(procedures: Iterable[Procedure], generated_at: datetime, path: Path) -> int:
    """Write the file whole or not at all; returns how many procedures it holds."""
    listed = list(procedures)
    write_atomically(path, snapshot_text(listed, generated_at))
    return len(listed)


def snapshot_from_folder(folder: Path, path: Path) -> int:
    """``catalogue.json`` straight from YAML, without a database; returns the number of procedures.

    `generated_at` is the time of the newest file, so that the same folder gives the same bytes.
    Raises `ContentError` when the folder holds a mistake; nothing is written then.
    """
    loaded = load_folder(folder)
    procedures = [publish(item.field, item.entry) for item in loaded.entries]
    return write_snapshot(procedures, loaded.modified_at, path)


def write_atomically(path: Path, text: str) -> None:
    """Replace a file so that a reader, or a crash, sees the old or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def main(arguments: list[str] | None = None) -> int:
    """Check the content and, with `--out`, write the snapshot; 1 when there is a mistake."""
    parser = argparse.ArgumentParser(prog="python -m assistant.catalogue.snapshot")
    parser.add_argument("--content", type=Path, required=True, help="folder of YAML files")
    parser.add_argument("--out", type=Path, help="where catalogue.json is written")
    parser.add_argument("--language", choices=["vi", "en"], default="vi")
    options = parser.parse_args(arguments)
    try:
        if options.out is None:
            count = len(load_folder(options.content).entries)
        else:
            count = snapshot_from_folder(options.content, options.out)
    except ContentError as error:
        print(error.text(options.language), file=sys.stderr)
        return 1
    print(f"{count} thủ tục" if options.language == "vi" else f"{count} procedures")
    return 0


if __name__ == "__main__":
    sys.exit(main())
