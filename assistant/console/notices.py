"""The console's notices: for the centre, a counter or a procedure; live at once, over by itself."""

from datetime import datetime, timedelta

from fastapi import FastAPI
from nicegui import ui

from assistant.catalogue.published import Procedure
from assistant.catalogue.view import PublishedCatalogue
from assistant.centre import notices
from assistant.centre.service import Centre
from assistant.centre.tables import NoticeRow
from assistant.console.acting import Acting
from assistant.console.frame import bar
from assistant.console.release_words import Words
from assistant.errors import Language, LetanError
from assistant.storage.database import Database

_LOOK_SECONDS = 2.0
_ENDED_SHOWN = 20
_EVERYWHERE = ""


class NoticesPage:
    """Builds the page for one browser."""

    def __init__(self, letan: FastAPI, language: Language, acting: Acting) -> None:
        self._state = letan.state
        self._acting = acting
        self._centre: Centre = letan.state.centre
        self._database: Database = letan.state.database
        self._language: Language = language
        self._say = Words(language, letan.state.settings.timezone)
        self._rows: list[NoticeRow] = []
        self._shown = ""

    async def build(self) -> None:
        """Draws everything once, and the list again when something has changed."""
        say = self._say
        await self._read()
        say.styled()
        bar(self._language, "Thông báo")
        with ui.column().classes("desk"):
            say.heading("Đang hiện và sắp hiện")
            self._list()
            if self._acting.may("notice:write"):
                say.heading("Thông báo mới")
                self._form()
            say.heading("Đã hết")
            self._ended()
        self._shown = self._facts()
        ui.timer(_LOOK_SECONDS, self._follow)

    async def _read(self) -> None:
        self._rows = await notices.listed(self._database)

    def _facts(self) -> str:
        now = self._centre.now()
        return repr([(row.id, _state(row, now)) for row in self._rows])

    async def _follow(self) -> None:
        await self._read()
        now = self._facts()
        if now != self._shown:
            self._shown = now
            self._list.refresh()
            self._ended.refresh()

    @ui.refreshable_method
    def _list(self) -> None:
        say, now = self._say, self._centre.now()
        rows = [row for row in self._rows if _state(row, now) != "ended"]
        for notice in self._centre.content.notices:
            if notice.end is None or notice.end > now:
                with ui.card().classes("desk-card").props('data-testid="kept-notice"'):
                    ui.label(notice.text.get(self._language)).classes("desk-name")
                    ui.label(say("Ghi sẵn trong thông tin trung tâm; sửa ở tệp notices.yaml."))
        for row in rows:
            self._card(row, now)
        if not rows:
            ui.label(
                say("Chưa có thông báo nào của cán bộ. Viết ở dưới, hiện ngay trong một giây.")
            )

    def _card(self, row: NoticeRow, now: datetime) -> None:
        say = self._say
        look = "desk-card is-open" if _state(row, now) == "live" else "desk-card"
        with ui.card().classes(look).props('data-testid="notice"'):
            ui.label(row.vi).classes("desk-name")
            if row.en:
                ui.label(row.en).props("lang=en")
            state = say("Đang hiện") if _state(row, now) == "live" else say("Chưa đến lúc")
            ui.label(f"{state} · {self._where(row)} · {self._times(row)} · {row.who}")
            if self._acting.may("notice:write"):

                async def end() -> None:
                    await self._acting.check("notice:write")
                    who, now = self._acting.who, self._centre.now()
                    await notices.take_down(self._database, who, now, row.id)
                    await self._centre.refresh()
                    await self._follow()

                with ui.row():
                    ui.button(say("Gỡ xuống"), on_click=say.guarded(end)).props(
                        'data-testid="take-down" outline no-caps color=negative'
                    )

    def _where(self, row: NoticeRow) -> str:
        say = self._say
        if row.counter:
            counter = self._centre.content.counters.get(row.counter)
            name = counter.name.get(self._language) if counter is not None else row.counter
            return say("ở {counter}", counter=name)
        if row.procedure:
            return say("trong câu trả lời về thủ tục {code}", code=row.procedure)
        return say("cả trung tâm")

    def _times(self, row: NoticeRow) -> str:
        say = self._say
        if row.ends_at is None:
            return say("từ {start}, đến khi gỡ", start=say.when(row.starts_at))
        return f"{say.when(row.starts_at)} – {say.when(row.ends_at)}"

    @ui.refreshable_method
    def _ended(self) -> None:
        say, now = self._say, self._centre.now()
        rows = [row for row in self._rows if _state(row, now) == "ended"][:_ENDED_SHOWN]
        if not rows:
            ui.label(say("Chưa có."))
            return
        told = {"vi": "Nội dung", "where": "Nơi hiện", "times": "Thời gian", "who": "Người viết"}
        columns = [
            {"name": key, "label": say(text), "field": key, "align": "left"}
            for key, text in told.items()
        ]
        shown = [
            {
                "id": row.id,
                "vi": row.vi,
                "where": self._where(row),
                "times": self._times(row),
                "who": row.who,
            }
            for row in rows
        ]
        ui.table(columns=columns, rows=shown, row_key="id").classes("w-full").props(
            'data-testid="ended" wrap-cells'
        )

    def _form(self) -> None:
        say = self._say
        counters = {
            id_: counter.name.get(self._language)
            for id_, counter in self._centre.content.counters.items()
        }
        longest = f"maxlength={notices.LONGEST} counter outlined"
        with ui.element("div").classes("desk-form"):
            vi = ui.textarea(say("Nội dung tiếng Việt")).classes("desk-wide")
            vi.props(f'{longest} autogrow data-testid="notice-vi"')
            en = ui.textarea(say("Nội dung tiếng Anh (không bắt buộc)")).classes("desk-wide")
            en.props(f'{longest} autogrow data-testid="notice-en"')
            counter = ui.select(
                {_EVERYWHERE: say("Cả trung tâm"), **counters},
                value=_EVERYWHERE,
                label=say("Quầy"),
            ).props('outlined data-testid="notice-counter"')
            procedure = ui.select(
                {_EVERYWHERE: say("Không riêng thủ tục nào"), **self._procedures()},
                value=_EVERYWHERE,
                label=say("Thủ tục"),
                with_input=True,
            ).props('outlined data-testid="notice-procedure"')
            start = ui.input(say("Bắt đầu (bỏ trống: ngay)"))
            end = ui.input(say("Kết thúc (bỏ trống: đến khi gỡ)"))
            for field, name in ((start, "start"), (end, "end")):
                field.props(f'type=datetime-local stack-label outlined data-testid="notice-{name}"')

        def close_of_day() -> None:
            now = self._centre.now().astimezone(say.zone)
            at = now.replace(hour=17, minute=0) if now.hour < 17 else now + timedelta(hours=2)
            end.set_value(at.strftime("%Y-%m-%dT%H:%M"))

        async def put_up() -> None:
            await self._acting.check("notice:write")
            words = (vi.value or "").strip()
            if not 0 < len(words) <= notices.LONGEST:
                raise LetanError(
                    "input_invalid",
                    422,
                    f"Hãy viết nội dung tiếng Việt, nhiều nhất {notices.LONGEST} chữ cái.",
                    f"Write it in Vietnamese, in {notices.LONGEST} letters at most.",
                    field="vi",
                )
            await notices.put_up(
                self._database,
                self._acting.who,
                self._centre.now(),
                vi=words,
                en=(en.value or "").strip()[: notices.LONGEST] or None,
                counter=counter.value or None,
                procedure=procedure.value or None,
                start=say.local(start.value or ""),
                end=say.local(end.value or ""),
            )
            await self._centre.refresh()
            for field in (vi, en, start, end):
                field.set_value("")
            ui.notify(say("Thông báo đã hiện trên bảng, kiosk và trong câu trả lời."))
            await self._follow()

        with ui.row().classes("items-center"):
            ui.button(say("Đưa lên"), on_click=say.guarded(put_up)).props(
                'data-testid="put-up" unelevated no-caps'
            )
            ui.button(say("Hết hôm nay"), on_click=close_of_day).props("outline no-caps")

    def _procedures(self) -> dict[str, str]:
        catalogue: PublishedCatalogue | None = self._state.catalogue
        if catalogue is None:
            return {}
        return {each.code: f"{self._name(each)} ({each.code})" for each in catalogue.search()}

    def _name(self, procedure: Procedure) -> str:
        name = procedure.name
        return (name.en or name.vi) if self._language == "en" else name.vi


def _state(row: NoticeRow, now: datetime) -> str:
    """`coming`, `live` or `ended`."""
    if row.ends_at is not None and row.ends_at <= now:
        return "ended"
    return "live" if row.starts_at <= now else "coming"
