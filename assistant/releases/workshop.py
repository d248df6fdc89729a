"""Releases made by the staff: build, judge what would change, publish, roll back."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import IO, Any, Literal

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.engine.service import Engine
from assistant.errors import LetanError
from assistant.releases import repository
from assistant.releases.build import build, new_id
from assistant.releases.build_site import FULL, BuildLog, check_space, disk_full, take_lock
from assistant.releases.impact import Answer, Difference, ask_all, asked, compare
from assistant.releases.service import Record, Release, Releases
from assistant.releases.tables import BuildRow, DifferenceRow
from assistant.settings import Settings
from assistant.staff import audit
from assistant.staff.audit import Who
from assistant.storage.database import Database

log = structlog.get_logger(__name__)

Verdict = Literal["better", "same", "worse"]
Publish = Callable[[str, Record | None], Awaitable[Release]]
"""Move turns over to a release and put it in force; who did it is written with it."""
_LOOK_BACK = timedelta(days=30)
_INTERRUPTED = (
    "Máy chủ đã dừng trong khi tạo bản này. Hãy tạo lại; bản đang dùng không thay đổi.",
    "The server stopped while this was being built. Build again; the one in use is unchanged.",
)


_FAULT = (
    "Lỗi phần mềm khi tạo bản mới; xem nhật ký của máy chủ.",
    "A fault of the software; see the server's log.",
)


class Workshop:
    """One build at a time; on `app.state.workshop`."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        releases: Releases,
        engine: Engine,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._settings = settings
        self._database = database
        self._releases = releases
        self._engine = engine
        self._clock = clock
        self._building: asyncio.Task[None] | None = None
        self._release = ""

    async def start(self) -> None:
        """What a stop interrupted has failed, and nothing of it stays; what another process is
        building goes on."""
        lock = await asyncio.to_thread(take_lock, self._settings.data_dir)
        if lock is None:
            return
        try:
            await self._clear()
        finally:
            lock.close()

    async def _clear(self) -> None:
        async with self._database.session() as session:
            left = await repository.fail_unfinished(session, self._clock(), *_INTERRUPTED)
        for release in left:
            folder = self._releases.folder(release)
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
            log.warning("unfinished release removed", release=release)

    async def close(self) -> None:
        if self._building is not None:
            self._building.cancel()
            await asyncio.gather(self._building, return_exceptions=True)

    async def sweep(self, before: datetime) -> None:
        """Forget what people asked, kept for comparing releases of that time."""
        async with self._database.session() as session:
            await repository.forget_differences(session, before)

    async def begin(self, who: Who) -> str:
        """Start a build; its id. Raises LetanError `release_building`."""
        if self._building is not None and not self._building.done():
            raise _building(self._release)
        await asyncio.to_thread(check_space, self._settings.data_dir)
        lock = await asyncio.to_thread(take_lock, self._settings.data_dir)
        if lock is None:
            raise _building("")
        try:
            return await self._begin(who, lock)
        except BaseException:
            lock.close()
            raise

    async def _begin(self, who: Who, lock: IO[bytes]) -> str:
        await self._clear()
        release, now = new_id(), self._clock()
        live = await self._releases.published()
        row = BuildRow(
            release=release,
            state="building",
            step="content",
            fraction=0.0,
            who=who.name,
            compared_with=live.id if live is not None else None,
            started_at=now,
        )
        async with self._database.session() as session:
            session.add(row)
            await audit.append(session, who, "release.build", release, now=now)
        self._release = release
        self._building = asyncio.create_task(self._build(release, live, lock), name="release-build")
        return release

    async def log_of(self, release: str) -> list[tuple[datetime, str]]:
        """What happened in a build. Raises LetanError `release_unknown` for what is no id."""
        self._releases.folder(release)
        return await asyncio.to_thread(BuildLog(self._settings.data_dir, release).lines)

    async def build_of(self, release: str) -> BuildRow | None:
        async with self._database.reading() as session:
            return await session.get(BuildRow, release)

    async def builds(self, limit: int) -> list[BuildRow]:
        """Newest first."""
        async with self._database.reading() as session:
            return list(await repository.builds(session, limit))

    async def differences(self, release: str) -> list[DifferenceRow]:
        """Risky ones first. Raises LetanError `release_unknown`."""
        self._releases.folder(release)
        async with self._database.reading() as session:
            return list(await repository.differences(session, release))

    async def judge(self, release: str, id_: int, verdict: Verdict, who: Who) -> None:
        """Raises LetanError `difference_unknown`."""
        async with self._database.session() as session:
            row = await session.get(DifferenceRow, id_)
            if row is None or row.release != release:
                raise LetanError(
                    "difference_unknown",
                    404,
                    f"Bản {release[:64]} không có khác biệt số {id_}.",
                    f"{release[:64]} has no difference {id_}.",
                    field="difference",
                )
            before, row.verdict, row.judged_by = row.verdict, verdict, who.name
            await audit.append(
                session,
                who,
                "release.judged",
                f"{release}/{id_}",
                before=before,
                after=verdict,
                now=self._clock(),
            )

    async def publish(self, release: str, who: Who, publish: Publish) -> Release:
        """Put a release in force, when everything risky was judged and nothing is worse.

        Raises LetanError `release_unjudged`, `release_worse`, and those of ``publish``.
        """
        await self.check_judged(release)
        return await self._put_in_force(release, who, publish, "release.published")

    async def check_judged(self, release: str) -> None:
        """Raises LetanError `release_unjudged`, `release_worse`."""
        worse = unjudged = 0
        for row in await self.differences(release):
            worse += row.verdict == "worse"
            unjudged += row.risky and row.verdict is None
        if worse:
            raise LetanError(
                "release_worse",
                409,
                f"Có {worse} câu trả lời kém hơn bản đang dùng. Hãy sửa danh mục rồi tạo bản mới.",
                f"{worse} answers are worse than those in use. Correct the catalogue, build again.",
            )
        if unjudged:
            raise LetanError(
                "release_unjudged",
                409,
                f"Còn {unjudged} thay đổi quan trọng (giấy tờ, lệ phí, quầy) chưa được xem.",
                f"{unjudged} risky differences (papers, fee, counter) have not been judged.",
            )

    async def roll_back(self, who: Who, publish: Publish) -> Release:
        """Back to the release that was in force before. Raises LetanError `release_first`."""
        earlier = await self._releases.earlier()
        if earlier is None:
            raise LetanError(
                "release_first",
                409,
                "Chưa có bản nào trước bản đang dùng.",
                "There is no release before the one in use.",
            )
        return await self._put_in_force(earlier.id, who, publish, "release.rolled_back")

    async def _put_in_force(self, release: str, who: Who, publish: Publish, action: str) -> Release:
        before = await self._releases.published()

        async def record(session: AsyncSession) -> None:
            await audit.append(
                session,
                who,
                action,
                release,
                before=before.id if before is not None else None,
                after=release,
                now=self._clock(),
            )

        return await publish(release, record)

    async def _build(self, release: str, live: Release | None, lock: IO[bytes]) -> None:
        try:
            step = ""
            questions = await asked(self._database, self._clock() - _LOOK_BACK)
            after: dict[str, Answer] = {}
            before: dict[str, Answer] = {}
            texts = [text for text, _ in questions]

            async def replay(draft: Engine, context: dict[str, Any]) -> None:
                after.update(await ask_all(draft, context, texts))
                before.update(await ask_all(self._engine, context, texts))

            async for progress in build(
                self._settings,
                self._database,
                publish=False,
                release=release,
                meanwhile=replay,
                yielding=True,
            ):
                if progress.step != step:
                    step = progress.step
                    await self._log(release, step)
                await self._note(release, step=step, fraction=progress.fraction)
            found: list[Difference] = []
            if live is not None:
                folders = live.folder, self._releases.folder(release)
                found = await compare(
                    self._settings, questions, before=before, after=after, folders=folders
                )
            await self._finish(release, found)
        except asyncio.CancelledError:
            with suppress(LetanError):
                await self._fail(release, *_INTERRUPTED)
            raise
        except LetanError as error:
            log.warning("release not built", release=release, code=error.code, reason=error.en)
            await self._fail(release, error.vi, error.en)
        except OSError as error:
            told = disk_full() if error.errno in FULL else None
            log.exception("release not built", release=release)
            await self._fail(release, *((told.vi, told.en) if told else _FAULT))
        except Exception:  # the border of a build: the desk goes on
            log.exception("release not built", release=release)
            await self._fail(release, *_FAULT)
        finally:
            lock.close()

    async def _finish(self, release: str, found: list[Difference]) -> None:
        rows = [
            DifferenceRow(
                release=release,
                text=difference.text,
                source=difference.source,
                times=difference.times,
                before=difference.before.as_dict(),
                after=difference.after.as_dict(),
                risky=difference.risky,
            )
            for difference in found
        ]
        async with self._database.session() as session:
            session.add_all(rows)
            now = self._clock()
            values = {"state": "built", "step": "done", "fraction": 1.0, "ended_at": now}
            await repository.note_build(session, release, values)
        await self._log(release, f"differences: {len(rows)}")
        await self._releases.prune(self._settings.releases_kept, release)
        await asyncio.to_thread(BuildLog(self._settings.data_dir, release).prune)

    async def _log(self, release: str, line: str) -> None:
        log_file = BuildLog(self._settings.data_dir, release)
        await asyncio.to_thread(log_file.write, self._clock(), line)

    async def _fail(self, release: str, vi: str, en: str) -> None:
        await self._log(release, f"failed: {en}")
        await self._note(
            release, state="failed", problem_vi=vi, problem_en=en, ended_at=self._clock()
        )

    async def _note(self, release: str, **values: Any) -> None:
        async with self._database.session() as session:
            await repository.note_build(session, release, values)


def _building(release: str) -> LetanError:
    return LetanError(
        "release_building",
        409,
        f"Bản {release} đang được tạo. Hãy chờ bản ấy xong."
        if release
        else "Một bản khác đang được tạo. Hãy chờ bản ấy xong.",
        f"{release or 'Another release'} is being built. Wait for it.",
    )
