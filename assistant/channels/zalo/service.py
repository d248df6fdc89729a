"""Citizens on Zalo: the rooms of the channel put together. On `app.state.zalo`."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from assistant.catalogue.view import PublishedCatalogue
from assistant.centre.service import Centre
from assistant.channels.zalo import inbox
from assistant.channels.zalo.desk import Desk
from assistant.channels.zalo.door import Door
from assistant.channels.zalo.map_picture import draw
from assistant.channels.zalo.outbound import Outbound
from assistant.channels.zalo.replies import Replies
from assistant.channels.zalo.silence import Silence
from assistant.channels.zalo.simulator.phones import Phones
from assistant.channels.zalo.surroundings import Surroundings, surroundings
from assistant.channels.zalo.voice_notes import VoiceNotes
from assistant.conversation.service import Conversations
from assistant.engine.service import Engine
from assistant.health import Health
from assistant.metrics import Metrics
from assistant.settings import Settings
from assistant.storage.database import Database
from assistant.voice.service import Voice


class Zalo:
    """Both products of the platform in one process."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        *,
        conversations: Conversations,
        centre: Centre,
        catalogue: Callable[[], PublishedCatalogue | None],
        metrics: Metrics,
        health: Health,
        engine: Engine,
        voice: Callable[[], Voice],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock

        def around() -> Surroundings:
            return surroundings(centre, catalogue(), settings.public_url)

        notes = VoiceNotes(voice, engine.parse, settings.zalo)
        self.replies = Replies(
            settings, database, conversations, around=around, notes=notes, clock=clock
        )
        self.desk = Desk(
            settings.zalo,
            database,
            self.replies,
            metrics=metrics,
            written=self._written,
            clock=clock,
        )
        self.door = Door(
            settings.zalo,
            database,
            metrics=metrics,
            health=health,
            arrived=self.desk.wake,
            clock=clock,
        )
        self.phones = Phones(clock) if settings.zalo.simulator else None
        self.outbound = Outbound(
            settings,
            database,
            health=health,
            metrics=metrics,
            draw=partial(draw, centre),
            phones=self.phones,
            clock=clock,
        )
        self._silence = Silence(settings.zalo, database, centre, health, clock)

    @property
    def is_used(self) -> bool:
        zalo = self._settings.zalo
        return zalo.has_oa or zalo.has_bot or zalo.simulator

    async def start(self) -> None:
        """The database is ready; turns are answered as soon as the engine is."""
        self.door.start()
        self.desk.start()
        self.outbound.start()

    async def close(self) -> None:
        await self.desk.close()
        await self.outbound.close()

    async def sweep(self) -> None:
        """Once a minute: retention, and whether anything comes in at all."""
        now = self._clock()
        await self._database.write(
            partial(
                inbox.sweep,
                taken_before=now - timedelta(hours=self._settings.zalo.remember_hours),
                seen_before=now - timedelta(days=self._settings.retention_days),
            )
        )
        await self.replies.overwrite()
        await self._silence.look()

    def _written(self) -> None:
        """Replies are waiting to be sent."""
        self.outbound.wake()
