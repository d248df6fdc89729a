// A list that never scrolls: as many items as fit are shown, the rest is one press away.

import { button, el } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { t } from "../shared/i18n.js";

export class PagedList {
  /** `node` is what is put on the page (it may be wrapped); `items` are `<li>` elements; `label` names the list for screen readers. */
  constructor(items, { label, className = "", ordered = false } = {}) {
    this.items = items;
    this.page = 0;
    this.starts = [0];
    this.list = el(ordered ? "ol" : "ul", { class: `paged-items ${className}`, "aria-label": label }, items);
    this.status = el("span", { class: "paged-status", "aria-live": "polite" });
    this.more = button("", { kind: "quiet", icon: icon("next"), on: { click: () => this.#turn() } });
    this.foot = el("div", { class: "paged-foot" }, this.status, this.more);
    this.foot.hidden = true;
    this.box = el("div", { class: "paged" }, this.list, this.foot);
    this.node = this.box;
    this.watch = new ResizeObserver(() => this.fit());
    this.watch.observe(this.box);
    // A weight of the typeface may arrive after the first measurement.
    this.measure = () => this.fit();
    document.fonts.addEventListener("loadingdone", this.measure);
  }

  close() {
    this.watch.disconnect();
    document.fonts.removeEventListener("loadingdone", this.measure);
  }

  /** Divide the items into pages that fit the room there is. */
  fit() {
    // Where the screen itself scrolls (a telephone) a list needs no pages.
    const room = getComputedStyle(this.box).overflowY === "visible" ? Infinity : this.box.clientHeight;
    if (room < 40 || this.items.length === 0) return;
    for (const item of this.items) item.hidden = false;
    // Remarks go first: names of papers that are all in sight are worth more.
    this.box.classList.remove("is-tight");
    if (this.list.offsetHeight > room) this.box.classList.add("is-tight");
    const tops = this.items.map((item) => item.offsetTop - this.list.offsetTop);
    const bottoms = this.items.map((item, i) => tops[i] + item.offsetHeight);
    this.starts = pageStarts(tops, bottoms, room);
    if (this.starts.length > 1) {
      this.foot.hidden = false;
      this.starts = pageStarts(tops, bottoms, room - this.foot.offsetHeight);
    }
    this.foot.hidden = this.starts.length === 1;
    this.page = Math.min(this.page, this.starts.length - 1);
    this.#show();
    // Not even one item and the way to the next have room: whoever can make some is asked to.
    if (this.box.scrollHeight > this.box.clientHeight + 1) this.box.dispatchEvent(new CustomEvent("squeezed", { bubbles: true }));
  }

  #turn() {
    this.page = (this.page + 1) % this.starts.length;
    this.#show();
  }

  #show() {
    const from = this.starts[this.page];
    const to = this.starts[this.page + 1] ?? this.items.length;
    this.items.forEach((item, i) => {
      item.hidden = i < from || i >= to;
    });
    const last = this.page === this.starts.length - 1;
    const total = this.items.length;
    this.status.textContent =
      to - from === 1 ? t("Mục {n} trong {total}", { n: to, total }) : t("Mục {a}–{b} trong {total}", { a: from + 1, b: to, total });
    this.more.querySelector(".btn-words").textContent = last ? t("Về đầu") : t("Xem tiếp");
  }
}

/** First items of the pages, given each item's top and bottom and the room of a page. */
export function pageStarts(tops, bottoms, room) {
  const starts = [0];
  for (let i = 1; i < tops.length; i += 1) {
    if (bottoms[i] - tops[starts.at(-1)] > room) starts.push(i);
  }
  return starts;
}
