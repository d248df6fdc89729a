"""Widgets in which a clerk writes a procedure; they write into the entry that is on the page."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from assistant.catalogue.services import SERVICES
from assistant.catalogue.telling import label, shown
from assistant.console.catalogue_fields import Fields
from assistant.console.catalogue_wording import heading
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


class Form(Fields):
    """All parts of one entry. ``changed`` is told the key of the part that was written in."""

    def __init__(self, language: Language, changed: Callable[[str], None]) -> None:
        super().__init__(language, changed)
        self.new = False
        self._open: set[int] = set()
        """Items of lists whose fields are shown; others tell what they say."""

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
                if not self._is_open(paper):
                    continue
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
                if not self._is_open(form):
                    continue
                self._pair(form, "name", "forms", self._say("Tên mẫu đơn"))
                self._one(form, "url", "forms", title=self._say("Địa chỉ tải về"), hint="https://")
        self._add("forms", "Thêm mẫu đơn", lambda: {"name": None, "url": ""})

    @ui.refreshable_method
    def _cases(self) -> None:
        heading(self._language, PARTS[2])
        ui.label(self._say("Điều gì làm đổi giấy tờ hoặc lệ phí, ví dụ: nộp trễ, ủy quyền."))
        for number, case in enumerate(self.written.get("cases") or ()):
            with self._item("cases", number, "Trường hợp"):
                if not self._is_open(case):
                    continue
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

    def _item(self, key: str, number: int, title: str) -> Any:
        """A card of a list, as a context: what it says, or its head when it is open."""
        item = self.written[key][number]
        told = f"{self._say(title)} {number + 1}"
        card = ui.card().classes("desk-card desk-item")
        with card, ui.row().classes("items-start justify-between w-full no-wrap"):
            opened = self._is_open(item)
            line = told if opened else f"{number + 1}. {shown([item], key, self._language)[0]}"
            ui.label(line).classes("desk-name" if opened else "desk-grow")
            with ui.row().classes("no-wrap"):
                text = "Xong" if opened else "Sửa"
                self._small(text, told, lambda: self._open_or_close(key, item), f"{key}-{number}")
                if number:
                    self._act(
                        key,
                        "Lên trên",
                        number,
                        lambda all_: all_.insert(number - 1, all_.pop(number)),
                    )
                self._act(key, "Bỏ", number, lambda all_: all_.pop(number))
        return card

    def _is_open(self, item: Written) -> bool:
        return id(item) in self._open

    def _open_or_close(self, key: str, item: Written) -> None:
        self._open ^= {id(item)}
        self._parts(key)

    def _act(self, key: str, text: str, number: int, act: Callable[[Any], object]) -> None:
        def run() -> None:
            act(self.written[key])
            self._redraw(key)

        self._small(text, f"{number + 1}", run, f"{key}-{text}-{number}")

    def _add(self, key: str, text: str, make: Callable[[], Written]) -> None:
        def run() -> None:
            made = make()
            self._open.add(id(made))
            self.written[key] = [*(self.written.get(key) or ()), made]
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
        self._parts(key)
        if key == "documents":  # cases name papers
            self._cases.refresh()

    def _parts(self, key: str) -> None:
        {"documents": self._papers, "forms": self._forms, "cases": self._cases}[key].refresh()
