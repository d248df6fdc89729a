"""One release at the console: its figures, what it would change, and putting it in force."""

from typing import Any

from fastapi import FastAPI
from nicegui import run, ui

from assistant.console.acting import Acting
from assistant.console.frame import bar
from assistant.console.release_differences import Differences
from assistant.console.release_publishing import asking_password
from assistant.console.release_words import PLANS, STATES, Words
from assistant.console.releases import state_of
from assistant.errors import Language, LetanError
from assistant.releases.impact import read_report
from assistant.releases.plans import Plans
from assistant.releases.service import Releases
from assistant.releases.workshop import Workshop

_LOOK_SECONDS = 2.0


class ReleasePage:
    """Builds the page for one browser."""

    def __init__(self, letan: FastAPI, language: Language, acting: Acting, release: str) -> None:
        self._state = letan.state
        self._acting = acting
        self._releases: Releases = letan.state.releases
        self._workshop: Workshop = letan.state.workshop
        self._plans: Plans = letan.state.plans
        self._language: Language = language
        self._say = Words(language, letan.state.settings.timezone)
        self._id = release
        self._shown = ""

    async def build(self, show: str) -> None:
        """Draws everything; raises LetanError `release_unknown`. ``show``: which differences."""
        await self._read()
        say = self._say
        say.styled()
        bar(self._language, "Phát hành", (say("‹ Tất cả các bản"), "/releases"))
        with ui.column().classes("desk"):
            self._head()
            if self._report is not None:
                say.heading("Kết quả chấm")
                self._figures()
            if self._release is not None:
                say.heading("Bản này trả lời khác bản đang dùng ở đâu")
                differences = Differences(
                    self._workshop, say, self._acting, self._id, self._publishing.refresh
                )
                await differences.build(show)
                say.heading("Phát hành bản này")
                await self._publishing()
        self._shown = self._facts()
        ui.timer(_LOOK_SECONDS, self._follow)

    async def _read(self) -> None:
        folder = self._releases.folder(self._id)
        self._live = await self._releases.published()
        self._release = {each.id: each for each in await self._releases.list()}.get(self._id)
        self._build = await self._workshop.build_of(self._id)
        if self._release is None and self._build is None:
            await self._releases.verify(self._id)
        self._plan = next((p for p in await self._plans.newest() if p.release == self._id), None)
        self._report = await run.io_bound(read_report, folder)
        self._before: dict[str, Any] | None = None
        if self._live is not None and self._live.id != self._id:
            self._before = await run.io_bound(read_report, self._live.folder)

    def _facts(self) -> str:
        plan = (self._plan.id, self._plan.state) if self._plan is not None else None
        return repr((self._live and self._live.id, plan))

    async def _follow(self) -> None:
        """Someone else may publish it, or its time may come."""
        await self._read()
        now = self._facts()
        if now != self._shown:
            self._shown = now
            self._head.refresh()
            self._publishing.refresh()

    @ui.refreshable_method
    def _head(self) -> None:
        say, build, release = self._say, self._build, self._release
        with ui.card().classes("desk-card is-open"):
            state = state_of(build, release, self._live, self._id)
            ui.label(f"{self._id} · {say(STATES[state])}").classes("desk-name").props(
                'data-testid="state" role=status'
            )
            if release is not None:
                ui.label(
                    say(
                        "{n} thủ tục · tạo lúc {at} · người tạo: {who}",
                        n=release.procedures,
                        at=say.when(release.created_at),
                        who=build.who if build is not None else say("dòng lệnh"),
                    )
                )
            if build is not None and build.compared_with:
                ui.label(say("So với bản {id}", id=build.compared_with))
            if build is not None and build.problem_vi:
                why = build.problem_vi if self._language == "vi" else build.problem_en
                ui.label(why or "").classes("desk-need").props("role=alert")

    def _figures(self) -> None:
        say = self._say
        now, before = _figures_of(self._report), _figures_of(self._before)
        rows = [
            {"name": say(name), "now": now.get(name, "–"), "before": before.get(name, "–")}
            for name in now
        ]
        columns = [
            {"name": "name", "label": say("Chấm"), "field": "name", "align": "left"},
            {"name": "now", "label": say("Bản này"), "field": "now", "align": "right"},
        ]
        if before:
            last = {"name": "before", "label": say("Bản đang dùng"), "field": "before"}
            columns.append({**last, "align": "right"})
        table = ui.table(columns=columns, rows=rows, row_key="name").classes("w-full")
        table.props('data-testid="report" wrap-cells')

    @ui.refreshable_method
    async def _publishing(self) -> None:
        say, plan = self._say, self._plan
        if self._live is not None and self._live.id == self._id:
            ui.label(say("Bản này đang được dùng.")).props('data-testid="is-live"')
            return
        if plan is not None and plan.state in ("planned", "running", "failed"):
            why = plan.problem_vi if self._language == "vi" else plan.problem_en
            told = say(PLANS[plan.state], at=say.when(plan.at), who=plan.who, why=why or "")
            look = "desk-need" if plan.state == "failed" else "desk-name"
            ui.label(told).classes(look).props('role=status data-testid="plan"')
        if not self._acting.may("release:publish"):
            ui.label(say("Người duyệt mới phát hành được bản này."))
            return
        blocked = await self._blocked()
        if blocked:
            ui.label(blocked).classes("desk-need").props('data-testid="blocked" role=status')
        with ui.row().classes("items-center"):
            now = ui.button(say("Phát hành ngay"), on_click=self._ask_now)
            now.props('data-testid="publish" unelevated no-caps')
            later = ui.button(say("Hẹn giờ phát hành"), on_click=self._ask_later)
            later.props('data-testid="publish-later" outline no-caps')
            for button in (now, later):
                button.set_enabled(not blocked)
            if plan is not None and plan.state == "planned":
                ui.button(say("Hủy lịch"), on_click=say.guarded(self._cancel)).props(
                    'data-testid="cancel-plan" outline no-caps color=negative'
                )

    async def _blocked(self) -> str:
        try:
            await self._workshop.check_judged(self._id)
        except LetanError as error:
            return error.text(self._language)
        return ""

    async def _cancel(self) -> None:
        await self._acting.check("release:publish")
        await self._plans.cancel(self._id, self._acting.who)
        await self._follow()

    def _ask_now(self) -> None:
        say = self._say

        async def publish(_: str) -> None:
            await self._acting.check("release:publish")
            await self._workshop.publish(self._id, self._acting.who, self._state.publish)
            ui.notify(say("Đã phát hành. Robot, kiosk và Zalo trả lời bằng bản này."))
            await self._follow()

        question = say("Phát hành bản {id}? Có thể quay lại bản trước bất cứ lúc nào.", id=self._id)
        asking_password(say, self._acting, question, say("Phát hành ngay"), publish)

    def _ask_later(self) -> None:
        say = self._say

        async def plan(typed: str) -> None:
            await self._acting.check("release:publish")
            at = say.local(typed)
            if at is None:
                raise LetanError(
                    "input_invalid", 422, "Hãy chọn ngày giờ phát hành.", "Choose date and time."
                )
            await self._plans.plan(self._id, at, self._acting.who)
            await self._follow()

        question = say("Hẹn giờ phát hành bản {id}. Trước giờ ấy có thể hủy.", id=self._id)
        button = say("Hẹn giờ")
        asking_password(say, self._acting, question, button, plan, with_time=True)


def _figures_of(report: dict[str, Any] | None) -> dict[str, str]:
    """Name in Vietnamese → value, of what a clerk understands."""
    if not report:
        return {}
    outside, aspects = report.get("out_of_scope") or {}, report.get("aspects") or {}
    spoken = report.get("dialogues") or {}
    return {
        "Câu hỏi kiểm tra": str(report.get("n", 0)),
        "Trả lời đúng": _of(report.get("right"), report.get("n")),
        "Trả lời sai thủ tục": _of(report.get("wrong"), report.get("n")),
        "Sai mà nói cả lệ phí hoặc thời hạn": str(report.get("wrong_fees_or_deadlines", "–")),
        "Từ chối đúng câu ngoài phạm vi": _of(outside.get("right"), outside.get("n")),
        "Đúng điều được hỏi (giấy tờ, lệ phí, …)": _of(aspects.get("exact"), aspects.get("n")),
        "Lượt nói trong hội thoại mẫu đúng như mong đợi": _of(
            spoken.get("turns_as_expected"), spoken.get("turns")
        ),
    }


def _of(part: Any, whole: Any) -> str:
    if not isinstance(part, int) or not isinstance(whole, int) or not whole:
        return "–"
    return f"{part}/{whole} ({100 * part / whole:.1f} %)"
