"""The console's releases: what is in force, building another one, the history, the way back."""

from typing import Any

from fastapi import FastAPI
from nicegui import ui

from assistant.console.acting import Acting
from assistant.console.frame import bar
from assistant.console.release_publishing import asking_password
from assistant.console.release_words import PLANS, STATES, STEPS, Words
from assistant.errors import Language
from assistant.releases.plans import Plans
from assistant.releases.service import Release, Releases
from assistant.releases.tables import BuildRow, PlanRow
from assistant.releases.workshop import Workshop

_LOOK_SECONDS = 1.0
_SHOWN = 50


def state_of(
    build: BuildRow | None, release: Release | None, live: Release | None, id_: str
) -> str:
    """`building`, `failed`, `built`, `live` or `retired`."""
    if release is None:
        return "failed" if build is not None and build.state == "failed" else "building"
    if live is not None and live.id == id_:
        return "live"
    if release.published_at is not None:
        return "retired"
    return "building" if build is not None and build.state == "building" else "built"


class ReleasesPage:
    """Builds the page for one browser."""

    def __init__(self, letan: FastAPI, language: Language, acting: Acting) -> None:
        self._state = letan.state
        self._acting = acting
        self._releases: Releases = letan.state.releases
        self._workshop: Workshop = letan.state.workshop
        self._plans: Plans = letan.state.plans
        self._language: Language = language
        self._say = Words(language, letan.state.settings.timezone)
        self._shown = ""

    async def build(self) -> None:
        """Draws everything once, and again when something has changed."""
        await self._read()
        self._say.styled()
        bar(self._language, "Phát hành")
        with ui.column().classes("desk"):
            self._say.heading("Bản đang dùng")
            self._in_force()
            self._say.heading("Tạo bản mới")
            ui.label(
                self._say(
                    "Bản mới lấy danh mục và hỏi đáp như lúc này. Dân vẫn được trả lời bằng bản "
                    "đang dùng, cho tới khi có người phát hành bản mới."
                )
            )
            self._building()
            self._say.heading("Các bản")
            self._history()
            self._comparing()
        self._shown = self._facts()
        ui.timer(_LOOK_SECONDS, self._follow)

    async def _read(self) -> None:
        self._known = {each.id: each for each in await self._releases.list()}
        self._builds = {each.release: each for each in await self._workshop.builds(_SHOWN)}
        self._live = await self._releases.published()
        self._earlier = await self._releases.earlier()
        self._planned: dict[str, PlanRow] = {}
        for plan in await self._plans.newest():
            self._planned.setdefault(plan.release, plan)
        self._newest = next(iter(self._builds.values()), None)
        self._lines = await self._workshop.log_of(self._newest.release) if self._newest else []

    def _facts(self) -> str:
        builds = [(each.release, each.state, each.step) for each in self._builds.values()]
        plans = [(each.id, each.state) for each in self._planned.values()]
        live = self._live.id if self._live is not None else ""
        return repr((builds, plans, live, sorted(self._known)))

    async def _follow(self) -> None:
        await self._read()
        now = self._facts()
        if self._newest is not None and self._newest.state == "building":
            self._progress.set_value(round(self._newest.fraction, 2))
        if now != self._shown:
            self._shown = now
            for part in (self._in_force, self._building, self._history):
                part.refresh()

    @ui.refreshable_method
    def _in_force(self) -> None:
        say, live = self._say, self._live
        for plan in self._planned.values():
            if plan.state in ("planned", "running"):
                self._plan(plan)
        newest = next(iter(self._planned.values()), None)
        if newest is not None and newest.state == "failed":
            self._plan(newest)
        with ui.card().classes("desk-card is-open"):
            if live is None:
                ui.label(say("Chưa có bản nào. Hãy tạo một bản rồi phát hành."))
                return
            ui.link(live.id, f"/releases/{live.id}?lang={self._language}").classes("desk-name")
            told = say(
                "{n} thủ tục · phát hành lúc {at}",
                n=live.procedures,
                at=say.when(live.published_at),
            )
            ui.label(told)
            if self._earlier is not None and self._acting.may("release:publish"):
                earlier = self._earlier.id
                ui.button(
                    say("Quay lại bản trước ({id})", id=earlier), on_click=self._ask_roll_back
                ).props('data-testid="roll-back" outline no-caps')

    def _plan(self, plan: PlanRow) -> None:
        say = self._say
        why = plan.problem_vi if self._language == "vi" else plan.problem_en
        told = say(PLANS[plan.state], at=say.when(plan.at), who=plan.who, why=why or "")
        with ui.row().classes("items-center w-full"):
            look = "desk-need" if plan.state == "failed" else "desk-name"
            ui.label(f"{plan.release}: {told}").classes(look).props("role=status")
            if plan.state == "planned" and self._acting.may("release:publish"):

                async def cancel() -> None:
                    await self._acting.check("release:publish")
                    await self._plans.cancel(plan.release, self._acting.who)

                ui.button(say("Hủy lịch"), on_click=say.guarded(cancel)).props(
                    'data-testid="cancel-plan" outline no-caps color=negative'
                )

    async def _ask_roll_back(self) -> None:
        say, earlier = self._say, self._earlier
        if earlier is None:
            return

        async def back(_: str) -> None:
            await self._acting.check("release:publish")
            found = await self._workshop.roll_back(self._acting.who, self._state.publish)
            ui.notify(say("Đã quay lại bản {id}.", id=found.id), type="positive")

        asking_password(
            say,
            self._acting,
            say("Quay lại bản {id}? Dân được trả lời bằng bản ấy ngay.", id=earlier.id),
            say("Quay lại"),
            back,
        )

    @ui.refreshable_method
    def _building(self) -> None:
        say, build = self._say, self._newest
        under_way = build is not None and build.state == "building"
        self._progress = ui.linear_progress(
            round(build.fraction, 2) if build is not None else 0.0, show_value=False, size="24px"
        ).props(f'aria-label="{say("Tiến độ tạo bản mới")}" data-testid="progress" rounded')
        self._progress.set_visibility(under_way)
        if not under_way and self._acting.may("release:build"):
            ui.button(say("Tạo bản mới"), on_click=say.guarded(self._begin)).props(
                'data-testid="build" unelevated no-caps'
            )
        if build is None:
            return
        if under_way:
            ui.label(say(STEPS.get(build.step, build.step)) + " …").classes("desk-name")
        elif build.state == "failed":
            why = build.problem_vi if self._language == "vi" else build.problem_en
            ui.label(f"{build.release}: {why}").classes("desk-need").props("role=alert")
        elif build.release in self._known:
            ui.link(
                say("Xem bản {id} sẽ thay đổi những gì", id=build.release),
                f"/releases/{build.release}?lang={self._language}",
            ).props('data-testid="newest"').classes("desk-name")
        with ui.expansion(say("Nhật ký của lần tạo gần nhất")).classes("w-full"):
            for at, line in self._lines:
                ui.label(f"{say.when(at)} · {say(STEPS.get(line, line))}")

    async def _begin(self) -> None:
        await self._acting.check("release:build")
        await self._workshop.begin(self._acting.who)
        await self._follow()

    def _rows(self) -> list[dict[str, Any]]:
        say, rows = self._say, []
        for id_ in sorted({*self._known, *self._builds}, reverse=True)[:_SHOWN]:
            release, build = self._known.get(id_), self._builds.get(id_)
            created = release.created_at if release else build.started_at if build else None
            rows.append(
                {
                    "id": id_,
                    "state": say(STATES[state_of(build, release, self._live, id_)]),
                    "created": say.when(created),
                    "published": say.when(release.published_at if release else None),
                    "who": build.who if build is not None else say("dòng lệnh"),
                    "procedures": release.procedures if release is not None else "–",
                }
            )
        return rows

    @ui.refreshable_method
    def _history(self) -> None:
        say = self._say
        told = {
            "id": "Bản",
            "state": "Trạng thái",
            "created": "Tạo lúc",
            "published": "Phát hành lúc",
            "who": "Người tạo",
            "procedures": "Thủ tục",
        }
        columns = [
            {"name": key, "label": say(label), "field": key, "align": "left"}
            for key, label in told.items()
        ]
        table = ui.table(columns=columns, rows=self._rows(), row_key="id").classes("w-full")
        table.props('data-testid="releases" wrap-cells')
        table.add_slot(
            "body-cell-id",
            f"""<q-td :props="props"><a class="desk-row-link"
            :href="'/console/releases/' + props.value + '?lang={self._language}'"
            >{{{{props.value}}}}</a></q-td>""",
        )

    def _comparing(self) -> None:
        say = self._say
        ids = sorted(self._known, reverse=True)
        if len(ids) < 2:
            return
        self._say.heading("So sánh hai bản")
        with ui.row().classes("items-center"):
            earlier = ui.select(ids, value=ids[1], label=say("Bản cũ"))
            later = ui.select(ids, value=ids[0], label=say("Bản mới"))

            def compare() -> None:
                path = f"releases/{later.value}/compare?other={earlier.value}"
                ui.navigate.to(f"/{path}&lang={self._language}")

            ui.button(say("So sánh"), on_click=compare).props(
                'data-testid="compare" outline no-caps'
            )
