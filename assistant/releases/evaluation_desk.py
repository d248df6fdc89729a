"""A desk of its own for measuring: the rooms behind the API's door, on a fresh database.

It is always Monday morning, robots are simulated whatever `letan.toml` says, and nothing that is
said here is kept. Conversations go through `Conversations.handle` with all effects, as on HTTP.
"""

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from assistant.centre.service import Centre
from assistant.conversation.effects import Effects
from assistant.conversation.service import Conversations
from assistant.conversation.turns import Message
from assistant.engine.client import TurnReply, TurnRequest
from assistant.engine.service import PART, Engine, unavailable
from assistant.errors import LetanError
from assistant.health import Health
from assistant.metrics import Metrics
from assistant.releases.content import centre_folder
from assistant.releases.evaluation_files import Row
from assistant.releases.scoring import differences, reply_words
from assistant.robots.service import Fleet
from assistant.security import Principal
from assistant.settings import KioskSettings, RobotSettings, Settings
from assistant.storage.database import Database
from assistant.storage.migrate import migrate

_START_SECONDS = 180.0
_STARTS_BEFORE_GIVING_UP = 3
_ROBOT_SECONDS = 20.0
_KIOSK, _ROBOT = "kiosk-1", "robot-1"
_MORNING = datetime.fromisoformat("2026-11-23T09:00:00+07:00")

CONTEXT: dict[str, Any] = {
    "now": _MORNING.isoformat(),
    "channel": "kiosk",
    "can_move": True,
    "robot": {"id": "evaluation", "name": "Evaluation", "state": "idle"},
    "centre": {
        "open_now": True,
        "opens_at": None,
        "closes_at": "2026-11-23T11:30:00+07:00",
        "reason": None,
        "hours": {"vi": "7:30–11:30, 13:00–17:00", "en": "7:30–11:30, 13:00–17:00"},
    },
    "counters": {},
    "offices": {},
    "notices": [],
}
"""A Monday morning at a kiosk that may lead visitors: figures must not depend on the clock."""


def morning_at(folder: Path) -> dict[str, Any]:
    """`CONTEXT` with every counter and office of a release open and nobody waiting."""
    static = json.loads((folder / "centre.json").read_text(encoding="utf-8"))
    counter = {"open": True, "opens_at": None, "tickets": True, "waiting": 0}
    return {
        **CONTEXT,
        "counters": {
            str(c["id"]): {**counter, "expected_wait_minutes": 0}
            for c in static.get("counters") or ()
        },
        "offices": {
            str(o["id"]): {"open": True, "opens_at": None} for o in static.get("offices") or ()
        },
    }


@asynccontextmanager
async def serving(settings: Settings, folder: Path) -> AsyncIterator[tuple[Engine, Settings]]:
    """An engine on a release and a data folder of its own; both are gone afterwards.

    Raises LetanError `release_missing`, `release_damaged`, `engine_unavailable`.
    """
    with tempfile.TemporaryDirectory(prefix="letan-evaluate-") as scratch:
        own = settings.model_copy(
            update={
                "data_dir": Path(scratch),
                "database_url": None,
                "robots": [RobotSettings(id=_ROBOT)],
                "kiosks": [KioskSettings(id=_KIOSK, robot=_ROBOT)],
            }
        )
        metrics = Metrics()
        health = Health(metrics)
        engine = Engine(own, health, metrics)
        try:
            await engine.start(folder)
            await _engine_ready(engine, health)
            yield engine, own
        finally:
            await engine.close()


async def _engine_ready(engine: Engine, health: Health) -> None:
    """Raises LetanError `engine_unavailable` with the reason, soon when there is no hope."""
    loop = asyncio.get_running_loop()
    end = loop.time() + _START_SECONDS
    while not await engine.wait_ready(0.5):
        if engine.starts >= _STARTS_BEFORE_GIVING_UP or loop.time() > end:
            part = health.part(PART)
            raise unavailable("not ready", part.vi if part else None, part.en if part else None)


class _Overheard(Engine):
    """The running engine; remembers the topic that it told last, which no visitor is told."""

    def __init__(self, engine: Engine) -> None:
        # No Engine of its own: everything but `turn` is the running one's.
        self._engine = engine
        self.topic: str | None = None

    @property
    def release(self) -> str | None:
        return self._engine.release

    async def turn(self, request: TurnRequest) -> TurnReply:
        reply = await self._engine.turn(request)
        self.topic = reply.topic
        return reply

    async def forget(self, conversation: str) -> None:
        await self._engine.forget(conversation)


class Desk:
    """Plays conversations; made by `desk_for`."""

    def __init__(
        self, settings: Settings, database: Database, centre: Centre, engine: Engine
    ) -> None:
        self._settings = settings
        self._database = database
        self._centre = centre
        self._engine = engine

    async def play(self, dialogue: Row) -> list[dict[str, Any]]:
        """A row a turn. Where a mission is expected, a kiosk with a robot at home opens it."""
        kiosk = any(turn["expect"]["kind"] == "mission" for turn in dialogue["turns"])
        robots = self._settings.robots if kiosk else []
        fleet = Fleet(robots, self._centre.map, self._centre.static()["places"])
        overheard = _Overheard(self._engine)
        conversations = Conversations(
            self._settings,
            self._database,
            engine=overheard,
            effects=Effects(self._centre, fleet),
            metrics=Metrics(),
            clock=lambda: _MORNING,
        )
        try:
            await fleet.start()
            if kiosk:
                await _robot_ready(fleet)
            opened = await conversations.open(
                "kiosk" if kiosk else "rest", _KIOSK if kiosk else None, None, Principal("operator")
            )
            return [
                await _turn(conversations, overheard, opened.id, dialogue, number)
                for number in range(1, len(dialogue["turns"]) + 1)
            ]
        finally:
            await fleet.close()


@asynccontextmanager
async def desk_for(settings: Settings, own: Settings, engine: Engine) -> AsyncIterator[Desk]:
    """`settings` tell where the centre's content is, `own` where everything is written."""
    database = Database(own.database)
    try:
        await migrate(database)
        centre = Centre(database, centre_folder(settings), clock=lambda: _MORNING)
        await centre.start()
        try:
            yield Desk(own, database, centre, engine)
        finally:
            await centre.close()
    finally:
        await database.close()


async def _turn(
    conversations: Conversations, overheard: _Overheard, id_: str, dialogue: Row, number: int
) -> dict[str, Any]:
    turn = dialogue["turns"][number - 1]
    language = dialogue.get("language") if number == 1 else None
    message = Message(text=turn["user"], language=language, message_id=f"turn-{number}")
    try:
        data = (await conversations.handle(id_, message)).data()
    except LetanError as error:
        return _row(dialogue, number, None, [f"error: {error.code}"])
    reply = TurnReply(
        data["language"], data["outcome"], data["understanding"], data["parts"], overheard.topic
    )
    return _row(dialogue, number, reply, differences(turn["expect"], reply))


def _row(
    dialogue: Row, number: int, reply: TurnReply | None, problems: list[str]
) -> dict[str, Any]:
    turn: Mapping[str, Any] = dialogue["turns"][number - 1]
    understanding = reply.understanding if reply is not None else {}
    return {
        "id": dialogue["id"],
        "turn": number,
        "user": turn["user"],
        "as_expected": not problems,
        "expected": turn["expect"],
        "got": {
            "topic": reply.topic if reply is not None else None,
            "kinds": [str(p.get("type")) for p in reply.parts] if reply is not None else [],
            "outcome": reply.outcome if reply is not None else "error",
            "intent": understanding.get("intent"),
            "procedures": understanding.get("procedures") or [],
            "aspects": understanding.get("aspects") or [],
        },
        "problems": problems,
        "topic": reply.topic if reply is not None else None,
        "reply": reply_words(reply) if reply is not None else "",
    }


async def _robot_ready(fleet: Fleet) -> None:
    """Wait until the simulated robot tells where it is. Raises LetanError when it never does."""

    async def known() -> None:
        async for robot in fleet.states(_ROBOT):
            if robot.link == "up" and robot.pose is not None:
                return

    try:
        await asyncio.wait_for(known(), _ROBOT_SECONDS)
    except TimeoutError as error:
        raise LetanError(
            "robot_unavailable", 503, "Robot mô phỏng không chạy.", "The simulated robot is silent."
        ) from error


Played = Callable[[int, int], None]
"""Told after each row: how many were played, and of how many."""


def unseen(_done: int, _of: int) -> None:
    """Nobody watches."""


async def play_dialogues(
    desk: Desk, dialogues: list[Row], played: Played = unseen
) -> list[dict[str, Any]]:
    """Every conversation by itself, in the order of the file; a row a turn."""
    rows = []
    for done, dialogue in enumerate(dialogues, start=1):
        rows += await desk.play(dialogue)
        played(done, len(dialogues))
    return rows
