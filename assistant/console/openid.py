"""The doors of the single sign-on: `/console/openid`, and the way back from the provider.

What must come back unchanged (state, nonce, PKCE's secret) waits in a signed cookie of its own for
ten minutes; it is `SameSite=Lax`, because the way back begins at another site.
"""

import asyncio
from html import escape
from importlib import import_module
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.routing import Route

from assistant.console.login import login_page, page_after
from assistant.console.visits import Visits
from assistant.errors import LetanError
from assistant.openid_settings import OpenIdSettings
from assistant.settings import Settings
from assistant.staff.service import StaffRoom

PATH = "/console/openid"
_COOKIE = "letan_openid"
_SECONDS = 600
_AFTER = "after"

# A redirect would still count as coming from the other site, and the strict cookie would stay home.
_ARRIVED = """<!doctype html><meta charset="utf-8"><title>Lễ Tân</title>
<meta http-equiv="refresh" content="0;url={address}"><a href="{address}">Tiếp tục / Continue</a>"""


def doors(letan: FastAPI, visits: Visits, settings: Settings, secret: bytes) -> Starlette:
    """An application to be mounted at `PATH`."""
    entry = _Entry(letan, visits, settings)
    public = settings.public_url or ""
    session = Middleware(
        SessionMiddleware,
        secret_key=secret.hex(),
        session_cookie=_COOKIE,
        max_age=_SECONDS,
        path=PATH,
        same_site="lax",
        https_only=public.startswith("https://"),
    )
    routes = [Route("/", entry.begin), Route("/callback", entry.finish)]
    made = Starlette(routes=routes, middleware=[session])
    made.state.settings = settings
    return made


class _Entry:
    """Sends to the provider, and takes whoever comes back."""

    def __init__(self, letan: FastAPI, visits: Visits, settings: Settings) -> None:
        self._letan = letan
        self._visits = visits
        self._settings = settings
        self._loading = asyncio.Lock()
        self._made: Any = None

    async def begin(self, request: Request) -> Response:
        try:
            provider = await self._provider()
            request.session[_AFTER] = page_after(request)
            answer: RedirectResponse = await provider.begin(request, self._back(request))
        except LetanError as problem:
            return self._refused(request, problem)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    async def finish(self, request: Request) -> Response:
        room: StaffRoom = self._letan.state.staff
        try:
            provider = await self._provider()
            identity = await provider.finish(request)
            token, _, until = await room.log_in_with(identity)
        except LetanError as problem:
            return self._refused(request, problem)
        address = request.session.pop(_AFTER, "/console/")
        request.session.clear()
        answer = HTMLResponse(
            _ARRIVED.format(address=escape(address)), 200, {"Cache-Control": "no-store"}
        )
        self._visits.remember_staff(request, answer, token, until)
        return answer

    async def _provider(self) -> Any:
        async with self._loading:
            if self._made is None:
                module = await asyncio.to_thread(import_module, "assistant.staff.openid")
                given: OpenIdSettings = self._settings.openid
                self._made = module.OpenId(given)
        return self._made

    def _back(self, request: Request) -> str:
        here = f"{request.url.scheme}://{request.url.netloc}"
        return f"{(self._settings.public_url or here).rstrip('/')}{PATH}/callback"

    def _refused(self, request: Request, problem: LetanError) -> HTMLResponse:
        request.session.clear()
        return login_page(request, problem)
