"""`create_app()`: the rooms wired together, nothing else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from assistant import __version__, console, logging, problems
from assistant.catalogue import endpoints as procedures
from assistant.catalogue import staff_endpoints as editing
from assistant.centre import changing_endpoints as centre_changing
from assistant.centre import endpoints as centre
from assistant.centre import staff_endpoints as notices
from assistant.centre.changes import CentreChanges
from assistant.centre.editing import CentreFiles
from assistant.channels import rest
from assistant.channels.voice_door import endpoints as voice_door
from assistant.channels.voice_door.connections import Connections
from assistant.channels.zalo import bot_webhook, oa_webhook
from assistant.channels.zalo.service import Zalo
from assistant.channels.zalo.simulator import endpoints as simulator
from assistant.conversation import staff_endpoints as figures
from assistant.conversation.effects import Effects
from assistant.conversation.service import Conversations
from assistant.engine.service import Engine
from assistant.errors import LetanError
from assistant.exchange import staff_endpoints as exchange
from assistant.exchange.service import Exchange
from assistant.faq import staff_endpoints as questions
from assistant.guard import Guard
from assistant.health import Health
from assistant.inbox import endpoints as inbox
from assistant.inbox.judging import Judging
from assistant.inbox.reporting import Reporting
from assistant.inbox.service import Inbox
from assistant.kiosks import endpoints as kiosks
from assistant.kiosks import staff_endpoints as pairing
from assistant.kiosks.service import Kiosks
from assistant.metrics import Metrics
from assistant.releases import endpoints as releases
from assistant.releases.content import centre_folder, own_centre
from assistant.releases.plans import Plans
from assistant.releases.service import Releases
from assistant.releases.workshop import Workshop
from assistant.robots import endpoints as robots
from assistant.security import Access, operator_token
from assistant.settings import Settings
from assistant.staff import endpoints as staff
from assistant.staff.service import StaffRoom
from assistant.startup import Background, make, make_centre, make_fleet
from assistant.storage.database import Database
from assistant.voice import endpoints as voice
from assistant.voice.service import Voice
from assistant.voice.timings import VoiceTimings
from assistant.web import endpoints as pages
from assistant.web.service import Slips

_ROUTERS = (
    rest.router,
    procedures.router,
    centre.router,
    robots.router,
    voice.router,
    voice_door.router,
    kiosks.router,
    staff.router,
    editing.router,
    questions.router,
    exchange.router,
    notices.router,
    centre_changing.router,
    pairing.router,
    releases.router,
    figures.router,
    inbox.router,
)


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application. What lives as long as the process is on `app.state`, set here."""
    settings = settings or Settings()
    logging.configure(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    app = FastAPI(
        title="Lễ Tân",
        version=__version__,
        summary="The front desk of a ward's Public Administration Service Centre",
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        responses=problems.RESPONSES,
    )
    token, app.state.operator_token_is_new = operator_token(settings)
    _put_rooms(app, settings, token)
    problems.add_handlers(app, settings.language)
    app.add_middleware(Guard, settings=settings, metrics=app.state.metrics)
    _include_probes(app)
    for router in _ROUTERS:
        app.include_router(router, prefix="/api/v1")
    for webhook in (oa_webhook, bot_webhook):
        app.include_router(webhook.router(settings.zalo))
    if settings.zalo.simulator:
        app.include_router(simulator.router(settings))
    pages.mount(app)
    console.mount(app, token)
    return app


def _put_rooms(app: FastAPI, settings: Settings, token: str) -> None:
    """Build every room; nothing runs yet."""
    state = app.state
    state.settings = settings
    state.metrics = Metrics()
    state.health = Health(state.metrics)
    state.database = Database(settings.database)
    state.kiosks = Kiosks(settings, state.database)
    state.staff = StaffRoom(settings, state.database)
    state.access = Access(settings, token, state.kiosks.of_token)
    state.health.starting("database", required=True)
    state.health.starting("release", required=False)
    state.centre = make_centre(settings, state.database, state.health)
    state.centre_changes = CentreChanges(
        state.database,
        state.centre,
        CentreFiles(own_centre(settings), partial(centre_folder, settings)),
    )
    state.fleet = make_fleet(settings, state.database, state.centre, state.health)
    state.releases = Releases(settings.data_dir, state.database)
    state.catalogue = None
    state.exchange = Exchange(state.database)
    state.engine = Engine(settings, state.health, state.metrics, spare=settings.engine_spare)
    state.workshop = Workshop(settings, state.database, state.releases, state.engine)
    state.plans = Plans(state.database, state.releases, state.workshop)
    state.conversations = Conversations(
        settings,
        state.database,
        engine=state.engine,
        effects=Effects(state.centre, state.fleet),
        metrics=state.metrics,
    )
    state.metrics.open_conversations.set_function(state.conversations.turns_under_way)
    state.inbox = Inbox(state.database, settings.timezone, catalogue=lambda: state.catalogue)
    state.judging = Judging(state.database, lambda: state.engine.release)
    state.reporting = Reporting(
        state.database, state.inbox, settings.timezone, Slips(state.database).procedure_of
    )
    state.zalo = Zalo(
        settings,
        state.database,
        conversations=state.conversations,
        centre=state.centre,
        catalogue=lambda: state.catalogue,
        metrics=state.metrics,
        health=state.health,
        engine=state.engine,
        voice=lambda: state.voice,
    )
    state.voice_timings = VoiceTimings(state.metrics)
    state.voice_connections = Connections()
    state.voice = make(state.health, "speech", lambda: Voice(settings))


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Pages are served as soon as the database is ready; the parts warm up behind them."""
    async with Background(app).running():
        yield


def _include_probes(app: FastAPI) -> None:
    @app.get("/healthz", tags=["operation"], summary="Whether the process answers")
    async def healthz() -> dict[str, str]:
        return {"status": "ok", "version": __version__}

    @app.get("/readyz", tags=["operation"], summary="Whether visitors can be served; 503 when not")
    async def readyz(request: Request) -> JSONResponse:
        health: Health = app.state.health
        language = problems.language_of(request.headers, app.state.settings.language)
        return JSONResponse(
            health.report(language),
            200 if health.is_ready else 503,
            {"Cache-Control": "no-store"},
        )

    @app.get("/metrics", tags=["operation"], summary="Prometheus", response_class=Response)
    async def metrics() -> Response:
        _measure_queues(app)
        text = app.state.metrics.render()
        return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")


def _measure_queues(app: FastAPI) -> None:
    try:
        counters = app.state.centre.context()["counters"]
    except LetanError:  # the centre does not work: its gauges stay away
        return
    for counter, queue in counters.items():
        app.state.metrics.waiting.labels(counter).set(queue["waiting"])
