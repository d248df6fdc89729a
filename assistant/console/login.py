"""Who may see the console: whoever knows the operator's token.

A signed cookie remembers it for a working day. The cookie holds a time and its signature, never the
token; a new token makes every cookie worthless.
"""

import hmac
import time
from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.requests import HTTPConnection

from assistant.console.wording import language_of, say
from assistant.errors import LetanError
from assistant.limits import RateLimit
from assistant.security import Access

COOKIE = "letan_console"
_VALID_SECONDS = 10 * 3600
# Without a referrer the browser calls the form's origin "null", which the guard refuses.
_PAGE = """<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="referrer" content="same-origin">
<title>{title}</title><link rel="stylesheet" href="/web/css/base.css">
<link rel="stylesheet" href="/console/login.css"></head>
<body><main><h1>{title}</h1><p>{lead}</p>{problem}
<form method="post" action="/console/login"><label for="token">{label}</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<button type="submit">{button}</button></form></main></body></html>"""
_STYLE = """
body{font-size:20px;line-height:1.5;padding:16px}
main{max-width:30rem;margin:10vh auto;padding:2.5rem;background:var(--card);
border:2px solid var(--line);border-radius:24px}
h1{font-size:1.8rem;line-height:1.2;color:var(--teal-deep);margin:0 0 .5rem}
label{display:block;font-weight:600;margin-top:1.5rem}
input,button{width:100%;min-height:64px;padding:.6rem 1rem;border-radius:16px}
input{border:3px solid var(--line-strong);background:#fff;margin:.4rem 0 1rem}
button{border:0;background:var(--teal);color:#fff;font-weight:700;cursor:pointer}
.problem{background:#fdecea;color:var(--red-deep);font-weight:600;padding:.6rem 1rem;
border-radius:16px;margin-top:1rem}
"""


def login_router(access: Access, secret: bytes) -> APIRouter:
    """`GET/POST /console/login`, `POST /console/logout`."""
    router = APIRouter(include_in_schema=False)
    attempts = RateLimit(10)

    @router.get("/console/login")
    async def show(request: Request) -> HTMLResponse:
        return _page(request)

    @router.post("/console/login")
    async def log_in(request: Request, token: Annotated[str, Form(max_length=500)]) -> HTMLResponse:
        attempts.check(request.client.host if request.client else "unknown")
        principal = await access.principal(token.strip())
        if principal is None or principal.kind != "operator":
            problem = LetanError("token_invalid", 401, "Mã không đúng.", "The token is wrong.")
            return _page(request, problem)
        answer = HTMLResponse(status_code=303, headers={"Location": "/console/"})
        answer.set_cookie(
            COOKIE,
            _signed(secret, int(time.time()) + _VALID_SECONDS),
            max_age=_VALID_SECONDS,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
            path="/console",
        )
        return answer

    @router.post("/console/logout")
    async def log_out() -> RedirectResponse:
        answer = RedirectResponse("/console/login", 303)
        answer.delete_cookie(COOKIE, path="/console")
        return answer

    @router.get("/console/login.css")
    async def style() -> HTMLResponse:
        return HTMLResponse(_STYLE, media_type="text/css")

    return router


def is_logged_in(connection: HTTPConnection, secret: bytes) -> bool:
    """Whether a request or WebSocket carries a cookie of ours that is still valid."""
    value = connection.cookies.get(COOKIE, "")
    until, _, _ = value.partition(".")
    return (
        until.isascii()
        and until.isdigit()
        and hmac.compare_digest(value.encode(), _signed(secret, int(until)).encode())
        and int(until) > time.time()
    )


def _signed(secret: bytes, until: int) -> str:
    return f"{until}.{hmac.new(secret, str(until).encode(), sha256).hexdigest()}"


def _page(request: Request, problem: LetanError | None = None) -> HTMLResponse:
    language = language_of(request)
    shown = f'<p class="problem" role="alert">{problem.text(language)}</p>' if problem else ""
    text = _PAGE.format(
        lang=language,
        title=say(language, "Bàn làm việc của cán bộ"),
        lead=say(language, "Nhập mã của người vận hành (in ra ở lần khởi động đầu tiên)."),
        label=say(language, "Mã truy cập"),
        button=say(language, "Vào"),
        problem=shown,
    )
    return HTMLResponse(text, problem.status if problem else 200)
