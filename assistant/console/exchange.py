"""The console's page for Excel and YAML: out, and in with a report of every row first."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import FastAPI
from nicegui import events, ui

from assistant.console.acting import Acting
from assistant.console.faq_wording import say
from assistant.console.frame import bar
from assistant.errors import Language, LetanError
from assistant.exchange.opening import MAX_UPLOAD
from assistant.exchange.report import Line, Report
from assistant.exchange.service import MEDIA, Exchange, Format, Part, file_name

_RIGHT = "catalogue:write"
_WHAT = {
    "error": "Lỗi",
    "added": "Thêm mới",
    "changed": "Sửa",
    "skipped": "Giữ bản mới hơn",
    "unchanged": "Không đổi",
}
_MOST_SHOWN = 500


class ExchangePage:
    """Builds the page for one browser."""

    def __init__(self, letan: FastAPI, language: Language, acting: Acting) -> None:
        self._exchange: Exchange = letan.state.exchange
        self._zone = ZoneInfo(letan.state.settings.timezone)
        self._language: Language = language
        self._acting = acting
        self._file: tuple[str, bytes] | None = None
        self._report: Report | None = None
        self._problem = ""
        self._busy = False

    def _say(self, text: str, **values: object) -> str:
        return say(self._language, text, **values)

    async def build(self) -> None:
        bar(self._language, "Excel, YAML")
        with ui.column().classes("desk"):
            self._heading("Tải xuống để sửa")
            ui.label(
                self._say(
                    "Tệp Excel có trang Hướng dẫn và danh sách chọn. Sửa xong thì nhập lại ở dưới."
                )
            )
            with ui.row():
                self._out("Tất cả (.xlsx)", "all", "xlsx")
                self._out("Chỉ thủ tục (.xlsx)", "catalogue", "xlsx")
                self._out("Chỉ hỏi đáp (.xlsx)", "faq", "xlsx")
                self._out("Tất cả (YAML, .zip)", "all", "yaml", "outline")
            if self._acting.may(_RIGHT):
                self._heading("Nhập lại")
                ui.label(
                    self._say(
                        "Máy kiểm tra và báo từng dòng trước. Chưa ghi gì cho đến khi bấm Lưu."
                    )
                )
                upload = ui.upload(
                    on_upload=self._take,
                    on_rejected=self._too_large,
                    auto_upload=True,
                    max_file_size=MAX_UPLOAD,
                )
                # Quasar's uploader has no name for screen readers: a button of ours stands for it.
                upload.props('accept=".xlsx,.yaml,.yml,.zip"').classes("hidden")
                choose = ui.button(self._say("Chọn tệp .xlsx, .yaml hoặc .zip"))
                choose.props('data-testid="upload" unelevated no-caps')
                choose.on("click", js_handler=f"() => getElement({upload.id}).pickFiles()")
                self._result()

    def _heading(self, text: str) -> None:
        ui.label(self._say(text)).classes("desk-heading").props("role=heading aria-level=2")

    def _out(self, text: str, part: Part, format_: Format, look: str = "") -> None:
        async def send() -> None:
            try:
                await self._acting.check("catalogue:read")
                raw = await self._exchange.export(part, format_)
            except LetanError as error:
                ui.notify(error.text(self._language), type="negative", timeout=8000)
                return
            today = datetime.now(self._zone).date()
            ui.download(raw, file_name(part, format_, today), MEDIA[format_])

        ui.button(self._say(text), on_click=send).props(
            f'data-testid="export-{part}-{format_}" unelevated no-caps {look}'
        )

    async def _take(self, event: events.UploadEventArguments) -> None:
        self._file, self._report, self._problem = None, None, ""
        self._busy = True
        self._result.refresh()
        name, raw = str(event.file.name)[:200], await event.file.read()
        try:
            await self._acting.check(_RIGHT)
            self._report = await self._exchange.check(name, raw)
            self._file = (name, raw)
        except LetanError as error:
            self._problem = error.text(self._language)
        finally:
            self._busy = False
        if isinstance(event.sender, ui.upload):
            event.sender.reset()
        self._result.refresh()

    def _too_large(self) -> None:
        self._problem = self._say("Tệp quá lớn hoặc không phải .xlsx, .yaml, .zip.")
        self._report = None
        self._result.refresh()

    @ui.refreshable_method
    def _result(self) -> None:
        with ui.column().props('role=status data-testid="report"').classes("w-full"):
            if self._busy:
                ui.label(self._say("Đang kiểm tra tệp…")).classes("desk-note")
            if self._problem:
                ui.label(self._problem).classes("desk-need")
            if self._report is not None:
                self._told(self._report)

    def _told(self, report: Report) -> None:
        counts = report.counts
        sentence = self._say(
            "Thêm {added}, sửa {changed}, giữ nguyên {unchanged}, giữ bản mới hơn {skipped}, "
            "lỗi {error}.",
            **counts,
        )
        ui.label(sentence).classes("desk-name").props('data-testid="counts"')
        if report.not_in_file:
            told = "{n} mục không có trong tệp, giữ nguyên."
            ui.label(self._say(told, n=report.not_in_file))
        if report.saved:
            told = (
                "Đã lưu thành bản nháp. Khách nghe sau khi phát hành; từng mục có lịch sử để lấy "
                "lại."
            )
            ui.label(self._say(told)).classes("desk-note")
        elif report.errors:
            told = "Chưa ghi gì. Sửa các ô dưới đây trong tệp rồi nhập lại."
            ui.label(self._say(told)).classes("desk-need")
        elif counts["added"] + counts["changed"]:
            with ui.row().classes("items-center"):
                ui.button(self._say("Lưu thành bản nháp"), on_click=self._save).props(
                    'data-testid="save" unelevated no-caps'
                )
                ui.label(self._say("Cả tệp không hoàn tác một lần được; từng mục thì có lịch sử."))
        else:
            ui.label(self._say("Tệp giống hệt những gì đang có."))
        lines = [line for line in report.lines if line.what != "unchanged"]
        if lines:
            self._lines(lines[:_MOST_SHOWN])
        if len(lines) > _MOST_SHOWN:
            ui.label(self._say("… và {n} dòng nữa.", n=len(lines) - _MOST_SHOWN))

    def _lines(self, lines: list[Line]) -> None:
        titles = {"what": "Việc", "place": "Ô", "item": "Mục", "told": "Điều cần biết"}
        columns = [
            {"name": key, "label": self._say(text), "field": key, "align": "left"}
            for key, text in titles.items()
        ]
        rows: list[dict[str, Any]] = [
            {
                "key": number,
                "what": self._say(_WHAT[line.what]),
                "place": line.place,
                "item": line.item,
                "told": line.text(self._language),
            }
            for number, line in enumerate(lines)
        ]
        table = ui.table(columns=columns, rows=rows, row_key="key")
        table.props('data-testid="lines" wrap-cells').classes("w-full")

    async def _save(self) -> None:
        if self._file is None:
            return
        try:
            await self._acting.check(_RIGHT)
            self._report = await self._exchange.save(*self._file, self._acting.who)
            self._file = None
        except LetanError as error:
            self._problem = error.text(self._language)
        self._result.refresh()
