"""The imaginary robot of docs/new-robot.md, behind a real HTTP server."""

import asyncio
import math
from typing import Any

import uvicorn
from fastapi import FastAPI
from ros_nav import SUCCEEDED, NavGoal, NavRobot

OUTCOMES = {SUCCEEDED: "reached", 5: "cancelled", 6: "failed"}


class CuckooBody:
    """Answers to what the example driver asks; drives as the scripted ROS robot does."""

    def __init__(self) -> None:
        self.robot = NavRobot()
        self.localised = True
        self.answer: dict[str, Any] = {}
        """What its status says instead of the truth."""
        self.asked: list[str] = []
        self.goal: str | None = None
        self.outcome: str | None = None
        self.port = 0
        self._server: uvicorn.Server | None = None
        self._serving: asyncio.Task[None] | None = None

    def application(self) -> FastAPI:
        app = FastAPI()

        @app.get("/status")
        async def status() -> dict[str, Any]:
            return self.status() | self.answer

        @app.post("/goto")
        async def goto(body: dict[str, Any]) -> dict[str, Any]:
            self.asked.append("goto")
            self.drive(body)
            return {}

        @app.post("/halt")
        async def halt(body: dict[str, Any]) -> dict[str, Any]:
            self.asked.append("halt")
            self.robot.cancel()
            return {}

        @app.post("/speed")
        async def speed(body: dict[str, Any]) -> dict[str, Any]:
            self.robot.ceiling = body["speed"]
            return {}

        return app

    def status(self) -> dict[str, Any]:
        robot = self.robot
        return {
            "x": robot.x,
            "y": robot.y,
            "heading": robot.theta,
            "speed": robot.speed,
            "localised": self.localised,
            "emergency": robot.e_stop,
            "manual": robot.manual,
            "battery": 80.0,
            "goal": self.goal,
            "outcome": self.outcome,
            "remaining": 1.0,
        }

    def drive(self, body: dict[str, Any]) -> None:
        half = body["heading"] / 2
        position = {"x": body["x"], "y": body["y"]}
        orientation = {"z": math.sin(half), "w": math.cos(half)}
        args = {"pose": {"pose": {"position": position, "orientation": orientation}}}
        self.goal, self.outcome = body["id"], "driving"
        self.robot.ceiling = body["speed"]

        def ended(status: int, _: dict[str, Any]) -> None:
            if self.goal == body["id"]:
                self.outcome = OUTCOMES[status]

        self.robot.begin(NavGoal("/navigate_to_pose", args, lambda _: None, ended))

    # --- its server ---

    async def open(self, port: int) -> None:
        self.port = port
        config = uvicorn.Config(
            self.application(), host="127.0.0.1", port=port, log_config=None, lifespan="off"
        )
        self._server = uvicorn.Server(config)
        self._serving = asyncio.create_task(self._server._serve())
        while not self._server.started:
            assert not self._serving.done()
            await asyncio.to_thread(lambda: None)

    def kill(self) -> None:
        """As ``kill -9``: nobody listens any more, every connection is reset."""
        assert self._server is not None
        for server in self._server.servers:
            server.close()
        for connection in list(self._server.server_state.connections):
            connection.transport.abort()

    async def close(self) -> None:
        assert self._server is not None
        assert self._serving is not None
        self.kill()
        self._server.should_exit = True
        await asyncio.wait_for(self._serving, 10)
