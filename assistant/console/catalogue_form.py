"""Widgets in which a clerk writes a procedure; they write into the entry that is on the page."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from assistant.catalogue.services import SERVICES
from assistant.catalogue.telling import label
from assistant.console.catalogue_wording import heading, say
from assistant.console.catalogue_written import Written
from assistant.errors import Language

_KINDS = {
    "": "—",
    "submit": "nộp lại",
    "present": "chỉ cho xem",
    "form": "tờ khai phải điền",
}
_UNITS = {
    "": "chưa biết",
    "same_day": "trong ngày",
    "working_days": "ngày làm việc",
    "days": "ngày",
    "hours": "giờ",
    "months": "tháng",
}
_ONLINE = {"": "chưa biết", "full": "toàn trình", "partial": "một phần", "no": "không"}
PARTS = (
    "Tên và nơi giải quyết",
    "Giấy tờ phải mang",
    "Trường hợp riêng",
    "Lệ phí và thời gian",
    "Cách dân gọi, cách dân hỏi",
    "Điều cần biết",
    "Nguồn và hiệu lực",
)
"""The headings of the form, in order."""
_HINTS = {
    "aliases": "Mỗi dòng một cách gọi, ví dụ: làm giấy khai sinh",
    "examples": "Mỗi dòng một câu, đúng như người dân nói",
    "former_names": "Mỗi dòng một tên",
    "sources": "Mỗi dòng một nguồn: địa chỉ trang hoặc số quyết định",
    "legal_basis": "Mỗi dòng một văn bản",
    "legal_basis_unverified": "Mỗi dòng một văn bản",
    "same_as": "Mỗi dòng một mã",
}


class Form:
    """All parts of one entry. ``changed`` is told the key of the part that was written in."""

    def __init__(self, language: Language, changed: Callable[[str], None]) -> None:
        self._language: Language = language
        self._changed = changed
        self.written: Written = {}
        self.new = False

    def _say(self, text: str) -> str:
        return say(self._language, text)

    @ui.refreshable_method
    def draw(self) -> None:
        """Everything anew, as it is in ``written``."""
        with ui.column().classes("w-full desk-form"):
            self._head()
            self._papers()
            self._forms()
            self._cases()
            self._money_and_time()
            self._words()
            self._where_from()

    def _head(self) -> None:
        heading(self._language, PARTS[0])
        if self.new:
            self._one(self.written, "code", "code", hint="1.001193, x-cap-so-nha")
        self._both("name")
        with ui.row().classes("desk-pair"):
            field = self.written.setdefault("field", {"vi": "", "en": ""})
            self._one(field, "vi", "field", title=label("field", self._language))
            self._one(field, "en", "field", title=label("field", self._language) + " (English)")
        with ui.row().classes("desk-pair"):
            vi = self._language == "vi"
            services = {key: s.vi if vi else s.en for key, s in SERVICES.items()}
            self._choice(self.written, "service", "service", services)
            online = {key: self._say(text) for key, text in _ONLINE.items()}
            self._choice(self.written, "online", "online", online)
        self._both("who")
        self._both("where")

    @ui.refreshable_method
    def _papers(self) -> None:
        heading(self._language, PARTS[1])
        papers = self.written.get("documents")
        if papers is None:
            ui.label(self._say("Chưa biết cần giấy tờ gì."))
        elif not papers:
            ui.label(self._say("Không cần giấy tờ nào."))
        kinds = {key: self._say(text) for key, text in _KINDS.items()}
        for number, paper in enumerate(papers or ()):
            with self._item("documents", number, "Giấy tờ"):
                with ui.row().classes("desk-pair"):
                    self._one(paper, "vi", "documents", title=self._say("Tên giấy tờ"))
                    self._one(paper, "en", "documents", title=self._say("Tên tiếng Anh"))
                with ui.row().classes("desk-pair"):
                    self._choice(paper, "kind", "documents", kinds, title=self._say("Nộp hay xem"))
                    self._number(paper, "copies", "documents", self._say("Số bản"))
                self._pair(paper, "note", "documents", self._say("Ghi chú"))
        with ui.row():
            self._add("documents", "Thêm giấy tờ", lambda: {"vi": "", "en": None})
            self._none("documents", "Không cần giấy tờ nào", [])
            self._none("documents", "Chưa biết cần gì", None)

    @ui.refreshable_method
    def _forms(self) -> None:
        for number, form in enumerate(self.written.get("forms") or ()):
            with self._item("forms", number, "Mẫu đơn"):
                self._pair(form, "name", "forms", self._say("Tên mẫu đơn"))
                self._one(form, "url", "forms", title=self._say("Địa chỉ tải về"), hint="https://")
        self._add("forms", "Thêm mẫu đơn", lambda: {"name": None, "url": ""})

    @ui.refreshable_method
    def _cases(self) -> None:
        heading(self._language, PARTS[2])
        ui.label(self._say("Điều gì làm đổi giấy tờ hoặc lệ phí, ví dụ: nộp trễ, ủy quyền."))
        for number, case in enumerate(self.written.get("cases") or ()):
            with self._item("cases", number, "Trường hợp"):
                self._pair(case, "if", "cases", self._say("Nếu"))
                added = case.setdefault("documents_add", [])
                self._texts(added, "cases", self._say("Phải mang thêm (mỗi dòng một giấy tờ)"))
                names = [p["vi"] for p in self.written.get("documents") or () if p.get("vi")]
                dropped = [text for text in case.get("documents_drop") or () if text in names]
                ui.select(
                    names,
                    label=self._say("Không cần mang"),
                    value=dropped,
                    multiple=True,
                    on_change=lambda e, case=case: self._set(
                        case, "documents_drop", list(e.value or ()), "cases"
                    ),
                ).props("outlined use-chips").classes("w-full")
                self._lines(
                    case,
                    "not_needed",
                    "cases",
                    self._say("Điều khác không cần (mỗi dòng một điều)"),
                )
                self._fees(case, "cases", number)
                self._pair(case, "note", "cases", self._say("Ghi chú"))
        self._add("cases", "Thêm trường hợp", lambda: {"if": {"vi": "", "en": None}})

    def _money_and_time(self) -> None:
        heading(self._language, PARTS[3])
        self._fee_rows()
        self._both("fee_note")
        time = self.written.get("time") or {"value": None, "unit": "", "note": None}
        self.written["time"] = time
        with ui.row().classes("desk-pair"):
            self._number(time, "value", "time", self._say("Bao lâu"))
            units = {key: self._say(text) for key, text in _UNITS.items()}
            self._choice(time, "unit", "time", units, title=self._say("Đơn vị"))
        self._pair(time, "note", "time", self._say("Ghi chú về thời gian"))
        self._both("result")

    @ui.refreshable_method
    def _fee_rows(self) -> None:
        self._fees(self.written, "fee_vnd", None)

    def _fees(self, holder: Written, top: str, number: int | None) -> None:
        """Rows of an amount and when it holds."""
        fees = holder.get("fee_vnd") or []
        refresh = self._fee_rows.refresh if number is None else self._cases.refresh
        if not fees:
            ui.label(
                self._say("Chưa biết lệ phí." if number is None else "Lệ phí như bình thường.")
            )

        def change(act: Callable[[], None]) -> None:
            act()
            self._changed(top)
            refresh()

        for place, fee in enumerate(fees):
            with ui.row().classes("desk-pair items-center"):
                case = fee.get("case") or {"vi": "", "en": None}
                fee["case"] = case
                self._one(case, "vi", top, title=self._say("Khi nào (để trống: mọi trường hợp)"))
                self._number(
                    fee,
                    "amount_vnd",
                    top,
                    self._say("Số tiền, đồng (0: miễn phí, trống: chưa biết)"),
                )
                ui.button(
                    self._say("Bỏ"),
                    on_click=lambda place=place: change(lambda: fees.pop(place) and None),
                ).props("outline no-caps").classes("desk-quiet")

        def add() -> None:
            holder["fee_vnd"] = [*fees, {"case": None, "amount_vnd": None}]

        ui.button(self._say("Thêm mức lệ phí"), on_click=lambda: change(add)).props(
            "outline no-caps"
        ).classes("desk-quiet")

    def _words(self) -> None:
        heading(self._language, PARTS[4])
        for key in ("aliases", "examples", "former_names"):
            self._lines(self.written, key, key)
        self._both("tells_apart", area=True)
        heading(self._language, PARTS[5])
        self._both("note", area=True)
        steps = self.written.get("steps") or []
        self.written["steps"] = steps
        self._texts(steps, "steps", label("steps", self._language))

    def _where_from(self) -> None:
        heading(self._language, PARTS[6])
        for key in ("sources", "legal_basis", "legal_basis_unverified"):
            self._lines(self.written, key, key)
        with ui.row().classes("desk-pair"):
            self._one(self.written, "source_date", "source_date")
            self._day("review_by")
        with ui.row().classes("desk-pair"):
            self._day("valid_from")
            self._day("valid_until")
        with ui.row():
            self._tick("verified")
            self._tick("needs_review")
        with ui.row().classes("desk-pair"):
            self._one(self.written, "replaced_by", "replaced_by", hint="1.001193")
            self._number(self.written, "rank", "rank", label("rank", self._language))
        self._lines(self.written, "same_as", "same_as")

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

    def _item(self, key: str, number: int, title: str) -> Any:
        """A card of a list with its buttons; to be used as a context."""
        card = ui.card().classes("desk-card desk-item")
        with card, ui.row().classes("items-center justify-between w-full"):
            ui.label(f"{self._say(title)} {number + 1}").classes("desk-name")
            with ui.row():
                if number:
                    self._act(
                        key, "Lên trên", number, lambda items, n: items.insert(n - 1, items.pop(n))
                    )
                self._act(key, "Bỏ", number, lambda items, n: items.pop(n))
        return card

    def _act(self, key: str, text: str, number: int, act: Callable[[Any, int], object]) -> None:
        def run() -> None:
            act(self.written[key], number)
            self._redraw(key)

        told = f"{self._say(text)}: {number + 1}"
        ui.button(self._say(text), on_click=run).props(
            f'outline no-caps aria-label="{told}"'
        ).classes("desk-quiet")

    def _add(self, key: str, text: str, make: Callable[[], Written]) -> None:
        def run() -> None:
            self.written[key] = [*(self.written.get(key) or ()), make()]
            self._redraw(key)

        ui.button(self._say(text), on_click=run).props(
            f'data-testid="add-{key}" outline no-caps'
        ).classes("desk-quiet")

    def _none(self, key: str, text: str, value: Any) -> None:
        if self.written.get(key):
            return

        def run() -> None:
            self.written[key] = value
            self._redraw(key)

        ui.button(self._say(text), on_click=run).props("outline no-caps").classes("desk-quiet")

    def _redraw(self, key: str) -> None:
        self._changed(key)
        {"documents": self._papers, "forms": self._forms, "cases": self._cases}[key].refresh()
        if key == "documents":  # cases name papers
            self._cases.refresh()
