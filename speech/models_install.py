"""Installing a model from a file, a folder or an address: proved first, then moved into place."""

import hashlib
import re
import shutil
import tarfile
import tempfile
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path, PurePosixPath
from ssl import SSLError
from urllib.error import URLError
from urllib.parse import unquote, urlparse

from speech.errors import SpeechError
from speech.models import engine_of

MOST_BYTES = 4_000_000_000
"""Of an archive, packed and unpacked."""
MOST_FILES = 20_000
BLOCK = 1 << 20
SECONDS = 30.0
"""Longest silence of a server."""
SHA256 = re.compile(r"[0-9a-f]{64}")

NETWORK_FAULTS = (URLError, HTTPException, SSLError, ConnectionError, TimeoutError, ValueError)

Check = Callable[[Path], None]
"""Raises SpeechError when a model folder cannot be used."""


def install(
    source: str, target: Path, *, sha256: str | None = None, check: Check | None = None
) -> tuple[Path, str | None]:
    """Puts a model into a folder of its own below ``target``.

    ``source`` is a model folder, an archive (zip, tar, tar.gz, tar.xz) or an http(s) address of
    one; an address needs its checksum. Gives the new folder and the checksum of the archive.
    Raises SpeechError: ``model_missing``, ``model_checksum``, ``model_archive``, ``model_wrong``,
    ``model_present``, ``model_download``, ``model_room``.
    """
    wanted = _checksum(sha256)
    address = urlparse(source).scheme in ("http", "https")
    path = Path(source).expanduser()
    if address and wanted is None:
        raise _error(
            "model_checksum",
            "Tải từ địa chỉ thì phải cho biết mã kiểm tra: --sha256 …",
            "A model from an address needs its checksum: --sha256 …",
        )
    if not address and not path.exists():
        raise _error("model_missing", f"Không có {source}.", f"There is no {source}.")
    try:
        target.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".new-", dir=target) as name:
            staging = Path(name)
            if not address and path.is_dir():
                return _place(_copied(path, staging, wanted), target, path.name, check), None
            archive = _download(source, staging / "archive") if address else path
            digest = _digest(archive)
            if wanted is not None and digest != wanted:
                raise _error(
                    "model_checksum",
                    f"Mã kiểm tra không khớp: tệp có {digest}.",
                    f"The checksum differs: the file has {digest}.",
                )
            _unpack(archive, staging / "model")
            label = Path(unquote(urlparse(source).path)).name if address else path.name
            return _place(_root(staging / "model"), target, label, check), digest
    except OSError as error:
        reason = error.strerror or str(error)
        raise _error(
            "model_room",
            f"Không ghi được vào {target}: {reason}.",
            f"Cannot write to {target}: {reason}.",
        ) from error


def _checksum(value: str | None) -> str | None:
    found = value.strip().lower().removeprefix("sha256:") if value is not None else None
    if found is not None and not SHA256.fullmatch(found):
        raise _error(
            "model_checksum",
            "--sha256 phải có 64 chữ số thập lục phân.",
            "--sha256 must have 64 hexadecimal digits.",
        )
    return found


def _copied(path: Path, staging: Path, wanted: str | None) -> Path:
    if wanted is not None:
        raise _error(
            "model_checksum",
            "Mã kiểm tra là của một tệp nén, không phải của thư mục.",
            "A checksum is that of an archive, not of a folder.",
        )
    root = _root(path)
    # Links are followed: a folder that points elsewhere would break when that goes away.
    return Path(shutil.copytree(root, staging / "model"))


def _download(address: str, to: Path) -> Path:
    request = urllib.request.Request(address, headers={"User-Agent": "letan"})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer, to.open("wb") as out:  # noqa: S310
            for block in _blocks(answer.read):
                out.write(block)
    except NETWORK_FAULTS as error:  # any other OSError is the disk's
        raise _error(
            "model_download",
            f"Không tải được {address}: {error}.",
            f"Cannot download {address}: {error}.",
        ) from error
    return to


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as source:
        for block in _blocks(source.read):
            digest.update(block)
    return digest.hexdigest()


def _blocks(read: Callable[[int], bytes]) -> Iterator[bytes]:
    total = 0
    while block := read(BLOCK):
        total += len(block)
        if total > MOST_BYTES:
            raise _archive("it is larger than 4 GB")
        yield block


def _unpack(archive: Path, to: Path) -> None:
    to.mkdir()
    with _readable():
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as packed:
                _within_limits([(item.filename, item.file_size) for item in packed.infolist()])
                for name in packed.namelist():
                    packed.extract(name, to)
        elif tarfile.is_tarfile(archive):
            with tarfile.open(archive) as packed_tar:
                _within_limits([(item.name, item.size) for item in packed_tar])
                for item in packed_tar.getmembers():
                    packed_tar.extract(item, to, filter="data")
        else:
            raise _archive("it is neither zip nor tar")


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, RuntimeError, ValueError) as error:
        raise _archive(f"{type(error).__name__}: {error}") from error


def _within_limits(items: list[tuple[str, int]]) -> None:
    if len(items) > MOST_FILES or sum(size for _, size in items) > MOST_BYTES:
        raise _archive("it unpacks to more than 4 GB or 20,000 files")
    for name, _ in items:
        if name.startswith("/") or ".." in PurePosixPath(name).parts:
            raise _archive(f"it holds a path that leads outside: {name!r:.80}")


def _root(folder: Path) -> Path:
    """The folder with the model: archives put it one or two folders deep."""
    for candidate in (folder, *sorted(folder.glob("*/")), *sorted(folder.glob("*/*/"))):
        if engine_of(candidate) is not None:
            return candidate
    raise _error(
        "model_wrong",
        "Không thấy mô hình Vosk (final.mdl) hay Whisper (model.bin).",
        "No Vosk model (final.mdl) and no Whisper model (model.bin) was found.",
    )


def _place(root: Path, target: Path, label: str, check: Check | None) -> Path:
    name = root.name if root.name != "model" else re.sub(r"\.(zip|tar|tgz|gz|xz|bz2)", "", label)
    name = re.sub(r"[^\w.-]", "_", name).strip(".") or "model"
    final = target / name
    if final.exists():
        raise _error(
            "model_present",
            f"Đã có {final}; hãy xóa hoặc đổi tên thư mục đó trước.",
            f"{final} exists already; delete or rename it first.",
        )
    if check is not None:
        check(root)
    return root.rename(final)


def _archive(reason: str) -> SpeechError:
    return _error(
        "model_archive",
        f"Tệp nén không dùng được: {reason}.",
        f"The archive cannot be used: {reason}.",
    )


def _error(code: str, vi: str, en: str) -> SpeechError:
    return SpeechError(code, vi, en)
