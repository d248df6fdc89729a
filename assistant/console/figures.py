"""The console's figures: each a chart, a table and a sentence."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from fastapi import FastAPI, Request
from nicegui import ui

from assistant.console.charts import bars, columns, table
from assistant.console.frame import bar, heading
from assistant.console.inbox_words import CHANNELS
from assistant.console.outcomes import outcome
from assistant.console.procedure_names import name_of
from assistant.console.wording import say
from assistant.conversation.figures import Counts, Figures, figures
from assistant.conversation.figures_files import as_csv, as_workbook
from assistant.errors import Language

_LONGEST_DAYS = 366
_SPANS = ((1, "Hôm nay"), (7, "7 ngày"), (30, "30 ngày"))
_SHOWN_PROCEDURES = 12
_LANGUAGES = {"vi": "Tiếng Việt", "en": "Tiếng Anh"}


class FiguresPage:
    """Builds the page for one browser; the days stand in its address."""

    def __init__(self, letan: FastAPI, language: Language, request: Request) -> None:
        self._state = letan.state
        self._language: Language = language
        self._zone = ZoneInfo(letan.state.settings.timezone)
        today = datetime.now(self._zone).date()
        self._last = min(_day(request.query_params.get("last")) or today, today)
        wanted = _day(request.query_params.get("first")) or self._last - timedelta(days=6)
        earliest = self._last - timedelta(days=_LONGEST_DAYS - 1)
        self._first = max(earliest, min(wanted, self._last))
        self._today = today

    def _say(self, text: str, **values: object) -> str:
        return say(self._language, text, **values)

    async def build(self) -> None:
        """Draws it once: the figures of days that are over change no more."""
        database = self._state.database
        found = await figures(database, self._zone, self._first, self._last)
        bar(self._language, "Số liệu")
        with ui.column().classes("desk"):
            self._days()
            self._files(found)
            self._questions(found)
            self._outcomes(found)
            self._procedures(found)
            self._satisfaction(found)
            self._waiting(found)
            self._wrongly_sent(found)

    def _days(self) -> None:
        with ui.row().classes("items-center desk-filters"):
            for days, name in _SPANS:
                first = self._today - timedelta(days=days - 1)
                link = ui.link(
                    self._say(name),
                    f"?lang={self._language}&first={first}&last={self._today}",
                ).classes("figures-span")
                if (self._first, self._last) == (first, self._today):
                    link.props("aria-current=true")
            first_day = ui.input(self._say("Từ ngày"), value=self._first.isoformat())
            last_day = ui.input(self._say("Đến ngày"), value=self._last.isoformat())
            for each in (first_day, last_day):
                each.props(f"outlined type=date max={self._today}")

            def show() -> None:
                first, last = _day(first_day.value), _day(last_day.value)
                if first is None or last is None or last < first:
                    ui.notify(self._say("Ngày đầu phải trước ngày cuối."), type="negative")
                    return
                # Only dates that were read as such: nothing typed goes into the script.
                address = f"?lang={self._language}&first={first}&last={last}"
                ui.run_javascript(f"location.search = '{address}'")

            ui.button(self._say("Xem"), on_click=show).props("unelevated no-caps")

    def _files(self, found: Figures) -> None:
        name = f"letan-{self._first}-{self._last}"

        def csv() -> None:
            ui.download.content(as_csv(found).encode(), f"{name}.csv", "text/csv; charset=utf-8")

        def workbook() -> None:
            names = {code: self._name(code) for code, _ in found.procedures}
            ui.download.content(as_workbook(found, names), f"{name}.xlsx")

        with ui.row():
            ui.button(self._say("Tải CSV"), on_click=csv).props(
                "outline no-caps data-testid=figures-csv"
            )
            ui.button(self._say("Tải Excel"), on_click=workbook).props(
                "outline no-caps data-testid=figures-xlsx"
            )

    def _questions(self, found: Figures) -> None:
        heading(self._language, "Lượt khách và câu hỏi")
        total = found.total
        busiest = max(found.days, key=lambda day: (found.days[day].turns, day))
        if total.turns:
            told = self._say(
                "{turns} câu hỏi của {people} lượt khách; nhiều nhất ngày {day}: {most} câu.",
                turns=total.turns,
                people=len(total.conversations),
                day=_short_day(busiest),
                most=found.days[busiest].turns,
            )
        else:
            told = self._say("Những ngày này chưa có câu hỏi nào.")
        series = [
            (self._say("Câu hỏi"), [counts.turns for counts in found.days.values()]),
            (self._say("Lượt khách"), [len(c.conversations) for c in found.days.values()]),
        ]
        self._by_day("turns", found, told, series)

    def _outcomes(self, found: Figures) -> None:
        heading(self._language, "Kết quả")
        counted = found.total.outcomes.most_common()
        share = found.total.understood
        told = self._say("Chưa có gì để tính.")
        if share is not None:
            told = self._say(
                "Hiểu được {share} % câu hỏi; ngoài phạm vi {outside}, chuyển cán bộ {staff}.",
                share=round(share * 100),
                outside=found.total.outcomes["out_of_scope"],
                staff=found.total.outcomes["handed_over"],
            )
        named = [(outcome(self._language, name), count) for name, count in counted]
        drawn = bars([(name, float(count)) for name, count in named], told)
        rows = [[name, str(count), _percent(count, found.total.turns)] for name, count in named]
        self._both("outcomes", told, drawn, ["Kết quả", "Số lượt", "Tỷ lệ"], rows)
        for title, counts, names in (
            ("Kênh", found.channels, CHANNELS),
            ("Ngôn ngữ", found.languages, _LANGUAGES),
        ):
            self._groups(title, counts, names)

    def _groups(self, title: str, counted: Mapping[str, Counts], names: dict[str, str]) -> None:
        if not counted:
            return
        rows = [
            [
                self._say(names.get(name, name)),
                str(len(counts.conversations)),
                str(counts.turns),
                _share(counts.understood),
                _share(counts.satisfied),
                _share(counts.wrongly_sent_rate),
            ]
            for name, counts in sorted(counted.items(), key=lambda item: -item[1].turns)
        ]
        heads = [title, "Lượt khách", "Câu hỏi", "Hiểu được", "Hài lòng", "Đi nhầm quầy"]
        self._table(title, heads, rows)

    def _procedures(self, found: Figures) -> None:
        heading(self._language, "Thủ tục được hỏi nhiều nhất")
        listed = [(self._name(code), code, n) for code, n in found.procedures[:_SHOWN_PROCEDURES]]
        told = self._say("Chưa có thủ tục nào được hỏi.")
        if listed:
            told = self._say("Nhiều nhất: {name}, {n} câu.", name=listed[0][0], n=listed[0][2])
        drawn = bars([(name, float(n)) for name, _, n in listed], told)
        rows = [[name, code, str(n)] for name, code, n in listed]
        self._both("procedures", told, drawn, ["Thủ tục", "Mã", "Câu hỏi"], rows)

    def _satisfaction(self, found: Figures) -> None:
        heading(self._language, "Hài lòng")
        total = found.total
        told = self._say("Chưa có ai đánh giá.")
        if total.satisfied is not None:
            told = self._say(
                "{share} % hài lòng: {up} khen, {down} chê.",
                share=round(total.satisfied * 100),
                up=total.up,
                down=total.down,
            )
        series = [
            (self._say("Khen"), [counts.up for counts in found.days.values()]),
            (self._say("Chê"), [counts.down for counts in found.days.values()]),
        ]
        self._by_day("satisfaction", found, told, series)

    def _waiting(self, found: Figures) -> None:
        heading(self._language, "Chờ ở quầy")
        waiting = found.waiting
        told = self._say("Chưa có số nào được gọi.")
        if waiting.median is not None:
            told = self._say(
                "{n} số; một nửa chờ không quá {half} phút, lâu nhất {most} phút.",
                n=waiting.tickets,
                half=self._number(waiting.median),
                most=self._number(waiting.longest or 0.0),
            )
        days = [found.waiting_days.get(day) for day in found.days]
        series = [
            (self._say("Trung vị (phút)"), [each.median if each else None for each in days]),
            (self._say("Lâu nhất (phút)"), [each.longest if each else None for each in days]),
        ]
        self._by_day("waiting", found, told, series)

    def _wrongly_sent(self, found: Figures) -> None:
        heading(self._language, "Đi nhầm quầy")
        total = found.total
        told = self._say("Chưa quầy nào báo có người đến nhầm.")
        if total.wrongly_sent:
            told = self._say(
                "{n} người đến nhầm quầy, {share} của {sent} lượt khách đã được chỉ quầy.",
                n=total.wrongly_sent,
                share=_share(total.wrongly_sent_rate),
                sent=len(total.sent),
            )
        rates = [
            None if counts.wrongly_sent_rate is None else round(counts.wrongly_sent_rate * 100, 1)
            for counts in found.days.values()
        ]
        self._by_day("wrongly-sent", found, told, [(self._say("Tỷ lệ nhầm (%)"), rates)])

    def _by_day(
        self,
        name: str,
        found: Figures,
        told: str,
        series: Sequence[tuple[str, Sequence[float | None]]],
    ) -> None:
        if not any(value for _, values in series for value in values):
            ui.label(told).props(f'data-testid="sentence-{name}"')
            return
        days = list(found.days)
        drawn = columns([_short_day(day) for day in days], series, told)
        rows = [
            [_short_day(day), *("–" if v[at] is None else self._number(v[at]) for _, v in series)]
            for at, day in enumerate(days)
        ]
        self._both(name, told, drawn, ["Ngày", *(each for each, _ in series)], rows[::-1])

    def _both(
        self, name: str, told: str, drawn: str, heads: Sequence[str], rows: Sequence[Sequence[str]]
    ) -> None:
        ui.label(told).props(f'data-testid="sentence-{name}"')
        if not rows:
            return
        with ui.element("div").classes("figures-both"):
            # Drawn by us from numbers and names, and the names are escaped.
            ui.html(drawn, sanitize=False).classes("figures-chart")
            self._table(name, heads, rows)

    def _table(self, name: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        named = [self._say(head) for head in heads]
        title = self._say("Bảng: {what}", what=", ".join(named))
        drawn = table(f"figures-{name}", title, named, rows)
        ui.html(drawn, sanitize=False)

    def _name(self, code: str) -> str:
        return name_of(self._state.catalogue, code, self._language)

    def _number(self, value: float | None) -> str:
        told = f"{value or 0:g}"
        return told.replace(".", ",") if self._language == "vi" else told


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _short_day(day: date) -> str:
    return f"{day.day}/{day.month}"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{round(value * 100)} %"


def _percent(count: int, whole: int) -> str:
    return _share(count / whole if whole else None)
