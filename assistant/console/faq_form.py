"""The fields of one question."""

import json
from collections.abc import Callable
from typing import Any

from nicegui import ui

from assistant.console.faq_wording import say
from assistant.errors import Language
from assistant.faq.schemas import FaqEntry


class FaqForm:
    """What is being written; `changed` is called after every change."""

    def __init__(self, language: Language, changed: Callable[[], None]) -> None:
        self._language: Language = language
        self._changed = changed
        self.written: dict[str, Any] = {}
        self.put({})

    def _say(self, text: str) -> str:
        return say(self._language, text)

    def take(self, entry: FaqEntry) -> None:
        self.put(entry.model_dump(mode="json"))

    def put(self, written: dict[str, Any]) -> None:
        """Show this instead; what it lacks is empty."""
        fresh = {
            "question": {"vi": "", "en": ""},
            "answer": {"vi": "", "en": ""},
            "variants": "\n".join(written.get("variants") or ()),
        }
        for key in ("question", "answer"):
            fresh[key] = {k: (written.get(key) or {}).get(k) or "" for k in ("vi", "en")}
        for key in ("valid_from", "valid_until", "source"):
            fresh[key] = written.get(key) or ""
        self.written = fresh
        self.draw.refresh()

    def tidy(self) -> dict[str, Any]:
        """As it would be saved: blanks are unknown."""
        now = self.written
        told: dict[str, Any] = {
            key: {"vi": now[key]["vi"].strip(), "en": now[key]["en"].strip() or None}
            for key in ("question", "answer")
        }
        lines = (line.strip() for line in now["variants"].splitlines())
        told["variants"] = [line for line in lines if line]
        for key in ("valid_from", "valid_until", "source"):
            told[key] = now[key].strip() or None
        return told

    @ui.refreshable_method
    def draw(self) -> None:
        for key, text, rows in (("question", "Câu hỏi", 2), ("answer", "Câu trả lời", 4)):
            with ui.element("div").classes("desk-pair"):
                self._area(key, "vi", self._say(text), rows)
                self._area(key, "en", f"{self._say(text)} ({self._say('tiếng Anh')})", rows)
        self._plain("variants", "Cách hỏi khác, mỗi dòng một câu, như dân hay nói", rows=6)
        with ui.element("div").classes("desk-pair"):
            self._plain("valid_from", "Áp dụng từ ngày (để trống: luôn luôn)", kind="date")
            self._plain("valid_until", "Áp dụng đến hết ngày", kind="date")
        self._plain("source", "Nguồn: thấy ở đâu, ai nói")

    def _area(self, key: str, inner: str, label: str, rows: int) -> None:
        def take(event: Any) -> None:
            self.written[key][inner] = event.value or ""
            self._changed()

        area = ui.textarea(label=label, value=self.written[key][inner], on_change=take)
        area.props(f'data-testid="{key}-{inner}" outlined rows={rows} debounce=200')

    def _plain(self, key: str, label: str, *, rows: int = 0, kind: str = "text") -> None:
        def take(event: Any) -> None:
            self.written[key] = event.value or ""
            self._changed()

        shown = self._say(label)
        if rows:
            area = ui.textarea(label=shown, value=self.written[key], on_change=take)
            area.props(f'data-testid="{key}" outlined rows={rows} debounce=200').classes("w-full")
            return
        field = ui.input(label=shown, value=self.written[key], on_change=take)
        look = "type=date stack-label" if kind == "date" else ""
        field.props(f'data-testid="{key}" outlined debounce=200 {look}').classes("w-full")


def inert(value: Any) -> str:
    """JSON that may stand in a script."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")
