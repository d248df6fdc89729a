"""The outermost layer of the application: one plain ASGI middleware.

It refuses foreign host names (DNS rebinding), foreign origins (a web page elsewhere that calls us
through a visitor's browser), bodies that are too large and clients that ask too often; adds the
security headers; counts requests; and turns an unforeseen error into one log entry and a 500.
"""

import re
import socket
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant import problems
from assistant.errors import LetanError
from assistant.limits import RateLimit
from assistant.metrics import Metrics
from assistant.security import host_name, is_loopback_name
from assistant.settings import Settings

_SAFE_METHODS = frozenset(("GET", "HEAD", "OPTIONS"))

_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=(), payment=(), usb=()",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


_EXCHANGE, _CONSOLE_FILES = "/api/v1/staff/exchange", "/console/_nicegui/client/"
_MOST_WORKBOOK = 20 * 1024 * 1024
"""What only staff may send, and only there."""


class Guard:
    """See the module."""

    def __init__(self, app: ASGIApp, settings: Settings, metrics: Metrics) -> None:
        self._app = app
        self._language = settings.language
        self._metrics = metrics
        self._hosts = _own_names(settings)
        self._any_address = not settings.on_loopback
        self._public = _origin_of(settings.public_url) if settings.public_url else None
        self._most_bytes = settings.limits.body_kb * 1024
        zalo = settings.zalo
        self._most_on_path = dict.fromkeys((zalo.oa_path, zalo.bot_path), zalo.body_kb * 1024)
        self._most_on_path[_EXCHANGE] = _MOST_WORKBOOK
        if zalo.simulator:
            self._most_on_path["/simulator/zalo/files"] = zalo.voice_mb * 1024 * 1024
        self._limit_loopback = settings.limits.on_loopback
        self._proxies = tuple(settings.trusted_proxies)
        limits = settings.limits
        self._limits: list[tuple[re.Pattern[str], RateLimit]] = [
            (re.compile(pattern), RateLimit(rate))
            for pattern, rate in (
                (r"/api/v1/conversations/[^/]+/messages/?", limits.messages_per_minute),
                (r"/api/v1/conversations/?", limits.conversations_per_minute),
                (r"/api/v1/(tickets|slips)/?", limits.tickets_per_minute),
                (r"/api/v1/kiosks/pair/?", limits.pairings_per_minute),
                (r"/api/v1/staff/login/?|/console/(login|setup)/?", limits.logins_per_minute),
                (r"/api/v1/speech/?", limits.speech_per_minute),
            )
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        scope = self._forwarded(scope)
        try:
            self._check(scope)
        except LetanError as error:
            await self._refuse(error, scope, receive, send)
            return
        if scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self._http(scope, receive, send)

    def _forwarded(self, scope: Scope) -> Scope:
        """Behind a trusted proxy the client is who the proxy says: the last address in
        `X-Forwarded-For` that no trusted proxy has (what stands before it, anybody can write)."""
        peer = scope["client"][0] if scope.get("client") else ""
        if not self._proxies or not self._is_proxy(peer):
            return scope
        listed = ",".join(Headers(scope=scope).getlist("x-forwarded-for")).split(",")
        for address in reversed([text.strip() for text in listed if text.strip()][-16:]):
            if not self._is_proxy(address):
                return {**scope, "client": (address[:45], 0)}
        return scope

    def _is_proxy(self, address: str) -> bool:
        try:
            found = ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self._proxies)

    def _check(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        self._check_host(headers.get("host", ""))
        changes = scope["type"] == "websocket" or scope["method"] not in _SAFE_METHODS
        if not changes:
            return
        self._check_origin(headers)
        if scope["type"] == "http":
            self._check_length(headers.get("content-length"), self._most(scope))
            self._check_rate(scope)

    def _check_host(self, header: str) -> None:
        name = host_name(header)
        if name in self._hosts or (name and is_loopback_name(name)):
            return
        if self._any_address and _is_address(name):
            return
        raise LetanError(
            "host_refused",
            421,
            "Máy chủ này không phục vụ dưới tên đó.",
            "This server does not answer to that name.",
            remedy_vi="Thêm tên vào 'allowed_hosts', hoặc đặt 'public_url'.",
            remedy_en="Add the name to 'allowed_hosts', or set 'public_url'.",
        )

    def _check_origin(self, headers: Headers) -> None:
        origin = headers.get("origin")
        if origin is None:  # not a browser, or a page of ours in an old one
            if headers.get("sec-fetch-site", "none") not in ("cross-site", "same-site"):
                return
        elif _authority(origin) == headers.get("host", "").lower() or (
            self._public is not None and origin.lower() == self._public
        ):
            return
        raise LetanError(
            "origin_refused",
            403,
            "Yêu cầu đến từ một trang web khác nên bị từ chối.",
            "The request comes from another web site and is refused.",
        )

    def _most(self, scope: Scope) -> int:
        path = scope["path"]
        if path.startswith(_CONSOLE_FILES) and "/upload/" in path:
            return _MOST_WORKBOOK
        return self._most_on_path.get(path, self._most_bytes)

    def _check_length(self, header: str | None, most: int) -> None:
        if header is not None and header.isdigit() and int(header[:12]) > most:
            raise self._too_large(most)

    def _too_large(self, most: int) -> LetanError:
        most //= 1024
        return LetanError(
            "body_too_large",
            413,
            f"Nội dung gửi lên lớn quá: nhiều nhất {most} kB.",
            f"The body is too large: at most {most} kB.",
        )

    def _check_rate(self, scope: Scope) -> None:
        path = scope["path"]
        for pattern, limit in self._limits:
            if pattern.fullmatch(path):
                client = scope["client"][0] if scope.get("client") else "unknown"
                if self._limit_loopback or not is_loopback_name(client):
                    limit.check(client)
                return

    async def _refuse(self, error: LetanError, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": error.code})
            return
        answer = self._answer(error, scope)
        self._count(scope, answer.status_code)
        await answer(scope, receive, send)

    def _answer(self, error: LetanError, scope: Scope, id_: str = "") -> Response:
        language = problems.language_of(HTTPConnection(scope).headers, self._language)
        answer = problems.response(error, language, id_=id_)
        answer.headers.update(_HEADERS)
        return answer

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except Exception as error:  # the border of the application: log once, say sorry
            found, _ = problems.unexpected(error, scope)
            await send({"type": "websocket.close", "code": 1011, "reason": found.code})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        received = 0
        status = 0
        most = self._most(scope)
        is_head = scope["method"] == "HEAD"
        if is_head:  # RFC 9110 §9.3.2: as GET, without the content
            scope = {**scope, "method": "GET"}

        async def receive_limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > most:
                raise self._too_large(most)
            return message

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            elif is_head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        try:
            await self._app(scope, receive_limited, send_with_headers)
        except Exception as error:  # the border of the application: log once, answer 500
            if isinstance(error, LetanError):
                found, id_ = error, ""
            else:
                found, id_ = problems.unexpected(error, scope)
            if status == 0:
                status = found.status
                await self._answer(found, scope, id_)(scope, receive, send)
        self._count(scope, status)

    def _count(self, scope: Scope, status: int) -> None:
        route = getattr(scope.get("route"), "path", None)
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._metrics.requests.labels(method, route or "none", str(status)).inc()


_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


def _own_names(settings: Settings) -> frozenset[str]:
    """The host names under which this server may be asked, besides loopback names."""
    names = {name.lower() for name in settings.allowed_hosts}
    names.add(settings.host.lower())
    if settings.public_url:
        names.add((urlsplit(settings.public_url).hostname or "").lower())
    if not settings.on_loopback:
        machine = socket.gethostname().lower()
        names |= {machine, f"{machine}.local"}
    return frozenset(names - {""})


def _is_address(name: str) -> bool:
    """An address cannot be rebound: only names can be made to point elsewhere."""
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _authority(origin: str) -> str:
    return origin.partition("://")[2].lower()


def _origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()
