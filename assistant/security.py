"""Who is asking: the operator, a paired kiosk, or a visitor in a conversation.

An endpoint that needs a right takes one of the dependencies below:

    @router.post("/counters/{id}/call-next")
    async def call_next(principal: Annotated[Principal, Depends(require_operator_or_kiosk)]): ...
"""

import hmac
import os
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import HTTPConnection

from assistant.errors import LetanError
from assistant.settings import Settings

FORWARDING_HEADERS = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")

KioskOfToken = Callable[[str], Awaitable[str | None]]

_bearer = HTTPBearer(
    auto_error=False, description="The operator's token, or a kiosk's from `POST /kiosks/pair`"
)
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


@dataclass(frozen=True, slots=True)
class Principal:
    """Whom a request comes from."""

    kind: Literal["operator", "kiosk", "visitor"]
    kiosk_id: str | None = None
    """The kiosk of the token, or the kiosk at which the visitor's conversation was opened."""
    robot_id: str | None = None
    """The robot that belongs to that kiosk."""
    conversation_id: str | None = None
    """Set for visitors."""


def hash_token(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def operator_token(settings: Settings) -> tuple[str, bool]:
    """The operator's token, and whether it was made just now (`run` prints a new one once).

    Raises LetanError `operator_token_unreadable`.
    """
    if settings.operator_token is not None:
        return settings.operator_token.get_secret_value(), False
    path = settings.data_dir / "operator-token"
    try:
        token = _read_token(path)
        if token:
            return token, False
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        token = secrets.token_urlsafe(32)
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(token + "\n")
    except FileExistsError:  # another process was quicker
        return _read_token(path), False
    except (OSError, UnicodeDecodeError) as error:
        raise LetanError(
            "operator_token_unreadable",
            500,
            f"Không đọc hoặc ghi được {path}. Hãy kiểm tra quyền, hoặc đặt LETAN_OPERATOR_TOKEN.",
            f"Cannot read or write {path}. Check permissions, or set LETAN_OPERATOR_TOKEN.",
        ) from error
    return token, True


def _read_token(path: Path) -> str:
    return path.read_text(encoding="ascii").strip() if path.exists() else ""


class Access:
    """Recognises tokens; on `app.state.access`.

    `kiosk_of` finds the kiosk of a token's hash, None when there is none.
    """

    def __init__(self, settings: Settings, token: str, kiosk_of: KioskOfToken) -> None:
        self._kiosk_of = kiosk_of
        self._operator_hash = hash_token(token)
        self._robots = {kiosk.id: kiosk.robot for kiosk in settings.kiosks}

    async def principal(self, token: str) -> Principal | None:
        """Whom a token belongs to; None when to nobody (any more)."""
        found = hash_token(token)
        if hmac.compare_digest(found, self._operator_hash):
            return Principal("operator")
        kiosk = await self._kiosk_of(found)
        if kiosk is None or kiosk not in self._robots:
            return None
        return Principal("kiosk", kiosk, self._robots[kiosk])

    def robot_of(self, kiosk: str) -> str | None:
        return self._robots.get(kiosk)


def _access(connection: HTTPConnection) -> Access:
    access: Access = connection.app.state.access
    return access


async def bearer(connection: HTTPConnection) -> Principal | None:
    """The principal of the `Authorization` header, None without one.

    Raises LetanError `token_invalid` when there is one but it is not (or no longer) good.
    """
    header = connection.headers.get("authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        found = await _access(connection).principal(token.strip())
        if found is not None:
            return found
    raise LetanError(
        "token_invalid",
        401,
        "Mã truy cập không đúng hoặc không còn hiệu lực.",
        "The token is wrong or no longer valid.",
        remedy_vi="Ghép nối lại kiosk, hoặc dùng mã trong tệp operator-token của thư mục dữ liệu.",
        remedy_en="Pair the kiosk again, or use the one in operator-token in the data folder.",
    )


async def require_operator(request: Request, _: Credentials) -> Principal:
    """Dependency: the operator. Raises `token_missing`, `token_invalid`, `operator_only`."""
    found = await bearer(request)
    if found is None:
        raise _missing()
    if found.kind != "operator":
        raise LetanError(
            "operator_only",
            403,
            "Việc này cần mã của người vận hành.",
            "This needs the operator's token.",
        )
    return found


async def require_operator_or_kiosk(request: Request, _: Credentials) -> Principal:
    """Dependency: the operator or a paired kiosk. Raises `token_missing`, `token_invalid`."""
    found = await bearer(request)
    if found is None:
        raise _missing()
    return found


async def require_visitor_or_token(request: Request, _: Credentials) -> Principal:
    """Dependency: a token, or the id of an open conversation as `conversation` in the JSON body.

    Raises `token_missing`, `token_invalid`, `conversation_unknown`, `conversation_closed`.
    """
    found = await bearer(request)
    if found is not None:
        return found
    try:
        body = await request.json()
    except (ValueError, RecursionError):
        body = None
    conversation = body.get("conversation") if isinstance(body, dict) else None
    if not isinstance(conversation, str):
        raise LetanError(
            "token_missing",
            401,
            "Cần mã cuộc trò chuyện trong trường 'conversation', hoặc mã truy cập.",
            "An open conversation in the field 'conversation' or a token is needed.",
            field="conversation",
        )
    kiosk = await request.app.state.conversations.kiosk_of(conversation)
    robot = _access(request).robot_of(kiosk) if kiosk else None
    return Principal("visitor", kiosk, robot, conversation)


def _missing() -> LetanError:
    return LetanError(
        "token_missing",
        401,
        "Việc này cần mã truy cập của người vận hành hoặc của kiosk.",
        "This needs the operator's or a kiosk's token.",
        remedy_vi="Gửi kèm 'Authorization: Bearer <mã>'.",
        remedy_en="Send 'Authorization: Bearer <token>'.",
    )


def is_loopback_name(host: str) -> bool:
    """Whether a host name (without its port) means this machine for everybody."""
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def host_name(header: str) -> str:
    """The name of a `Host` header without its port, lower case; empty when it is malformed."""
    try:
        return (urlsplit(f"//{header}").hostname or "").rstrip(".").lower()
    except ValueError:
        return ""


def comes_from_this_machine(connection: HTTPConnection) -> bool:
    """Whether a request was made on this machine and by no proxy for somebody else.

    The peer's address is a loopback address, nothing was forwarded, and the name it was asked
    under is a loopback name (a rebound foreign name is not).
    """
    peer = connection.client.host if connection.client is not None else ""
    return (
        is_loopback_name(peer)
        and not any(name in connection.headers for name in FORWARDING_HEADERS)
        and is_loopback_name(host_name(connection.headers.get("host", "")))
    )
