"""The console's pages as NiceGUI draws them; imported when the first clerk comes."""

from fastapi import FastAPI, Request
from nicegui import core, ui

from assistant.console.acting import Acting
from assistant.console.overview import Overview
from assistant.console.robots import Robots
from assistant.console.spoken_turns import SpokenTurns
from assistant.console.wording import language_of, say


def pages(letan: FastAPI) -> FastAPI:
    """An application of its own with the console's pages; its lifespan runs NiceGUI."""

    def acting(request: Request) -> Acting:
        return Acting(request.state.staff, letan.state.staff)

    async def overview(request: Request) -> None:
        language = language_of(request)
        ui.colors(primary="#0b4a46", negative="#b00c1c")
        ui.page_title(say(language, "Lễ Tân: bàn làm việc"))
        await Overview(letan, language, acting(request)).build()

    def spoken_turns(request: Request) -> None:
        language = language_of(request)
        ui.colors(primary="#0b4a46", negative="#b00c1c")
        ui.page_title(say(language, "Lễ Tân: các lượt nói"))
        SpokenTurns(letan, language).build()

    async def robots(request: Request) -> None:
        language = language_of(request)
        ui.colors(primary="#0b4a46", negative="#b00c1c")
        ui.page_title(say(language, "Lễ Tân: robot"))
        await Robots(letan, language, acting(request)).build()

    drawn = {"/": overview, "/voice": spoken_turns, "/robots": robots}
    # NiceGUI keeps one application for the process: the newest desk owns it, as if it were fresh.
    core.app.middleware_stack = None
    core.app.user_middleware.clear()
    core.app.routes[:] = [r for r in core.app.routes if getattr(r, "path", "") not in drawn]
    for path, page in drawn.items():
        ui.page(path, language="vi")(page)
    shell = FastAPI(openapi_url=None)
    ui.run_with(shell, mount_path="/", tailwind=True, show_welcome_message=False)
    return shell
