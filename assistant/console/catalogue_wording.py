"""The sentences of the catalogue's pages: a list of translations of their own."""

from pathlib import Path

from nicegui import ui

from assistant.catalogue.search import fold
from assistant.console import wording
from assistant.errors import Language
from assistant.translations import translation

_FOLDER = Path(__file__).parent


def say(language: Language, text: str, **values: object) -> str:
    """Of this list, else of the console's."""
    found = translation(_FOLDER, "catalogue", language).gettext(text)
    if found == text:
        return wording.say(language, text, **values)
    return found.format(**values) if values else found


def heading(language: Language, text: str) -> None:
    found = ui.label(say(language, text)).classes("desk-heading")
    found.props(f"role=heading aria-level=3 tabindex=-1 id={anchor(text)}")


def named_dialog(name: str) -> ui.dialog:
    """A dialog that a screen reader tells by its name."""
    dialog = ui.dialog()
    dialog.props["aria-label"] = name
    return dialog


def anchor(text: str) -> str:
    """The id of a heading, the same in both languages."""
    return "part-" + fold(text).replace(" ", "-")


def jumps(language: Language, *headings: str) -> None:
    """Links to the headings of a long page."""
    label = say(language, "Các phần của trang")
    with ui.element("nav").classes("desk-jump").props(f'aria-label="{label}"'):
        for text in headings:
            ui.link(say(language, text), f"#{anchor(text)}").classes("desk-row-link")
