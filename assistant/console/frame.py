"""What every page of the console begins with: its bar, the language, the way out."""

import json

from nicegui import core, ui

from assistant.console.wording import say
from assistant.errors import Language
from assistant.staff.service import Staff

_HEAD = (
    '<link rel="stylesheet" href="/web/css/base.css">'
    '<link rel="stylesheet" href="/web/css/console.css">'
)

_NAVIGATION = (
    ("Tổng quan", "/", ""),
    ("Thủ tục", "/catalogue", "catalogue:read"),
    ("Hỏi đáp", "/faq", "faq:read"),
    ("Hộp thư", "/inbox", "inbox:read"),
    ("Phát hành", "/releases", "release:read"),
    ("Thông báo", "/notices", "notice:read"),
    ("Trung tâm", "/centre", "centre:read"),
    ("Robot", "/robots", "robot:read"),
    ("Số liệu", "/figures", "figures:read"),
)
"""Text, path of the console, the right that its page asks for; NiceGUI adds its own prefix."""

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
    """Draws it with the navigation of the console.

    ``title`` in Vietnamese; ``links`` are pairs of a text and a path (``/voice``) of pages that
    have no entry in the navigation.
    """
    request = ui.context.client.request
    here = request.url.path.removeprefix(request.scope.get("root_path", "")) or "/"
    ui.add_head_html(_HEAD)
    # NiceGUI takes one language for all readers of a page; this one's is known only here.
    ui.run_javascript(f"document.documentElement.lang = '{language}'")
    over = say(language, "Phiên làm việc đã hết. Nội dung trên trang vẫn còn nguyên.")
    script = _ALIVE.replace("SENTENCE", json.dumps(over))
    ui.run_javascript(script.replace("LINK", json.dumps(say(language, "Đăng nhập lại"))))
    with ui.header().classes("desk-bar"):
        ui.label(say(language, title)).classes("desk-title").props("role=heading aria-level=1")
        with ui.row().classes("items-center desk-way-out"):
            for text, path in links:
                ui.link(say(language, text), f"{path}?lang={language}").classes("desk-link")
            other = "en" if language == "vi" else "vi"
            address = request.url.include_query_params(lang=other).query
            ui.link("English" if other == "en" else "Tiếng Việt", f"?{address}").classes(
                "desk-link"
            )
            ui.button(say(language, "Ra"), on_click=_log_out).props(
                'data-testid="log-out" flat no-caps color=white'
            )
        _navigation(language, here, request.state.staff)


def _navigation(language: Language, here: str, staff: Staff) -> None:
    """The pages that there are and that this reader may see."""
    drawn = {getattr(route, "path", "") for route in core.app.routes}
    label = say(language, "Các trang")
    with ui.element("nav").classes("desk-navigation").props(f'aria-label="{label}"'):
        for text, path, right in _NAVIGATION:
            if path not in drawn or (right and not staff.may(right)):
                continue
            link = ui.link(say(language, text), f"{path}?lang={language}").classes("desk-link")
            if here == path or (path != "/" and here.startswith(path + "/")):
                link.props("aria-current=page")


def heading(language: Language, text: str) -> None:
    ui.label(say(language, text)).classes("desk-heading").props("role=heading aria-level=2")


def _log_out() -> None:
    # NiceGUI would put its own prefix before an absolute address.
    ui.run_javascript(
        "fetch('/console/logout', {method: 'POST'})"
        ".then(() => { location.href = '/console/login'; })"
    )
