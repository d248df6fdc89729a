"""Boxes in which a clerk writes one part of an entry; they write into it as he types."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from assistant.catalogue.telling import label
from assistant.console.catalogue_wording import say
from assistant.console.catalogue_written import Written
from assistant.errors import Language

_HINTS = {
    "aliases": "Mỗi dòng một cách gọi, ví dụ: làm giấy khai sinh",
    "examples": "Mỗi dòng một câu, đúng như người dân nói",
    "former_names": "Mỗi dòng một tên",
    "sources": "Mỗi dòng một nguồn: địa chỉ trang hoặc số quyết định",
    "legal_basis": "Mỗi dòng một văn bản",
    "legal_basis_unverified": "Mỗi dòng một văn bản",
    "same_as": "Mỗi dòng một mã",
}


class Fields:
    """``changed`` is told the key of the part that was written in."""

    def __init__(self, language: Language, changed: Callable[[str], None]) -> None:
        self._language: Language = language
        self._changed = changed
        self.written: Written = {}

    def _say(self, text: str) -> str:
        return say(self._language, text)

    def _set(self, holder: Written, key: str, value: Any, top: str) -> None:
        before = holder.get(key)
        if before != value:
            holder[key] = value
            if top == "documents" and key == "vi" and before:
                self._rename(before, value)
            self._changed(top)

    def _rename(self, before: str, after: str) -> None:
        """Cases name the papers that they spare by their words."""
        if any(paper.get("vi") == before for paper in self.written.get("documents") or ()):
            return
        for case in self.written.get("cases") or ():
            dropped = case.get("documents_drop") or ()
            case["documents_drop"] = [after if text == before else text for text in dropped]

    def _one(
        self,
        holder: Written,
        key: str,
        top: str,
        *,
        title: str | None = None,
        hint: str = "",
        area: bool = False,
    ) -> None:
        kind = ui.textarea if area else ui.input
        kind(
            label=title or label(top, self._language),
            value=holder.get(key) or "",
            placeholder=hint or None,
            on_change=lambda event: self._set(holder, key, event.value or "", top),
        ).props(f'data-testid="{top}-{key}" outlined autogrow debounce=300 maxlength=4000').classes(
            "desk-grow"
        )

    def _pair(self, holder: Written, key: str, top: str, title: str, area: bool = False) -> None:
        """A text in both languages."""
        text = holder.get(key)
        text = text if isinstance(text, dict) else {"vi": text or "", "en": None}
        holder[key] = text
        with ui.row().classes("desk-pair"):
            self._one(text, "vi", top, title=title, area=area)
            self._one(text, "en", top, title=f"{title} (English)", area=area)

    def _both(self, key: str, area: bool = False) -> None:
        self._pair(self.written, key, key, label(key, self._language), area)

    def _lines(self, holder: Written, key: str, top: str, title: str | None = None) -> None:
        ui.textarea(
            label=title or label(key, self._language),
            value="\n".join(holder.get(key) or ()),
            placeholder=self._say(_HINTS[key]) if key in _HINTS else None,
            on_change=lambda event: self._set(holder, key, (event.value or "").split("\n"), top),
        ).props(f'data-testid="{key}" outlined autogrow debounce=300').classes("w-full")

    def _texts(self, texts: list[Any], top: str, title: str) -> None:
        """Texts in both languages, one a line; a translation follows its line by number."""

        def lines(name: str) -> str:
            return "\n".join((text.get(name) or "") for text in texts).rstrip("\n")

        def change(name: str, value: str) -> None:
            written = value.split("\n")
            length = max(len(written), len(texts))
            texts.extend({"vi": "", "en": None} for _ in range(length - len(texts)))
            for number, text in enumerate(texts):
                text[name] = written[number] if number < len(written) else ""
            while texts and not (texts[-1].get("vi") or texts[-1].get("en")):
                texts.pop()
            self._changed(top)

        with ui.row().classes("desk-pair"):
            for name, more in (("vi", ""), ("en", " (English)")):
                ui.textarea(
                    label=title + more,
                    value=lines(name),
                    on_change=lambda event, name=name: change(name, event.value or ""),
                ).props("outlined autogrow debounce=300").classes("desk-grow")

    def _number(self, holder: Written, key: str, top: str, title: str) -> None:
        ui.number(
            label=title,
            value=holder.get(key),
            min=0,
            on_change=lambda event: self._set(holder, key, event.value, top),
        ).props(f'data-testid="{top}-{key}" outlined debounce=300').classes("desk-grow")

    def _choice(
        self, holder: Written, key: str, top: str, options: dict[str, str], title: str | None = None
    ) -> None:
        value = holder.get(key) or ""
        ui.select(
            options,
            label=title or label(top, self._language),
            value=value if value in options else next(iter(options)),
            on_change=lambda event: self._set(holder, key, event.value, top),
        ).props(f'data-testid="{top}-{key}" outlined').classes("desk-grow")

    def _day(self, key: str) -> None:
        ui.input(
            label=label(key, self._language),
            value=self.written.get(key) or "",
            on_change=lambda event: self._set(self.written, key, event.value or "", key),
        ).props(f'data-testid="{key}" type=date outlined stack-label').classes("desk-grow")

    def _tick(self, key: str) -> None:
        ui.checkbox(
            label(key, self._language),
            value=bool(self.written.get(key)),
            on_change=lambda event: self._set(self.written, key, bool(event.value), key),
        )

    def _small(self, text: str, what: str, do: Callable[[], None], name: str) -> None:
        button = ui.button(self._say(text), on_click=do)
        button.props(f'data-testid="{name}" outline no-caps').classes("desk-quiet")
        button.props["aria-label"] = f"{self._say(text)}: {what}"
