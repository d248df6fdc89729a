"""The console's last spoken turns: how long each stage took, never what was said."""

import statistics
from zoneinfo import ZoneInfo

from fastapi import FastAPI
from nicegui import ui

from assistant.console.frame import bar, heading
from assistant.console.outcomes import outcome
from assistant.console.wording import say
from assistant.errors import Language
from assistant.voice.timings import KEPT_TURNS, Interval, VoiceTimings, VoiceTurn

_REFRESH_SECONDS = 2.0
_COLUMNS: dict[Interval, str] = {
    "first_words": "Hiện chữ đầu tiên",
    "recognised": "Nhận dạng xong",
    "understood": "Hiểu",
    "synthesised": "Tạo tiếng",
    "answered": "Dứt lời → tiếng đầu",
    "spoken": "Đọc câu trả lời",
    "interrupted": "Ngắt lời máy",
}


class SpokenTurns:
    """Builds the page for one browser."""

    def __init__(self, letan: FastAPI, language: Language) -> None:
        self._timings: VoiceTimings = letan.state.voice_timings
        self._zone = ZoneInfo(letan.state.settings.timezone)
        self._language: Language = language
        self._shown: tuple[VoiceTurn, ...] = ()

    def _say(self, text: str, **values: object) -> str:
        return say(self._language, text, **values)

    def build(self) -> None:
        """Draws everything once, and again when another turn is over."""
        bar(self._language, "Các lượt nói")
        with ui.column().classes("desk"):
            self._turns()
        ui.timer(_REFRESH_SECONDS, self._follow)

    def _follow(self) -> None:
        if self._timings.recent() != self._shown:
            self._turns.refresh()

    @ui.refreshable_method
    def _turns(self) -> None:
        self._shown = self._timings.recent()
        heading(self._language, "20 lượt nói gần nhất")
        ui.label(self._sentence()).props('data-testid="waits"')
        ui.label(self._say("Thời gian tính bằng giây. Lời nói của người dân không được lưu lại."))
        if self._shown:
            rows = [self._row(number, turn) for number, turn in enumerate(self._shown)]
            ui.table(columns=self._columns(), rows=rows, row_key="id").classes("w-full").props(
                'data-testid="spoken-turns" dense wrap-cells'
            )

    def _columns(self) -> list[dict[str, str]]:
        told = {"at": "Lúc", "language": "Tiếng", "outcome": "Kết quả"}
        return [
            {"name": name, "label": self._say(label), "field": name, "align": "left"}
            for name, label in told.items()
        ] + [
            {"name": name, "label": self._say(label), "field": name}
            for name, label in _COLUMNS.items()
        ]

    def _row(self, number: int, turn: VoiceTurn) -> dict[str, object]:
        shown: dict[str, object] = {
            "id": number,
            "at": turn.at.astimezone(self._zone).strftime("%H:%M:%S"),
            "language": self._say("Việt" if turn.language == "vi" else "Anh"),
            "outcome": outcome(self._language, turn.outcome),
        }
        for name in _COLUMNS:
            seconds = turn.seconds(name)
            shown[name] = "–" if seconds is None else self._number(seconds)
        return shown

    def _sentence(self) -> str:
        waits = [seconds for t in self._shown if (seconds := t.seconds("answered")) is not None]
        if not self._shown:
            return self._say("Từ khi khởi động chưa có ai nói với máy.")
        if not waits:
            return self._say("Chưa có lượt nói nào được trả lời bằng tiếng.")
        return self._say(
            "Từ lúc dứt lời đến tiếng đầu tiên: một nửa số lượt trong {half} s, lâu nhất {most} s.",
            half=self._number(statistics.median(waits)),
            most=self._number(max(waits)),
        )

    def _number(self, seconds: float) -> str:
        told = f"{seconds:.2f}"
        return told.replace(".", ",") if self._language == "vi" else told


assert KEPT_TURNS == 20, "the heading says so"
