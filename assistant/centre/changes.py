"""What staff change of the centre: written, logged, in force at once in every process."""

import asyncio
from datetime import datetime
from typing import Any

from assistant.centre.editing import CentreFiles, Part
from assistant.centre.model import Content, Session
from assistant.centre.service import Centre
from assistant.errors import LetanError
from assistant.staff import audit
from assistant.staff.audit import Who
from assistant.storage.database import Database

_ROOM = 0.3
"""Metres between a place where a robot stops and the nearest wall."""


class CentreChanges:
    """On `app.state.centre_changes`."""

    def __init__(self, database: Database, centre: Centre, files: CentreFiles) -> None:
        self._database = database
        self._centre = centre
        self._files = files

    async def read(self) -> tuple[str, dict[Part, Any], int]:
        """The version, each file's values, and how many saves can be taken back."""
        version, parts = await asyncio.to_thread(self._files.read)
        return version, parts, await asyncio.to_thread(self._files.undoable)

    async def save(self, part: Part, values: Any, version: str, who: Who) -> None:
        """Replace one file. Raises LetanError `centre_changed`, `centre_content_invalid`,
        `place_without_room`."""
        async with self._database.session() as session:
            before = await asyncio.to_thread(self._files.save, part, values, version, self._check)
            await audit.append(
                session,
                who,
                "centre.changed",
                part,
                before=before,
                after=values,
                now=self._centre.now(),
            )
        await self._centre.reload()

    async def undo(self, version: str, who: Who) -> Part:
        """Take the newest save back. Raises LetanError as `save` does, `centre_first`."""
        async with self._database.session() as session:
            part = await asyncio.to_thread(self._files.undo, version, self._check)
            await audit.append(session, who, "centre.undone", part, now=self._centre.now())
        await self._centre.reload()
        return part

    async def close_counter(self, counter: str, who: Who, vi: str, en: str) -> None:
        """Closed from this minute to the end of the day. Raises LetanError as `save` does."""
        self._centre.counter(counter)
        version, parts, _ = await self.read()
        hours = parts["hours"]
        now = self._centre.now().astimezone(self._centre.content.hours.timezone)
        plan = self._centre.schedules.counters[counter].plan(now.date())
        closure = {
            "from": now.date().isoformat(),
            "counters": [counter],
            "reason": {"vi": vi, "en": en},
            "sessions": _until(plan.sessions, now),
        }
        hours["closures"] = [closure, *(hours.get("closures") or ())]
        await self.save("hours", hours, version, who)

    async def open_counter(self, counter: str, who: Who) -> None:
        """Back to its usual hours. Raises LetanError `counter_not_closed` and as `save` does."""
        self._centre.counter(counter)
        version, parts, _ = await self.read()
        hours, today = parts["hours"], self.today()
        left = [
            closure
            for closure in hours.get("closures") or ()
            if not (closure.get("from") == today and closure.get("counters") == [counter])
        ]
        if len(left) == len(hours.get("closures") or ()):
            raise LetanError(
                "counter_not_closed",
                409,
                "Quầy này hôm nay không bị đóng riêng; xem giờ làm việc.",
                "This counter was not closed by itself today; look at the hours.",
                field="counter",
            )
        hours["closures"] = left
        await self.save("hours", hours, version, who)

    async def closed_today(self) -> set[str]:
        """Counters that were closed by themselves today."""
        today = self.today()
        return {
            next(iter(closure.counters))
            for closure in self._centre.content.hours.closures
            if closure.first.isoformat() == today
            and closure.counters is not None
            and len(closure.counters) == 1
        }

    def today(self) -> str:
        zone = self._centre.content.hours.timezone
        return self._centre.now().astimezone(zone).date().isoformat()

    def _check(self, content: Content) -> None:
        """A place that was moved has room for a robot."""
        lobby, known = self._centre.map, self._centre.content.places
        for place in content.places.values():
            before = known.get(place.id)
            if before is not None and before.pose == place.pose:
                continue
            if lobby.clearance(place.pose.x, place.pose.y) < _ROOM:
                raise LetanError(
                    "place_without_room",
                    422,
                    f"“{place.name.vi}” đặt sát tường hoặc ngoài sảnh, robot không đứng được. "
                    "Hãy đặt vào chỗ trống.",
                    f"“{place.name.en}” stands in a wall or outside the lobby; a robot has no "
                    "room there. Put it where it is free.",
                    field=place.id,
                )


def _until(sessions: tuple[Session, ...], now: datetime) -> list[dict[str, str]]:
    """What of a day's hours was over at ``now``."""
    clock = now.time().replace(second=0, microsecond=0)
    return [
        {
            "from": session.start.strftime("%H:%M"),
            "to": min(session.end, clock).strftime("%H:%M"),
        }
        for session in sessions
        if session.start < clock
    ]
