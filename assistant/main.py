"""`create_app()`: the rooms wired together, nothing else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from importlib.util import find_spec

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from assistant import __version__, logging, problems
from assistant.guard import Guard
from assistant.health import Health
from assistant.kiosks.service import Kiosks
from assistant.metrics import Metrics
from assistant.security import Access, operator_token
from assistant.settings import ROOT, Settings
from assistant.storage.database import Database
from assistant.storage.migrate import migrate

_ROUTERS = (
    "assistant.channels.rest",
    "assistant.channels.kiosk",
    "assistant.catalogue.endpoints",
    "assistant.centre.endpoints",
    "assistant.robots.endpoints",
    "assistant.voice.endpoints",
    "assistant.kiosks.endpoints",
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
    metrics = Metrics()
    database = Database(settings.database)
    token, _ = operator_token(settings)
    app.state.settings = settings
    app.state.metrics = metrics
    app.state.health = Health(metrics)
    app.state.database = database
    kiosks = Kiosks(settings, database)
    app.state.kiosks = kiosks
    app.state.access = Access(settings, token, kiosks.of_token)
    problems.add_handlers(app, settings.language)
    app.add_middleware(Guard, settings=settings, metrics=metrics)
    _include_probes(app)
    for name in _ROUTERS:
        if find_spec(name) is not None:
            app.include_router(import_module(name).router, prefix="/api/v1")
    if (
        find_spec("assistant.web.endpoints")
        and (ROOT / "assistant/web/locale/en/LC_MESSAGES/web.po").exists()
    ):
        import_module("assistant.web.endpoints").mount(app)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    database: Database = app.state.database
    health: Health = app.state.health
    health.starting("database", required=True)
    try:
        await migrate(database)
        health.ready("database")
        yield
    finally:
        await database.close()


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
        text = app.state.metrics.render()
        return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")
