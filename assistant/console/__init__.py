"""The staff's pages: `/console`. So far one screen behind the operator's token."""

from hashlib import sha256

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse
from nicegui import app as nicegui_app
from nicegui import core, ui
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.console.login import is_logged_in, login_router
from assistant.console.overview import Overview
from assistant.console.wording import language_of, say

# NiceGUI draws with scripts of its own in the page; everything else keeps the strict policy.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'none'"
)


class _Gate:
    """Lets nobody past without the cookie, neither to pages nor to NiceGUI's own WebSocket."""

    def __init__(self, app: ASGIApp, secret: bytes) -> None:
        self._app = app
        self._secret = secret

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if not is_logged_in(HTTPConnection(scope), self._secret):
            if scope["type"] == "websocket":
                await receive()
                await send({"type": "websocket.close", "code": 1008, "reason": "token_missing"})
            else:
                await RedirectResponse("/console/login", 303)(scope, receive, send)
            return

        async def with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"].append((b"content-security-policy", _POLICY.encode()))
            await send(message)

        await self._app(scope, receive, with_policy)


def mount(app: FastAPI, token: str) -> None:
    """Adds `/console` to the application; `token` is the operator's."""
    secret = sha256(b"console:" + token.encode()).digest()
    app.include_router(login_router(app.state.access, secret))

    async def overview(request: Request) -> None:
        language = language_of(request)
        ui.page_title(say(language, "Lễ Tân: bàn làm việc"))
        await Overview(app, language).build()

    # NiceGUI keeps one application for the process: the newest desk owns it, as if it were fresh.
    core.app.middleware_stack = None
    core.app.user_middleware.clear()
    nicegui_app.routes[:] = [
        route for route in nicegui_app.routes if getattr(route, "path", "") != "/"
    ]
    ui.page("/", language="vi")(overview)
    ui.run_with(app, mount_path="/console", tailwind=True, show_welcome_message=False)
    mounted = next(route for route in app.routes if getattr(route, "app", None) is core.app)
    mounted.app = _Gate(core.app, secret)  # type: ignore[attr-defined]
