"""What every page of the console begins with: its bar, the language, the way out."""

import json

from nicegui import ui

from assistant.console.wording import say
from assistant.errors import Language

_HEAD = (
    '<link rel="stylesheet" href="/web/css/base.css">'
    '<link rel="stylesheet" href="/web/css/console.css">'
)


_ALIVE = """
let working = false;
for (const what of ['pointerdown', 'keydown'])
  addEventListener(what, () => { working = true; }, {capture: true, passive: true});
setInterval(async () => {
  let status = 0;
  try {
    status = (await fetch('/console/alive', {method: working ? 'POST' : 'GET'})).status;
    working = false;
  } catch { return; }
  let cover = document.getElementById('session-over');
  if (status !== 401) { cover?.close(); return; }
  if (!cover) {
    cover = document.createElement('dialog');
    cover.id = 'session-over';
    cover.innerHTML = '<p></p><a href="/console/login" target="_blank" rel="noopener"></a>';
    cover.querySelector('p').textContent = SENTENCE;
    cover.querySelector('a').textContent = LINK;
    cover.addEventListener('cancel', (event) => event.preventDefault());
    document.body.append(cover);
  }
  if (!cover.open) cover.showModal();
}, 15000);
"""
"""What was being written stays under the cover; a log-in in another tab takes the cover away."""


def bar(language: Language, title: str, *links: tuple[str, str]) -> None:
    """Draws it; ``title`` in Vietnamese, ``links`` are pairs of a text and a path of the console.

    Paths are relative to the page, because NiceGUI would put its own prefix before others.
    """
    ui.add_head_html(_HEAD)
    # NiceGUI takes one language for all readers of a page; this one's is known only here.
    ui.run_javascript(f"document.documentElement.lang = '{language}'")
    over = say(language, "Phiên làm việc đã hết. Nội dung trên trang vẫn còn nguyên.")
    script = _ALIVE.replace("SENTENCE", json.dumps(over))
    ui.run_javascript(script.replace("LINK", json.dumps(say(language, "Đăng nhập lại"))))
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
