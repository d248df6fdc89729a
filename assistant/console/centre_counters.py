"""Names, other names, services and minutes of the counters, as a form over `counters.yaml`."""

import copy
from typing import TYPE_CHECKING, Any

from nicegui import ui

if TYPE_CHECKING:
    from assistant.console.centre import CentrePage


def draw_counters(page: "CentrePage") -> None:
    """One counter a fold; services are moved from counter to counter by choosing them."""
    say = page.say
    known = sorted(
        {
            service
            for group in ("counters", "offices")
            for each in page.parts["counters"].get(group) or ()
            for service in each["services"]
        }
    )
    for number, counter in enumerate(page.parts["counters"]["counters"]):
        title = f"{counter['name'][page.language]}"
        with ui.expansion(title).classes("w-full").props(f'data-testid="counter-{counter["id"]}"'):
            _form(page, number, counter, known)
    ui.label(
        say("Mỗi dịch vụ nên ở một quầy; dân được chỉ tới quầy đầu tiên có dịch vụ của thủ tục.")
    )


def _form(page: "CentrePage", number: int, counter: dict[str, Any], known: list[str]) -> None:
    say = page.say
    with ui.element("div").classes("desk-form"):
        vi = ui.input(say("Tên tiếng Việt"), value=counter["name"]["vi"]).props("outlined")
        en = ui.input(say("Tên tiếng Anh"), value=counter["name"]["en"]).props("outlined")
        minutes = ui.number(
            say("Số phút cho mỗi khách"),
            value=float(counter.get("service_minutes") or 10),
            min=0.5,
            max=240,
        ).props("outlined")
        services = ui.select(
            known, multiple=True, value=list(counter["services"]), label=say("Dịch vụ")
        ).props("outlined use-chips")
        services.classes("desk-wide")
        aliases = ui.textarea(
            say("Dân còn gọi là (mỗi dòng một cách gọi)"),
            value="\n".join(counter.get("aliases") or ()),
        ).props("outlined autogrow")
        aliases.classes("desk-wide")
    for field in (vi, en, minutes, services, aliases):
        field.set_enabled(page.may_write)

    async def save() -> None:
        values = copy.deepcopy(page.parts["counters"])
        changed = values["counters"][number]
        changed["name"] = {"vi": (vi.value or "").strip(), "en": (en.value or "").strip()}
        changed["services"] = list(services.value or ())
        changed["aliases"] = [a.strip() for a in (aliases.value or "").splitlines() if a.strip()]
        if minutes.value is not None:
            changed["service_minutes"] = minutes.value
        told = say("Đã lưu. Câu trả lời dùng tên và dịch vụ mới sau khi phát hành bản mới.")
        await page.save("counters", values, told=told)

    if page.may_write:
        with ui.row():
            ui.button(say("Lưu quầy này"), on_click=say.guarded(save)).props(
                f'data-testid="save-counter-{counter["id"]}" unelevated no-caps'
            )
