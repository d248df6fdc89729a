"""A fleet in the lobby that ships, served as the application serves it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
import yaml
from fastapi import FastAPI

from assistant import problems
from assistant.robots.endpoints import router
from assistant.robots.service import Fleet
from assistant.security import Access, hash_token
from assistant.settings import ROOT, KioskSettings, RobotSettings, Settings
from robot_bridge.clock import Clock
from robot_bridge.lobby_map import load_map

OPERATOR = {"Authorization": "Bearer operator-secret"}
KIOSK_1 = {"Authorization": "Bearer kiosk-1-secret"}
KIOSK_2 = {"Authorization": "Bearer kiosk-2-secret"}
CENTRE = ROOT / "data" / "centre"


def places() -> list[dict[str, Any]]:
    """Those that ship, in the form of centre.json."""
    found: list[dict[str, Any]] = yaml.safe_load((CENTRE / "places.yaml").read_text("utf-8"))[
        "places"
    ]
    for place in found:
        place.setdefault("name", {"vi": f"Quầy {place['id']}", "en": f"Counter {place['id']}"})
    return found


def fleet_of(clock: Clock, **options: Any) -> Fleet:
    robots = [RobotSettings(id="robot-1"), RobotSettings(id="robot-2", name="Bé Na")]
    return Fleet(robots, load_map(CENTRE / "map.yaml"), places(), clock, **options)


def application(fleet: Fleet, folder: Path) -> FastAPI:
    """The robots' door with the application's own errors and tokens; no database behind it."""
    settings = Settings(
        data_dir=folder,
        robots=[RobotSettings(id="robot-1"), RobotSettings(id="robot-2")],
        kiosks=[
            KioskSettings(id="kiosk-1", robot="robot-1"),
            KioskSettings(id="kiosk-2", robot=None),
        ],
    )
    kiosks = {hash_token("kiosk-1-secret"): "kiosk-1", hash_token("kiosk-2-secret"): "kiosk-2"}

    async def kiosk_of(token_hash: str) -> str | None:
        return kiosks.get(token_hash)

    app = FastAPI(responses=problems.RESPONSES)
    app.state.fleet = fleet
    app.state.settings = settings
    app.state.access = Access(settings, "operator-secret", kiosk_of)
    problems.add_handlers(app, "vi")
    app.include_router(router, prefix="/api/v1")
    return app


@dataclass
class Served:
    """Where a real server answers."""

    port: int
    fleet: Fleet

    @property
    def http(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/v1"

    @property
    def ws(self) -> str:
        return f"ws://127.0.0.1:{self.port}/api/v1"


@asynccontextmanager
async def serve(fleet: Fleet, folder: Path) -> AsyncIterator[Served]:
    """A real uvicorn on a port of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(
            uvicorn.Config(application(fleet, folder), log_level="warning", lifespan="off")
        )
        running = asyncio.create_task(server.serve(sockets=[listening]))
        await fleet.start()
        try:
            yield Served(listening.getsockname()[1], fleet)
        finally:
            await fleet.close()
            server.should_exit = True
            await asyncio.wait_for(running, 20)
