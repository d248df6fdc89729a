// What a card has no room for, in full: the official name, every line of the figures, the source.

import { button, el } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { t } from "../shared/i18n.js";
import { PagedList } from "./pages.js";

/** `rows` are `[label, [lines]]`; rows without a line are left out. */
export function showDetails(app, title, rows) {
  const items = rows
    .map(([label, lines]) => [label, lines.filter(Boolean)])
    .filter(([, lines]) => lines.length)
    .flatMap(([label, lines]) => lines.map((line, i) => el("li", { class: "detail" }, i === 0 ? el("b", { class: "detail-label" }, label) : null, el("p", {}, line))));
  const list = new PagedList(items, { label: title, className: "details" });
  const close = () => {
    list.close();
    app.overlay.close("details");
  };
  const back = button(t("Đóng"), { kind: "primary", icon: icon("check"), on: { click: close } });
  app.overlay.show("details", title, el("div", { class: "panel-body" }, list.node, el("div", { class: "panel-actions" }, back)), { onEscape: close });
}

const MOST_LINES = 2.2;
const MOST_OF_CARD = 0.38;

/**
 * Shorten the figures of a card until their boxes hold the words whole and leave room for the
 * papers: first the longest remarks give way to "Xem thêm", then the type gets smaller, also for a
 * list of the card that is squeezed.
 * Returns `{fit(), close()}`.
 */
export function fitFacts(node) {
  const boxes = [...node.querySelectorAll(".fact")];
  const crowded = () => node.scrollHeight > node.clientHeight + 1 || boxes.some(over) || (stacked(node) && node.offsetHeight > MOST_OF_CARD * node.closest(".card").clientHeight);
  let smaller = 0; // figures that a squeezed list has made small: they stay so, or both would go on for ever
  const fit = () => {
    for (const box of boxes) box.classList.remove("is-short", "is-small");
    if (getComputedStyle(node.closest(".card")).minHeight === "auto") return; // the screen scrolls
    for (const box of boxes) if (remark(box) > MOST_LINES * lineHeight(box)) box.classList.add("is-short");
    while (crowded()) {
      const long = worst(boxes, remark);
      const large = long ? null : worst(boxes, figure);
      if (!long && !large) break;
      (long || large).classList.add(long ? "is-short" : "is-small");
    }
    for (let i = 0; i < smaller; i += 1) worst(boxes, figure)?.classList.add("is-small");
  };
  node.closest(".card").addEventListener("squeezed", () => {
    if (smaller === boxes.length) return;
    smaller += 1;
    fit();
  });
  const watch = new ResizeObserver(fit);
  watch.observe(node);
  document.fonts.addEventListener("loadingdone", fit);
  return {
    fit,
    close() {
      watch.disconnect();
      document.fonts.removeEventListener("loadingdone", fit);
    },
  };
}

const over = (box) => box.scrollHeight > box.clientHeight + 1 || box.scrollWidth > box.clientWidth + 1;
const stacked = (node) => getComputedStyle(node.closest(".card")).display === "flex";
// "Xem thêm" takes a line itself: a remark of one line stays.
const remark = (box) => {
  const height = box.querySelector(".fact-more")?.offsetHeight || 0;
  return height > 1.5 * lineHeight(box) ? height : 0;
};
const figure = (box) => (box.classList.contains("is-small") ? 0 : box.querySelector(".fact-value").offsetHeight);
const lineHeight = (box) => parseFloat(getComputedStyle(box).fontSize) * 1.25;

/** The box that takes most of `measure`, if any takes something. */
function worst(boxes, measure) {
  const [first] = boxes.filter((box) => measure(box) > 0).sort((a, b) => measure(b) - measure(a));
  return first;
}
