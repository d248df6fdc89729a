"""Doors of the visitors' pages: the pages, their modules, translations, QR codes and slips."""

import io
import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import segno
from babel.messages.pofile import read_po
from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response
from starlette.responses import Response as StarletteResponse
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from assistant.catalogue.view import PublishedCatalogue
from assistant.errors import LetanError
from assistant.settings import Settings
from assistant.storage.database import Database
from assistant.web.schemas import SlipIn, SlipOut
from assistant.web.service import Slip, Slips

_HERE = Path(__file__).parent
_CATALOGUE = _HERE / "locale" / "en" / "LC_MESSAGES" / "web.po"

_OWN_PAGE = re.compile(
    r"^/(?:kiosk|display|s/[A-Z0-9]{3,8}|p/[A-Za-z0-9][A-Za-z0-9._-]{0,63}(?:\?s=[A-Z0-9]{3,8})?)?$"
)


class _Files(StaticFiles):
    """Files with ETags; `cache` is the Cache-Control header they get."""

    def __init__(self, directory: Path, cache: str) -> None:
        super().__init__(directory=directory, check_dir=False)
        self._cache = cache

    async def get_response(self, path: str, scope: Scope) -> StarletteResponse:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = self._cache
        return response


def mount(app: FastAPI, settings: Settings | None = None, database: Database | None = None) -> None:
    """Put the pages, their API and their files on the application.

    Without arguments, the settings and the database are those of `app.state`.
    """
    settings = settings or app.state.settings
    slips = Slips(database or app.state.database)
    translations = {"vi": {}, "en": _read_catalogue()}
    app.include_router(_pages())
    app.include_router(_api(settings, slips, translations))
    app.mount("/web/vendor", _Files(_HERE / "vendor", "public, max-age=604800"), "web-vendor")
    app.mount("/web", _Files(_HERE / "static", "no-cache"), "web")


def _pages() -> APIRouter:
    router = APIRouter(include_in_schema=False)
    pages = _Files(_HERE / "pages", "no-cache")

    async def page(name: str, request: Request) -> StarletteResponse:
        return await pages.get_response(name, request.scope)

    @router.get("/")
    async def home(request: Request) -> StarletteResponse:
        return await page("home.html", request)

    @router.get("/kiosk")
    async def kiosk(request: Request) -> StarletteResponse:
        return await page("kiosk.html", request)

    @router.get("/display")
    async def display(request: Request) -> StarletteResponse:
        return await page("display.html", request)

    @router.get("/p/{code}")
    async def phone(code: str, request: Request) -> StarletteResponse:
        return await page("phone.html", request)

    @router.get("/s/{short}")
    async def slip(short: str, request: Request) -> StarletteResponse:
        return await page("phone.html", request)

    @router.get("/sw.js")
    async def service_worker(request: Request) -> StarletteResponse:
        return await page("sw.js", request)

    @router.get("/favicon.ico")
    async def icon(request: Request) -> StarletteResponse:
        return await page("icon.svg", request)

    return router


def _api(settings: Settings, slips: Slips, translations: dict[str, dict[str, str]]) -> APIRouter:
    router = APIRouter(prefix="/api/v1", tags=["pages"])

    def base_url(request: Request) -> str:
        return (settings.public_url or str(request.base_url)).rstrip("/")

    Base = Annotated[str, Depends(base_url)]  # noqa: N806

    @router.get("/i18n/{language}", summary="Strings of the pages, by their Vietnamese source")
    async def strings(language: Literal["vi", "en"]) -> dict[str, str]:
        return translations[language]

    @router.get(
        "/qr.svg",
        summary="QR code of one of our own pages",
        response_class=Response,
        responses={200: {"content": {"image/svg+xml": {}}}},
    )
    async def qr(
        base: Base,
        path: Annotated[str, Query(max_length=120, examples=["/p/1.001193"])],
    ) -> Response:
        if not _OWN_PAGE.fullmatch(path):
            raise LetanError(
                code="qr_path_invalid",
                status=422,
                vi="Chỉ tạo được mã QR cho trang của trung tâm, ví dụ /p/1.001193.",
                en="QR codes are only made for our own pages, for example /p/1.001193.",
                field="path",
            )
        drawing = io.BytesIO()
        segno.make(base + path, error="m", micro=False).save(
            drawing, kind="svg", border=2, xmldecl=False, dark="#0d2b28", light="#ffffff"
        )
        return Response(
            drawing.getvalue(),
            media_type="image/svg+xml",
            headers={"Cache-Control": "no-cache"},
        )

    @router.post("/slips", status_code=201, summary="Make a slip for a phone or a clerk")
    async def make_slip(request: Request, body: SlipIn, base: Base) -> SlipOut:
        catalogue: PublishedCatalogue | None = getattr(request.app.state, "catalogue", None)
        if catalogue is not None:
            catalogue.get(body.procedure)
        return _slip_out(await slips.create(body.procedure, body.case, body.have), base)

    @router.get("/slips/{short}", summary="The slip of a short code")
    async def read_slip(short: str, base: Base) -> SlipOut:
        return _slip_out(await slips.get(short), base)

    return router


def _slip_out(slip: Slip, base: str) -> SlipOut:
    path = f"/p/{slip.procedure}?s={slip.short}"
    return SlipOut(
        short=slip.short,
        procedure=slip.procedure,
        case=slip.case,
        have=list(slip.have),
        expires_at=slip.expires_at,
        path=path,
        url=base + path,
        reachable=urlsplit(base).hostname not in {"localhost", "127.0.0.1", "::1"},
    )


def _read_catalogue() -> dict[str, str]:
    with _CATALOGUE.open("rb") as file:
        messages = read_po(file, locale="en")
    return {
        message.id: message.string
        for message in messages
        if isinstance(message.id, str) and isinstance(message.string, str) and message.id
    }
