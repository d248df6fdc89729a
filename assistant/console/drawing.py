"""The console's pages as NiceGUI draws them; imported when the first clerk comes."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import FastAPI, Request
from nicegui import core, ui

from assistant.console.acting import Acting
from assistant.console.catalogue import CatalogueList
from assistant.console.catalogue_entry import CatalogueEntry
from assistant.console.centre import CentrePage
from assistant.console.exchange import ExchangePage
from assistant.console.faq import FaqList
from assistant.console.faq_entry import FaqPage
from assistant.console.figures import FiguresPage
from assistant.console.frame import bar
from assistant.console.inbox import InboxPage
from assistant.console.notices import NoticesPage
from assistant.console.overview import Overview
from assistant.console.release_compare import draw_comparison
from assistant.console.release_one import ReleasePage
from assistant.console.releases import ReleasesPage
from assistant.console.robots import Robots
from assistant.console.spoken_turns import SpokenTurns
from assistant.console.wording import language_of, say
from assistant.errors import Language, LetanError


@dataclass(frozen=True, slots=True)
class Opened:
    """A page that somebody opens."""

    letan: FastAPI
    language: Language
    acting: Acting
    request: Request


_SECONDS = 30.0
"""Within which a page is drawn, on a machine that trains meanwhile."""
Draw = Callable[[Opened], Awaitable[None]]


async def _overview(page: Opened) -> None:
    await Overview(page.letan, page.language, page.acting).build()


async def _spoken_turns(page: Opened) -> None:
    SpokenTurns(page.letan, page.language).build()


async def _robots(page: Opened) -> None:
    await Robots(page.letan, page.language, page.acting).build()


async def _releases(page: Opened) -> None:
    await ReleasesPage(page.letan, page.language, page.acting).build()


async def _release(page: Opened) -> None:
    found = ReleasePage(page.letan, page.language, page.acting, page.request.path_params["release"])
    await found.build(page.request.query_params.get("show", ""))


async def _comparison(page: Opened) -> None:
    later, earlier = page.request.path_params["release"], page.request.query_params.get("other", "")
    await draw_comparison(page.letan, page.language, later, earlier)


async def _inbox(page: Opened) -> None:
    await InboxPage(page.letan, page.language, page.acting, page.request).build()


async def _centre(page: Opened) -> None:
    await CentrePage(page.letan, page.language, page.acting).build()


async def _notices(page: Opened) -> None:
    await NoticesPage(page.letan, page.language, page.acting).build()


async def _catalogue(page: Opened) -> None:
    await CatalogueList(page.letan, page.language, page.request.query_params).build()


async def _procedure(page: Opened) -> None:
    code = page.request.path_params["code"]
    await CatalogueEntry(page.letan, page.language, page.acting, code).build()


async def _questions(page: Opened) -> None:
    await FaqList(page.letan, page.language, page.request.query_params).build()


async def _question(page: Opened) -> None:
    id_, asked = page.request.path_params["id"], page.request.query_params.get("question", "")
    await FaqPage(page.letan, page.language, page.acting, id_, asked).build()


async def _files(page: Opened) -> None:
    await ExchangePage(page.letan, page.language, page.acting).build()


async def _figures(page: Opened) -> None:
    await FiguresPage(page.letan, page.language, page.request).build()


_PAGES: dict[str, tuple[str, str, Draw]] = {
    "/": ("Lễ Tân: bàn làm việc", "", _overview),
    "/voice": ("Lễ Tân: các lượt nói", "", _spoken_turns),
    "/releases": ("Lễ Tân: phát hành", "release:read", _releases),
    "/releases/{release}": ("Lễ Tân: phát hành", "release:read", _release),
    "/releases/{release}/compare": ("Lễ Tân: phát hành", "release:read", _comparison),
    "/inbox": ("Lễ Tân: hộp thư", "inbox:read", _inbox),
    "/centre": ("Lễ Tân: trung tâm", "centre:read", _centre),
    "/notices": ("Lễ Tân: thông báo", "notice:read", _notices),
    "/catalogue": ("Lễ Tân: thủ tục", "catalogue:read", _catalogue),
    "/catalogue/{code}": ("Lễ Tân: thủ tục", "catalogue:read", _procedure),
    "/faq": ("Lễ Tân: hỏi đáp", "faq:read", _questions),
    "/faq/{id}": ("Lễ Tân: hỏi đáp", "faq:read", _question),
    "/exchange": ("Lễ Tân: Excel, YAML", "catalogue:read", _files),
    "/figures": ("Lễ Tân: số liệu", "figures:read", _figures),
    "/robots": ("Lễ Tân: robot", "robot:read", _robots),
}
"""Path → its title in Vietnamese, the right it needs, what draws it."""


def pages(letan: FastAPI) -> FastAPI:
    """An application of its own with the console's pages; its lifespan runs NiceGUI."""
    # NiceGUI keeps one application for the process: the newest desk owns it, as if it were fresh.
    core.app.middleware_stack = None
    core.app.user_middleware.clear()
    core.app.routes[:] = [r for r in core.app.routes if getattr(r, "path", "") not in _PAGES]
    for path, (title, right, draw) in _PAGES.items():
        ui.page(path, language="vi", response_timeout=_SECONDS)(_page(letan, title, right, draw))
    shell = FastAPI(openapi_url=None)
    ui.run_with(shell, mount_path="/", tailwind=True, show_welcome_message=False)
    return shell


def _page(
    letan: FastAPI, title: str, right: str, draw: Draw
) -> Callable[[Request], Awaitable[None]]:
    async def page(request: Request) -> None:
        language = language_of(request)
        acting = Acting(request.state.staff, letan.state.staff)
        ui.colors(primary="#0b4a46", negative="#b00c1c")
        ui.page_title(say(language, title))
        try:
            if right:
                await acting.check(right)
            await draw(Opened(letan, language, acting, request))
        except LetanError as error:
            client = ui.context.client
            client.content.clear()
            if not any(isinstance(each, ui.header) for each in client.elements.values()):
                bar(language, "Bàn làm việc của cán bộ")
            with ui.column().classes("desk"):
                ui.label(error.text(language)).classes("desk-need").props("role=alert")

    return page
