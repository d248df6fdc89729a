"""The doors of the console: log-in, the link of the first start, the way out."""

import re
from html import escape
from typing import Annotated
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import URL
from starlette.requests import HTTPConnection

from assistant.console.visits import Visits
from assistant.console.wording import language_of, say
from assistant.errors import Language, LetanError
from assistant.limits import RateLimit
from assistant.openid_settings import OpenIdSettings
from assistant.security import Access
from assistant.staff.access import room_of

# Without a referrer the browser calls the form's origin "null", which the guard refuses.
_PAGE = """<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="referrer" content="same-origin">
<title>{title}</title><link rel="stylesheet" href="/web/css/base.css">
<link rel="stylesheet" href="/console/login.css">
<script src="/console/setup.js" defer></script></head>
<body><main><h1>{title}</h1><p>{lead}</p>{problem}{body}</main></body></html>"""
_STYLE = """
body{font-size:20px;line-height:1.5;padding:16px}
main{max-width:30rem;margin:8vh auto;padding:2.5rem;background:var(--card);
border:2px solid var(--line);border-radius:24px}
h1{font-size:1.8rem;line-height:1.2;color:var(--teal-deep);margin:0 0 .5rem}
label{display:block;font-weight:600;margin-top:1.5rem}
label small{font-weight:400}
input,button{width:100%;min-height:64px;padding:.6rem 1rem;border-radius:16px}
input{border:3px solid var(--line-strong);background:#fff;margin:.4rem 0 1rem}
button{border:0;background:var(--teal);color:#fff;font-weight:700;cursor:pointer}
.other-way{display:flex;align-items:center;justify-content:center;min-height:64px;margin-top:1rem;
border:3px solid var(--teal);border-radius:16px;color:var(--teal-deep);font-weight:700;
text-decoration:none}
details{margin-top:2rem;border-top:2px solid var(--line);padding-top:1rem}
summary{min-height:48px;cursor:pointer;color:var(--teal-deep)}
.problem{background:#fdecea;color:var(--red-deep);font-weight:600;padding:.6rem 1rem;
border-radius:16px;margin-top:1rem}
"""
# The code of the link stands behind '#': no server, proxy or log ever sees it.
_SCRIPT = """
const code = document.getElementById('code');
if (code && location.hash.length > 1) {
  code.value = location.hash.slice(1);
  history.replaceState(null, '', location.pathname + location.search);
  code.closest('form').elements.name.focus();
}
"""
_FIELD = """<label for="{id}">{label}</label>
<input id="{id}" name="{id}" type="{type}" value="{value}" autocomplete="{fill}" {more}>"""

_Text = Annotated[str, Form(max_length=500)]
_PAGE_OF_CONSOLE = re.compile(r"/console(?:/(?!_nicegui)[\w-][\w.-]*)+(?:\?[^\s#\\]*)?", re.ASCII)
"""Where a log-in may lead: to a page of the console, never to another site."""


def login_address(asked: URL) -> str:
    """The log-in, in the language of the page that was asked for and leading back to it."""
    kept = {}
    language = parse_qs(asked.query).get("lang", [""])[0]
    if language in ("vi", "en"):
        kept["lang"] = language
    address = asked.path + (f"?{asked.query}" if asked.query else "")
    if _PAGE_OF_CONSOLE.fullmatch(address):
        kept["next"] = address
    return "/console/login" + (f"?{urlencode(kept)}" if kept else "")


def page_after(connection: HTTPConnection) -> str:
    """The page of the console that was asked for before the log-in."""
    address = connection.query_params.get("next", "")
    if _PAGE_OF_CONSOLE.fullmatch(address):
        return address
    language = connection.query_params.get("lang")
    return f"/console/?lang={language}" if language in ("vi", "en") else "/console/"


def _action(connection: HTTPConnection, path: str) -> str:
    """The address of a form: it keeps language and page."""
    asked = connection.query_params
    kept = {key: asked[key] for key in ("lang", "next") if key in asked}
    return escape(path + (f"?{urlencode(kept)}" if kept else ""))


def login_router(access: Access, visits: Visits) -> APIRouter:
    """`GET/POST /console/login`, `GET/POST /console/setup`, `POST /console/logout`."""
    router = APIRouter(include_in_schema=False)
    attempts = RateLimit(10)

    @router.get("/console/login")
    async def show(request: Request) -> HTMLResponse:
        return login_page(request)

    @router.post("/console/login")
    async def log_in(
        request: Request,
        token: _Text = "",
        name: _Text = "",
        password: _Text = "",
        code: _Text = "",
    ) -> Response:
        inside = RedirectResponse(page_after(request), 303)
        if not token:
            try:
                found, _, until = await room_of(request).log_in(name, password, code or None)
            except LetanError as problem:
                return login_page(request, problem, name)
            visits.remember_staff(request, inside, found, until)
            return inside
        attempts.check(request.client.host if request.client else "unknown")
        principal = await access.principal(token.strip())
        if principal is None or principal.kind != "operator":
            wrong = LetanError("token_invalid", 401, "Mã không đúng.", "The token is wrong.")
            return login_page(request, wrong)
        visits.remember_operator(request, inside)
        return inside

    @router.get("/console/setup")
    async def show_setup(request: Request) -> HTMLResponse:
        return _setup_page(request)

    @router.post("/console/setup")
    async def set_up(
        request: Request, code: _Text = "", name: _Text = "", password: _Text = ""
    ) -> Response:
        room = room_of(request)
        try:
            await room.accept(code, name, password)
            found, _, until = await room.log_in(name, password)
        except LetanError as problem:
            return _setup_page(request, problem, name, code)
        inside = RedirectResponse(page_after(request), 303)
        visits.remember_staff(request, inside, found, until)
        return inside

    @router.post("/console/logout")
    async def log_out(request: Request) -> RedirectResponse:
        staff = await visits.of(request)
        if staff is not None and staff.account:
            await room_of(request).log_out(staff)
        answer = RedirectResponse("/console/login", 303)
        visits.forget(answer)
        return answer

    @router.api_route("/console/alive", methods=["GET", "POST"])
    async def alive(request: Request) -> Response:
        """Whether the log-in still holds; a `POST` says that somebody is working."""
        staff = await visits.of(request, active=request.method == "POST")
        return Response(status_code=204 if staff is not None else 401)

    @router.get("/console/login.css")
    async def style() -> Response:
        return Response(_STYLE, media_type="text/css")

    @router.get("/console/setup.js")
    async def script() -> Response:
        return Response(_SCRIPT, media_type="text/javascript")

    return router


def login_page(request: Request, problem: LetanError | None = None, name: str = "") -> HTMLResponse:
    language = language_of(request)
    action = _action(request, "/console/login")
    second = problem is not None and problem.code.startswith("second_factor")
    fields = [
        _field(language, "name", "Tên đăng nhập", value=name, fill="username", more="autofocus"),
        _field(language, "password", "Mật khẩu", type_="password", fill="current-password"),
    ]
    if second:
        label = "Mã 6 số trong ứng dụng xác thực"
        more = 'inputmode="numeric" maxlength="7"'
        fields.append(_field(language, "code", label, fill="one-time-code", more=more))
    token = _field(language, "token", "Mã truy cập", type_="password", fill="off")
    openid: OpenIdSettings = request.app.state.settings.openid
    body = (
        _form(action, "".join(fields), say(language, "Vào"))
        + (_single_sign_on(request, openid.label) if openid.is_on else "")
        + f"<details><summary>{say(language, 'Vào bằng mã của người vận hành')}</summary>"
        + f"<p>{say(language, 'Mã in ra ở lần khởi động đầu tiên.')}</p>"
        + _form(action, token, say(language, "Vào bằng mã"))
        + "</details>"
    )
    lead = say(language, "Đăng nhập bằng tài khoản của anh/chị.")
    return _page(language, lead, body, problem)


def _single_sign_on(request: Request, label: str) -> str:
    address = _action(request, "/console/openid/")
    return f'<p><a class="other-way" href="{address}">{escape(label)}</a></p>'


def _setup_page(
    request: Request, problem: LetanError | None = None, name: str = "", code: str = ""
) -> HTMLResponse:
    language = language_of(request)
    fields = (
        _field(language, "code", "Mã trong liên kết", value=code, fill="off")
        + _field(language, "name", "Tên đăng nhập", value=name, fill="username")
        + _field(
            language,
            "password",
            "Mật khẩu (từ 10 ký tự, ví dụ một câu ngắn chỉ mình anh/chị biết)",
            type_="password",
            fill="new-password",
        )
    )
    lead = say(language, "Tạo tài khoản quản trị đầu tiên. Liên kết này chỉ dùng được một lần.")
    form = _form(_action(request, "/console/setup"), fields, say(language, "Tạo tài khoản"))
    return _page(language, lead, form, problem)


def _field(
    language: Language,
    id_: str,
    label: str,
    *,
    fill: str,
    type_: str = "text",
    value: str = "",
    more: str = "",
) -> str:
    safe = value.translate({ord(c): f"&#{ord(c)};" for c in "\"<>&'"})
    return _FIELD.format(
        id=id_,
        label=say(language, label),
        type=type_,
        value=safe,
        fill=fill,
        more="required " + more,
    )


def _form(action: str, fields: str, button: str) -> str:
    button = f'<button type="submit">{button}</button>'
    return f'<form method="post" action="{action}">{fields}{button}</form>'


def _page(language: Language, lead: str, body: str, problem: LetanError | None) -> HTMLResponse:
    shown = f'<p class="problem" role="alert">{problem.text(language)}</p>' if problem else ""
    title = say(language, "Bàn làm việc của cán bộ")
    text = _PAGE.format(lang=language, title=title, lead=lead, problem=shown, body=body)
    return HTMLResponse(text, problem.status if problem else 200, {"Cache-Control": "no-store"})
