"""The manifest of a release folder: written once, checked before every use."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path
from typing import Any

from assistant.errors import LetanError

FILE = "manifest.json"
NEEDED = ("catalogue.json", "centre.json", "model.tar.gz")
RASA = "3.6.21"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What `manifest.json` says."""

    id: str
    created_at: datetime
    files: dict[str, str]
    """SHA-256 (hexadecimal) of every file by its path inside the folder."""
    rasa: str


def write_manifest(folder: Path, release: str, now: datetime | None = None) -> Manifest:
    """Hash every file of the folder but the evaluation, which is written later."""
    now = now or datetime.now(UTC)
    files = {
        path.relative_to(folder).as_posix(): sha256(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in (FILE, "evaluation.json")
    }
    manifest = Manifest(release, now, files, RASA)
    text = json.dumps(
        {"id": release, "created_at": now.isoformat(), "files": files, "rasa": RASA}, indent=1
    )
    part = folder / f"{FILE}.part"
    part.write_text(text + "\n", encoding="utf-8")
    part.replace(folder / FILE)
    return manifest


def read_manifest(folder: Path) -> Manifest:
    """Raises LetanError `release_missing`, `release_damaged`."""
    path = folder / FILE
    try:
        data: dict[str, Any] = json.loads(path.read_bytes())
        return Manifest(
            str(data["id"]),
            datetime.fromisoformat(data["created_at"]),
            {str(name): str(digest) for name, digest in data["files"].items()},
            str(data["rasa"]),
        )
    except FileNotFoundError as error:
        raise release_missing(path) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise release_damaged(path, "unreadable") from error


def verify(folder: Path, only: Iterable[str] | None = None) -> Manifest:
    """Compare the files with the manifest; all that it lists, or those in `only`.

    Raises LetanError `release_missing`, `release_damaged`, naming the file.
    """
    manifest = read_manifest(folder)
    for name in NEEDED:
        if name not in manifest.files:
            raise release_damaged(folder / FILE, f"does not list {name}")
    chosen = set(manifest.files) if only is None else set(only)
    for name, digest in manifest.files.items():
        if name not in chosen:
            continue
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()):
            raise release_damaged(folder / FILE, "lists a file outside the folder")
        try:
            found = sha256(path)
        except OSError as error:
            raise release_missing(path) from error
        if found != digest:
            raise release_damaged(path, "hash differs")
    return manifest


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def release_missing(path: Path) -> LetanError:
    return LetanError(
        "release_missing",
        503,
        f"Thiếu tệp {path} của bản phát hành. Hãy chạy './letan train' để tạo bản mới.",
        f"The release lacks {path}. Run './letan train' to build a new one.",
        log="missing file",
    )


def release_damaged(path: Path, reason: str) -> LetanError:
    return LetanError(
        "release_damaged",
        503,
        f"Tệp {path} của bản phát hành đã bị thay đổi hoặc hỏng nên không được dùng. "
        "Hãy chạy './letan train' để tạo bản mới, hoặc chép lại tệp gốc.",
        f"The file {path} of the release was changed or is damaged, so it is not used. "
        "Run './letan train' to build a new release, or restore the file.",
        log=reason,
    )
