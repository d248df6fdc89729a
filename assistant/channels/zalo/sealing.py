"""Encryption at rest: what is sealed can be read only with the key, which is not in the database.

Fernet (AES-128-CBC with HMAC-SHA256, of the package cryptography) under `LETAN_SECRET_KEY`, or
under a key of this installation's own in the data folder, readable by its owner only.
"""

import os
import secrets
import stat
from base64 import urlsafe_b64encode
from hashlib import sha256
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from assistant.errors import LetanError
from assistant.settings import Settings

KEY_FILE = "zalo-key"


class Sealer:
    """Seals and opens texts with one key."""

    def __init__(self, key: str) -> None:
        # Any phrase is taken: Fernet's key is its digest.
        self._fernet = Fernet(urlsafe_b64encode(sha256(b"letan zalo " + key.encode()).digest()))

    def seal(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """Raises LetanError `zalo_key_wrong`."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except (InvalidToken, UnicodeError):
            raise LetanError(
                "zalo_key_wrong",
                503,
                "Không mở được mã truy cập Zalo đã lưu: khoá đã đổi. Hãy đặt lại LETAN_SECRET_KEY "
                f"(hoặc tệp {KEY_FILE}) như trước, hoặc chạy `letan zalo connect`.",
                "The stored Zalo tokens cannot be opened: the key is another one. Restore "
                f"LETAN_SECRET_KEY (or the file {KEY_FILE}), or run `letan zalo connect`.",
            ) from None


def sealer(settings: Settings) -> Sealer:
    """The sealer of this installation; its key is made when there is none.

    Raises LetanError `zalo_key_unreadable`.
    """
    given = settings.secret_key.get_secret_value().strip() if settings.secret_key else ""
    if given:
        return Sealer(given)
    path = settings.data_dir / KEY_FILE
    try:
        return Sealer(_read(path) or _make(path))
    except (OSError, UnicodeDecodeError) as error:
        raise LetanError(
            "zalo_key_unreadable",
            500,
            f"Không đọc hoặc ghi được {path}. Hãy kiểm tra quyền, hoặc đặt LETAN_SECRET_KEY.",
            f"Cannot read or write {path}. Check permissions, or set LETAN_SECRET_KEY.",
            log=type(error).__name__,
        ) from None


def is_private(path: Path) -> bool:
    """Whether nobody but its owner can read or write a file."""
    return not path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)


def write_private(path: Path, text: str) -> None:
    """Durably, or not at all: a temporary file (0600), fsync, rename, fsync of the folder."""
    temporary = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(path: Path) -> str:
    return path.read_text(encoding="ascii").strip() if path.exists() else ""


def _make(path: Path) -> str:
    """Several processes may start at once: a finished file is linked into place, the first wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    write_private(temporary, secrets.token_urlsafe(32) + "\n")
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        pass
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)
    return _read(path)
