"""Passwords: what is good enough, Argon2id, and second factors (TOTP, RFC 6238).

Length counts, not the kinds of characters (NIST SP 800-63B, section 5.1.1.2).
"""

import asyncio
import unicodedata

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from assistant.errors import LetanError

SHORTEST = 10
LONGEST = 200
_COMMON = ("password", "matkhau", "1234567890", "qwertyuiop", "letan", "iloveyou", "0123456789")
_HASHER = PasswordHasher()
"""Argon2id with the library's parameters (RFC 9106, low memory)."""
_DUMMY = _HASHER.hash("nobody has this password")
_AT_ONCE = 2
"""Each takes 64 MiB and one core: a flood of log-ins must not take the desk's."""


class Passwords:
    """Hashes and verifies in threads, a few at once."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def hash(self, password: str) -> str:
        async with self._turn:
            return await asyncio.to_thread(_HASHER.hash, _plain(password))

    async def matches(self, password: str, known: str | None) -> bool:
        """Takes as long for an account that there is not (`known` None)."""
        async with self._turn:
            return await asyncio.to_thread(_verify, _plain(password), known)


def needs_new_hash(known: str) -> bool:
    """Whether the parameters have grown since."""
    return _HASHER.check_needs_rehash(known)


def check(password: str, name: str) -> None:
    """Raises LetanError `password_weak`."""
    plain = _plain(password)
    folded = plain.casefold()
    if len(plain) < SHORTEST or len(plain) > LONGEST:
        raise _weak(
            f"Mật khẩu cần từ {SHORTEST} đến {LONGEST} ký tự.",
            f"A password has {SHORTEST} to {LONGEST} characters.",
        )
    if len(set(folded)) < 4 or folded.strip("0123456789!@.") in _COMMON or folded in _COMMON:
        raise _weak(
            "Mật khẩu này quá dễ đoán. Anh/chị chọn một câu ngắn mà chỉ mình biết.",
            "This password is too easy to guess. Choose a short sentence that only you know.",
        )
    if name.casefold() in folded:
        raise _weak(
            "Mật khẩu không được chứa tên đăng nhập.",
            "The password must not contain the name.",
        )


def new_totp_secret() -> str:
    return pyotp.random_base32()


def totp_address(secret: str, name: str) -> str:
    """`otpauth://…` for the QR code of an authenticator app."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name="Lễ Tân")


def totp_step(secret: str, code: str, now: float) -> int | None:
    """The 30-second step that a code belongs to, one step early or late allowed; None: wrong."""
    digits = "".join(code.split())
    if len(digits) != 6 or not digits.isascii() or not digits.isdigit():
        return None
    totp, step = pyotp.TOTP(secret), int(now) // 30
    for candidate in (step, step - 1, step + 1):
        if pyotp.utils.strings_equal(digits, totp.generate_otp(candidate)):
            return candidate
    return None


def _plain(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


def _verify(password: str, known: str | None) -> bool:
    try:
        return _HASHER.verify(known or _DUMMY, password) and known is not None
    except (VerificationError, InvalidHashError):
        return False


def _weak(vi: str, en: str) -> LetanError:
    return LetanError("password_weak", 422, vi, en, field="password")
