"""Releases that are to be put in force at a time: kept in the database, done by one process.

The wall clock decides, looked at every second, so that a restart or a clock that is set loses
nothing. A time that passed long ago (the server was off, the clock jumped) is told, not made up
for: nobody expects another release in the middle of a morning.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog

from assistant.errors import LetanError
from assistant.releases import repository
from assistant.releases.service import Releases
from assistant.releases.tables import PlanRow
from assistant.releases.workshop import Publish, Workshop
from assistant.staff import audit
from assistant.staff.audit import Who
from assistant.storage.database import Database

log = structlog.get_logger(__name__)

_LOOK_SECONDS = 1.0
LATEST = timedelta(hours=1)
"""How long after its time a publication is still made."""
_GIVEN_UP = timedelta(minutes=4)
"""After that a publication under way was left by a process that died."""
_FARTHEST = timedelta(days=366)
_MISSED = (
    "Lúc đến giờ phát hành máy chủ không chạy, hoặc đồng hồ bị chỉnh. Hãy phát hành lại bằng tay.",
    "At its time the server did not run, or the clock was set. Publish it by hand.",
)


class Plans:
    """On `app.state.plans`."""

    def __init__(
        self,
        database: Database,
        releases: Releases,
        workshop: Workshop,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._releases = releases
        self._workshop = workshop
        self._clock = clock

    async def plan(self, release: str, at: datetime, who: Who) -> PlanRow:
        """Raises LetanError `plan_time_wrong`, `release_planned`, `release_unjudged`,
        `release_worse`, `release_unknown`, `release_damaged`."""
        now = self._clock()
        if not now < at <= now + _FARTHEST:
            raise LetanError(
                "plan_time_wrong",
                422,
                "Giờ phát hành phải ở tương lai, trong vòng một năm.",
                "The time of publication is in the future, within a year.",
                field="at",
            )
        await self._releases.verify(release)
        await self._workshop.check_judged(release)
        row = PlanRow(
            release=release, at=at, state="planned", who=who.name, role=who.role, created_at=now
        )
        async with self._database.session() as session:
            before = await repository.open_plans(session)
            if before:
                raise _planned(before[0])
            session.add(row)
            after = at.astimezone(UTC).isoformat(timespec="seconds")
            await audit.append(session, who, "release.planned", release, after=after, now=now)
        return row

    async def cancel(self, release: str, who: Who) -> None:
        """Raises LetanError `plan_unknown`; one under way cannot be stopped any more."""
        now = self._clock()
        async with self._database.session() as session:
            for row in await repository.open_plans(session):
                values = {"state": "cancelled", "ended_at": now}
                if row.release == release and await repository.end_plan(
                    session, row.id, ["planned"], values
                ):
                    before = row.at.isoformat(timespec="seconds")
                    await audit.append(
                        session, who, "release.plan_cancelled", release, before=before, now=now
                    )
                    return
        raise LetanError(
            "plan_unknown",
            404,
            "Bản này không có lịch phát hành nào còn hủy được.",
            "This release has no planned publication that could still be cancelled.",
            field="release",
        )

    async def newest(self, limit: int = 20) -> list[PlanRow]:
        """Newest first, whatever became of them."""
        async with self._database.reading() as session:
            return list(await repository.plans(session, limit))

    async def follow(self, publish: Publish) -> None:
        """Publish what is due, until cancelled."""
        while True:
            try:
                await self.publish_due(publish)
            except LetanError as error:  # the database does not answer: the next look tries again
                log.warning("plans not read", code=error.code)
            await asyncio.sleep(_LOOK_SECONDS)

    async def publish_due(self, publish: Publish) -> None:
        """Everything whose time has come. Raises LetanError `database_busy`."""
        async with self._database.reading() as session:
            rows = await repository.open_plans(session)
        for row in rows:
            now = self._clock()
            if row.at > now:
                continue
            async with self._database.session() as session:
                mine = await repository.take_plan(session, row.id, now, now - _GIVEN_UP)
            if mine:
                await self._publish(row, now, publish)

    async def _publish(self, row: PlanRow, now: datetime, publish: Publish) -> None:
        live = await self._releases.published()
        problem: tuple[str, str] | None = None
        try:
            if live is not None and live.id == row.release:
                pass  # a process that died had come so far
            elif row.state == "planned" and now - row.at > LATEST:
                problem = _MISSED
            else:
                await self._workshop.publish(row.release, Who(row.who, row.role), publish)
        except asyncio.CancelledError:
            await self._end(row.id, {"state": "planned", "taken_at": None})
            raise
        except LetanError as error:
            problem = error.vi, error.en
        except Exception:  # the border of a publication: the desk goes on
            log.exception("planned release not published", release=row.release)
            problem = "Lỗi phần mềm; xem nhật ký của máy chủ.", "A fault; see the server's log."
        values = {"state": "done", "ended_at": self._clock()}
        if problem is not None:
            log.error("planned release not published", release=row.release, reason=problem[1])
            values |= {"state": "failed", "problem_vi": problem[0], "problem_en": problem[1]}
        await self._end(row.id, values)

    async def _end(self, id_: int, values: dict[str, object]) -> None:
        async with self._database.session() as session:
            await repository.end_plan(session, id_, ["running"], values)


def _planned(row: PlanRow) -> LetanError:
    at = row.at.isoformat(timespec="minutes")
    return LetanError(
        "release_planned",
        409,
        f"Bản {row.release} đã có lịch phát hành lúc {at}. Hãy hủy lịch ấy trước.",
        f"{row.release} is to be published at {at}. Cancel that first.",
    )
