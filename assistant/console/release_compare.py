"""Two releases side by side: procedures that changed, and answers to the regression set."""

from fastapi import FastAPI
from nicegui import ui

from assistant.console.frame import bar
from assistant.console.release_words import Words
from assistant.errors import Language
from assistant.releases.service import Releases
from assistant.releases.two_releases import compared

_CHANGES = {"added": "thêm", "removed": "bỏ", "changed": "sửa"}
_FIELDS = {
    "name": "tên",
    "documents": "giấy tờ",
    "fees": "lệ phí",
    "fee_note": "lệ phí",
    "time": "thời hạn",
    "where": "nơi nộp",
    "service": "quầy",
    "who": "ai được làm",
    "result": "kết quả",
    "steps": "các bước",
    "legal_basis": "căn cứ",
    "forms": "mẫu đơn",
    "note": "ghi chú",
    "aliases": "tên gọi khác",
    "examples": "cách dân hỏi",
    "cases": "trường hợp",
    "verified": "đã kiểm tra",
}
_MOST = 200


async def draw_comparison(letan: FastAPI, language: Language, later: str, earlier: str) -> None:
    """Draws the page. Raises LetanError `release_unknown`, `release_damaged`."""
    say = Words(language, letan.state.settings.timezone)
    releases: Releases = letan.state.releases
    before, after = await releases.verify(earlier), await releases.verify(later)
    found = await compared(letan.state.settings, before.folder, after.folder)
    say.styled()
    bar(language, "Phát hành", (say("‹ Tất cả các bản"), "/releases"))
    with ui.column().classes("desk"):
        ui.label(say("Từ bản {before} đến bản {after}", before=earlier, after=later)).classes(
            "desk-heading"
        ).props("role=heading aria-level=2")
        if not found.procedures:
            ui.label(say("Không thủ tục nào khác nhau."))
        else:
            told = {
                "code": "Mã",
                "name": "Thủ tục",
                "change": "Thay đổi",
                "fields": "Ở các mục",
            }
            columns = [
                {"name": key, "label": say(text), "field": key, "align": "left"}
                for key, text in told.items()
            ]
            rows = [
                {
                    "code": each.code,
                    "name": each.name,
                    "change": say(_CHANGES[each.change]),
                    "fields": ", ".join(dict.fromkeys(say(_FIELDS.get(f, f)) for f in each.fields)),
                }
                for each in found.procedures[:_MOST]
            ]
            ui.table(columns=columns, rows=rows, row_key="code").classes("w-full").props(
                'data-testid="procedures" wrap-cells'
            )
        say.heading("Câu hỏi kiểm tra được trả lời khác nhau")
        if not found.answers:
            ui.label(say("Không câu nào."))
        for pair in found.answers[:_MOST]:
            with ui.element("section").classes("desk-card is-open"):
                ui.label(f"“{pair.text}”").classes("desk-name")
                with ui.element("div").classes("desk-pair"):
                    for name, answer in ((earlier, pair.before), (later, pair.after)):
                        with ui.element("div").classes("desk-answer"):
                            ui.label(name).classes("desk-answer-title")
                            ui.label(str(answer.get("text", "")))
