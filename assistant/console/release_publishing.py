"""Putting a release in force: now or at a time, with the password typed once more."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from assistant.console.acting import Acting
from assistant.console.release_words import Words
from assistant.errors import LetanError


def asking_password(
    say: Words,
    acting: Acting,
    question: str,
    button: str,
    action: Callable[[str], Awaitable[None]],
    *,
    with_time: bool = False,
) -> None:
    """Opens a dialog; ``action`` runs when the password is right, and errors are told in it.

    ``with_time``: asks for date and time as well; ``action`` gets what was typed.
    """
    with ui.dialog().props("persistent") as dialog, ui.card().classes("desk-dialog"):
        ui.label(question).classes("desk-name")
        when = None
        if with_time:
            when = ui.input(say("Ngày giờ phát hành")).props(
                'type=datetime-local stack-label outlined data-testid="when"'
            )
        password = ui.input(say("Mật khẩu của anh/chị"), password=True).props(
            'outlined autocomplete=current-password data-testid="password" autofocus'
        )
        problem = ui.label("").classes("desk-need").props('role=alert data-testid="problem"')
        problem.set_visibility(False)
        waiting = ui.label(say("Đang làm, khoảng vài giây …")).props("role=status")
        waiting.set_visibility(False)

        async def run() -> None:
            problem.set_visibility(False)
            waiting.set_visibility(True)
            go.disable()
            try:
                await acting.confirm(password.value or "")
                await action(str(when.value or "") if when is not None else "")
            except LetanError as error:
                problem.set_text(error.text(say.language))
                problem.set_visibility(True)
            else:
                dialog.close()
            finally:
                waiting.set_visibility(False)
                go.enable()

        password.on("keydown.enter", run)
        with ui.row():
            go = ui.button(button, on_click=run).props('data-testid="confirm" unelevated no-caps')
            ui.button(say("Thôi"), on_click=dialog.close).props("flat no-caps")
    dialog.open()
