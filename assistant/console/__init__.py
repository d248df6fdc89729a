"""The staff's pages: `/console`, behind a log-in.

NiceGUI costs more than a second to import, so it is loaded when the first clerk has logged in, not
when the lobby's pages are waiting for it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from hashlib import sha256
from importlib import import_module

from fastapi import FastAPI
from fastapi.responses import RedirectResponse
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.console import catalogue_endpoints
from assistant.console.catalogue_trial import trial_of
from assistant.console.login import login_address, login_router
from assistant.console.visits import Visits
from assistant.settings import Settings

# NiceGUI draws with scripts of its own in the page; everything else keeps the strict policy.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'none'"
)


class Console:
    """Lets nobody past without the cookie, neither to pages nor to NiceGUI's own WebSocket."""

    def __init__(self, letan: FastAPI, visits: Visits) -> None:
        self._letan = letan
        self._visits = visits
        self._pages: ASGIApp | None = None
        self._loading = asyncio.Lock()
        self._running = AsyncExitStack()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        staff = await self._visits.of(HTTPConnection({**scope, "app": self._letan}), active=False)
        if staff is None:
            await _turn_away(scope, receive, send)
            return
        scope.setdefault("state", {})["staff"] = staff

        async def with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"].append((b"content-security-policy", _POLICY.encode()))
            await send(message)

        pages = self._pages or await self._load()
        await pages(scope, receive, with_policy)

    async def _load(self) -> ASGIApp:
        async with self._loading:
            if self._pages is None:
                drawing = await asyncio.to_thread(import_module, "assistant.console.drawing")
                shell: FastAPI = drawing.pages(self._letan)
                await self._running.enter_async_context(shell.router.lifespan_context(shell))
                self._pages = shell
        return self._pages

    async def close(self) -> None:
        await self._running.aclose()


def mount(app: FastAPI, token: str) -> None:
    """Adds `/console` to the application; `token` is the operator's."""
    visits = Visits(sha256(b"console:" + token.encode()).digest())
    console = Console(app, visits)
    app.include_router(login_router(app.state.access, visits))
    settings: Settings = app.state.settings
    if settings.openid.is_on:
        from assistant.console import openid

        secret = sha256(b"openid:" + token.encode()).digest()
        app.mount(openid.PATH, openid.doors(app, visits, settings, secret))
    app.include_router(catalogue_endpoints.router, prefix="/api/v1")
    app.mount("/console", console)
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(letan: FastAPI) -> AsyncIterator[None]:
        async with inner(letan):
            yield
            await console.close()
            await trial_of(letan).close()

    app.router.lifespan_context = lifespan


async def _turn_away(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": "token_missing"})
    else:
        await RedirectResponse(login_address(HTTPConnection(scope).url), 303)(scope, receive, send)
