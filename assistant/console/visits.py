"""Who sits before a page of the console: a member of staff, or whoever holds the operator's token.

Both are remembered by one cookie, `HttpOnly` and `SameSite=Strict`, which other web sites can
neither read nor send; the guard refuses their forms by origin besides. A member of staff's cookie
holds the session's token; the operator's a time and its signature, so that a new token makes every
cookie worthless.
"""

import hmac
import time
from datetime import UTC, datetime
from hashlib import sha256

from starlette.requests import HTTPConnection
from starlette.responses import Response

from assistant.staff.access import room_of
from assistant.staff.service import Staff

COOKIE = "letan_console"
_OPERATOR_SECONDS = 10 * 3600
_STAFF = "staff:"


class Visits:
    """Sets, reads and clears the cookie."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    async def of(self, connection: HTTPConnection, *, active: bool = True) -> Staff | None:
        """Who comes; None for nobody (any more). ``active``: it counts as work."""
        value = connection.cookies.get(COOKIE, "")
        if value.startswith(_STAFF):
            token = value.removeprefix(_STAFF)
            return await room_of(connection).of_token(token, active=active)
        until, _, _ = value.partition(".")
        if not until.isascii() or not until.isdigit():
            return None
        signed = hmac.compare_digest(value.encode(), self._signed(int(until)).encode())
        return _OPERATOR if signed and int(until) > time.time() else None

    def remember_operator(self, connection: HTTPConnection, answer: Response) -> None:
        value = self._signed(int(time.time()) + _OPERATOR_SECONDS)
        self._set(connection, answer, value, _OPERATOR_SECONDS)

    def remember_staff(
        self, connection: HTTPConnection, answer: Response, token: str, until: datetime
    ) -> None:
        seconds = int((until - datetime.now(UTC)).total_seconds())
        self._set(connection, answer, _STAFF + token, seconds)

    def forget(self, answer: Response) -> None:
        answer.delete_cookie(COOKIE, path="/console")

    def _set(self, connection: HTTPConnection, answer: Response, value: str, seconds: int) -> None:
        answer.set_cookie(
            COOKIE,
            value,
            max_age=seconds,
            httponly=True,
            samesite="strict",
            secure=connection.url.scheme in ("https", "wss"),
            path="/console",
        )

    def _signed(self, until: int) -> str:
        return f"{until}.{hmac.new(self._secret, str(until).encode(), sha256).hexdigest()}"


_OPERATOR = Staff(0, "operator", "administrator", "", datetime.min.replace(tzinfo=UTC))
"""Account 0 is nobody's: what asks for a password again refuses it."""
