"""The week and the days off, as forms over `hours.yaml`."""

import copy
from typing import TYPE_CHECKING, Any

from nicegui import ui

from assistant.centre.content import DAYS
from assistant.errors import LetanError

if TYPE_CHECKING:
    from assistant.console.centre import CentrePage

_NAMES = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")
_SESSIONS = 2
"""Fields a day: morning and afternoon; a day with more keeps them."""


def draw_week(page: "CentrePage") -> None:
    """Seven days with a morning and an afternoon; empty fields mean closed."""
    say = page.say
    week = page.parts["hours"].get("week") or {}
    fields: dict[str, list[tuple[ui.input, ui.input]]] = {}
    with ui.element("div").classes("desk-week"):
        for day, name in zip(DAYS, _NAMES, strict=True):
            sessions = list(week.get(day) or ())
            ui.label(say(name)).classes("desk-name")
            fields[day] = []
            for number in range(max(_SESSIONS, len(sessions))):
                known = sessions[number] if number < len(sessions) else {}
                part = say("buổi {n}", n=number + 1)
                pair = []
                for key, text in (("from", "từ"), ("to", "đến")):
                    label = f"{say(name)}, {part}, {say(text)}"
                    value = _padded(str(known.get(key, "")))
                    field = ui.input(say(text), value=value).props(
                        f'type=time stack-label outlined dense aria-label="{label}" '
                        f'data-testid="{day}-{number}-{key}"'
                    )
                    field.set_enabled(page.may_write)
                    pair.append(field)
                fields[day].append((pair[0], pair[1]))

    async def save() -> None:
        hours = copy.deepcopy(page.parts["hours"])
        hours["week"] = {
            day: _sessions(pairs, list(week.get(day) or ())) for day, pairs in fields.items()
        }
        await page.save("hours", hours)

    if page.may_write:
        with ui.row():
            ui.button(say("Lưu giờ làm việc"), on_click=say.guarded(save)).props(
                'data-testid="save-week" unelevated no-caps'
            )


def _sessions(
    pairs: list[tuple[ui.input, ui.input]], before: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """What was typed; a session keeps its note. Raises LetanError for half a session."""
    found = []
    for number, (first, last) in enumerate(pairs):
        start, end = str(first.value or ""), str(last.value or "")
        if not start and not end:
            continue
        if not start or not end:
            raise LetanError(
                "input_invalid",
                422,
                "Một buổi cần cả giờ bắt đầu và giờ kết thúc; để trống cả hai là nghỉ.",
                "A session needs its beginning and its end; leave both empty for none.",
            )
        note = before[number].get("note") if number < len(before) else None
        found.append({"from": start, "to": end, **({"note": note} if note else {})})
    return found


def _padded(clock: str) -> str:
    """`7:30` as a field for times wants it."""
    return clock.zfill(5) if clock else ""


class DaysOff:
    """Closures of the whole centre or of counters: listed, added, removed."""

    def __init__(self, page: "CentrePage") -> None:
        self._page = page

    def build(self) -> None:
        page, say = self._page, self._page.say
        ui.label(say("Ngày lễ của cả nước đã có sẵn; ở đây thêm những ngày riêng của trung tâm."))
        self._list()
        if not page.may_write:
            return
        counters = {
            id_: counter.name.get(page.language)
            for id_, counter in page.centre.content.counters.items()
        }
        date_look = "type=date stack-label outlined"
        with ui.element("div").classes("desk-form"):
            first = ui.input(say("Từ ngày")).props(f'{date_look} data-testid="off-from"')
            last = ui.input(say("Đến hết ngày")).props(f'{date_look} data-testid="off-to"')
            vi = ui.input(say("Lý do (tiếng Việt)")).props('outlined data-testid="off-vi"')
            en = ui.input(say("Lý do (tiếng Anh)")).props('outlined data-testid="off-en"')
            chosen = ui.select(
                counters, multiple=True, label=say("Chỉ các quầy này (bỏ trống: cả trung tâm)")
            ).props('outlined use-chips data-testid="off-counters"')
            chosen.classes("desk-wide")

        async def add() -> None:
            reason = {"vi": (vi.value or "").strip(), "en": (en.value or vi.value or "").strip()}
            closure: dict[str, Any] = {"from": str(first.value or ""), "reason": reason}
            if last.value:
                closure["to"] = str(last.value)
            if chosen.value:
                closure["counters"] = list(chosen.value)
            hours = copy.deepcopy(page.parts["hours"])
            hours["closures"] = [*(hours.get("closures") or ()), closure]
            await page.save("hours", hours)
            for field in (first, last, vi, en):
                field.set_value("")
            chosen.set_value([])
            self._list.refresh()

        with ui.row():
            ui.button(say("Thêm ngày nghỉ"), on_click=say.guarded(add)).props(
                'data-testid="add-off" unelevated no-caps'
            )

    @ui.refreshable_method
    def _list(self) -> None:
        page, say = self._page, self._page.say
        hours = page.parts["hours"]
        closures = hours.get("closures") or []
        for number, closure in enumerate(closures):
            self._row(number, closure)
        for name, text in (
            ("extra_holidays", "nghỉ thêm"),
            ("make_up_days", "làm bù"),
            ("not_holidays", "vẫn làm việc"),
        ):
            for each in hours.get(name) or ():
                reason = each.get("name") or each.get("note") or {}
                ui.label(f"{each['date']}: {say(text)} · {reason.get(page.language, '')}")
        if not closures:
            ui.label(say("Chưa có ngày nghỉ riêng nào."))

    def _row(self, number: int, closure: dict[str, Any]) -> None:
        page, say = self._page, self._page.say
        days = closure["from"] + (f" – {closure['to']}" if closure.get("to") else "")
        where = (
            say("quầy {ids}", ids=", ".join(closure["counters"]))
            if closure.get("counters")
            else say("cả trung tâm")
        )
        with ui.row().classes("items-center").props('data-testid="closure"'):
            ui.label(f"{days}: {closure['reason'][page.language]} · {where}")
            if not page.may_write:
                return

            async def remove() -> None:
                hours = copy.deepcopy(page.parts["hours"])
                del hours["closures"][number]
                await page.save("hours", hours)
                self._list.refresh()

            label = say("Bỏ ngày nghỉ {days}", days=days)
            ui.button(say("Bỏ"), on_click=say.guarded(remove)).props(
                f'flat no-caps color=negative aria-label="{label}"'
            )
