// A panel over the middle of the screen. Header and dock stay usable: STOP must never be covered.

import { el, replace } from "../shared/dom.js";

export class Overlay {
  constructor(host, screen) {
    this.host = host;
    this.screen = screen;
    this.kind = null;
    addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.kind && this.onEscape) this.onEscape();
    });
  }

  /** Show `content` under the title; `onEscape` runs on the Escape key. */
  show(kind, title, content, { tone = "calm", onEscape = null, focus = true, role = "dialog" } = {}) {
    if (!this.kind) this.before = document.activeElement;
    this.kind = kind;
    this.onEscape = onEscape;
    const heading = el("h2", { id: "overlay-title", class: "panel-title", tabindex: "-1" }, title);
    const panel = el(
      "div",
      { class: `panel panel-${tone} panel-${kind}`, role, "aria-labelledby": "overlay-title" },
      heading,
      content,
    );
    replace(this.host, panel);
    this.host.hidden = false;
    this.screen.inert = true;
    if (focus) heading.focus({ preventScroll: true });
  }

  /** Close it, if `kind` (or no kind) is what is shown. */
  close(kind = null) {
    if (!this.kind || (kind && kind !== this.kind)) return;
    const hadFocus = this.host.contains(document.activeElement);
    this.kind = null;
    this.host.hidden = true;
    this.host.replaceChildren();
    this.screen.inert = false;
    if (hadFocus && this.before?.isConnected) this.before.focus({ preventScroll: true });
    this.before = null;
  }
}
