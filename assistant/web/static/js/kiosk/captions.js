// Words that never scroll: as many whole lines as fit are shown, the rest is one press away, and
// the lines that are being read aloud turn up by themselves.

import { button, el } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { t } from "../shared/i18n.js";

export class Captions {
  /** `paragraphs` as in the state of the kiosk: `[{lang, lines: [{text, index}]}]`. */
  constructor(paragraphs) {
    this.page = 0;
    const words = paragraphs.map((paragraph) =>
      el("p", { lang: paragraph.lang }, paragraph.lines.map(({ text, index }) => el("span", { class: "sentence", id: `s${index}` }, `${text} `))),
    );
    this.lines = el("div", { class: "said-lines" }, words);
    this.more = button("", { kind: "lines", icon: icon("next"), on: { click: () => this.#turn() } });
    this.more.hidden = true;
    this.node = el("div", { class: "captions" }, this.lines, this.more);
    this.watch = new ResizeObserver(() => this.fit());
    this.watch.observe(this.node);
    this.measure = () => this.fit();
    document.fonts.addEventListener("loadingdone", this.measure);
  }

  close() {
    this.watch.disconnect();
    document.fonts.removeEventListener("loadingdone", this.measure);
  }

  /** Height of a line in whole pixels, so that a page never ends in the middle of one. */
  get #line() {
    return Math.round(parseFloat(getComputedStyle(this.lines).lineHeight)) || 1;
  }

  /** Give the words whole lines of the room there is. */
  fit() {
    const { lines, more } = this;
    lines.style.height = "";
    more.hidden = true;
    if (getComputedStyle(lines).overflowY === "visible" || lines.scrollHeight <= lines.clientHeight + 1) {
      this.pages = 1;
      return;
    }
    more.hidden = false; // the button takes room of its own
    const room = Math.max(1, Math.floor((lines.clientHeight + 1) / this.#line));
    lines.style.height = `${room * this.#line}px`;
    this.pages = Math.ceil(lines.scrollHeight / (room * this.#line) - 0.01);
    this.#show(Math.min(this.page, this.pages - 1));
  }

  #turn() {
    this.#show((this.page + 1) % this.pages);
  }

  /** The last page is full as well: it ends with the last line. */
  #show(page) {
    this.page = page;
    this.lines.scrollTop = page * this.lines.clientHeight;
    const last = page === this.pages - 1;
    const label = `${page + 1}/${this.pages}`;
    this.more.querySelector(".btn-words").textContent = label;
    this.more.setAttribute("aria-label", `${last ? t("Về đầu") : t("Xem tiếp")} ${label}`);
  }

  /** Turn to where this sentence begins. */
  reveal(sentence) {
    if (!(this.pages > 1)) return;
    const { lines } = this;
    const top = sentence.getBoundingClientRect().top - lines.getBoundingClientRect().top + lines.scrollTop;
    this.#show(Math.min(this.pages - 1, Math.max(0, Math.floor((top + 2) / lines.clientHeight))));
  }
}
