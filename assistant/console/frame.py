"""What every page of the console begins with: its bar, the language, the way out."""

from nicegui import ui

from assistant.console.wording import say
from assistant.errors import Language

_HEAD = (
    '<link rel="stylesheet" href="/web/css/base.css">'
    '<link rel="stylesheet" href="/web/css/console.css">'
)


def bar(language: Language, title: str, *links: tuple[str, str]) -> None:
    """Draws it; ``title`` in Vietnamese, ``links`` are pairs of a text and a path of the console.

    Paths are relative to the page, because NiceGUI would put its own prefix before others.
    """
    ui.add_head_html(_HEAD)
    # NiceGUI takes one language for all readers of a page; this one's is known only here.
    ui.run_javascript(f"document.documentElement.lang = '{language}'")
    with ui.header().classes("desk-bar"):
        ui.label(say(language, title)).classes("desk-title").props("role=heading aria-level=1")
        with ui.row().classes("items-center"):
            for text, path in links:
                ui.link(say(language, text), f"{path}?lang={language}").classes("desk-link")
            other = "en" if language == "vi" else "vi"
            ui.link("English" if other == "en" else "Tiếng Việt", f"?lang={other}").classes(
                "desk-link"
            )
            ui.button(say(language, "Ra"), on_click=_log_out).props(
                'data-testid="log-out" flat no-caps color=white'
            )


def heading(language: Language, text: str) -> None:
    ui.label(say(language, text)).classes("desk-heading").props("role=heading aria-level=2")


def _log_out() -> None:
    # NiceGUI would put its own prefix before an absolute address.
    ui.run_javascript(
        "fetch('/console/logout', {method: 'POST'})"
        ".then(() => { location.href = '/console/login'; })"
    )
