// A life event: what to do in order, which papers, past which counters.

import { button, el } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { pick, t } from "../shared/i18n.js";
import { PagedList } from "./pages.js";

/** Steps are buttons: one touch opens the procedure. Returns `{node, close()}`. */
export function lifeEventCard(app, part) {
  const steps = new PagedList(part.items.map((item, index) => step(app, part, item, index)), { label: t("Các việc theo thứ tự"), className: "steps" });
  const rows = (part.documents || []).map(paper);
  const papers = rows.length ? new PagedList(rows, { label: t("Giấy tờ cần mang"), className: "papers" }) : null;
  const stepsTitle = `${t("Các việc theo thứ tự")} (${part.items.length})`;
  const papersTitle = `${t("Giấy tờ cần mang")} (${rows.length})`;
  const node = el("article", { class: "card life-event", "aria-labelledby": "card-name", testid: "life-event" }, [
    el("header", { class: "card-head" }, el("h2", { class: "card-name", id: "card-name" }, pick(part.event?.name) || t("Các việc theo thứ tự"))),
    el("div", { class: "card-sections" }, [
      el("section", { class: "section section-steps" }, el("h3", { class: "section-title" }, icon("list"), stepsTitle), steps.node),
      papers ? el("section", { class: "section section-papers" }, el("h3", { class: "section-title" }, icon("document"), papersTitle), papers.node) : null,
    ]),
    walk(part),
  ]);
  return { node, close: () => [steps, papers].forEach((list) => list?.close()) };
}

/** The counter of a life event's first step: where one is led, and whose number one takes. */
export function firstCounter(part) {
  return (part.counters || []).find((counter) => counter.procedures.includes(part.code))?.id || null;
}

function step(app, part, item, index) {
  const send = { click: () => app.ask({ payload: `procedure:${item.id}` }, pick(item.title)) };
  const where = placeOf(part, item.id);
  return el("li", { class: "step" }, [
    el("button", { type: "button", class: "btn step-button", testid: "choice", on: send }, [
      el("span", { class: "choice-number", "aria-hidden": "true" }, index + 1),
      el("span", { class: "btn-text" }, [
        el("span", { class: "btn-words" }, pick(item.title)),
        item.note ? el("span", { class: "btn-detail" }, pick(item.note)) : null,
      ]),
      where ? el("span", { class: "step-place" }, where) : null,
    ]),
  ]);
}

function placeOf(part, code) {
  const counter = (part.counters || []).find((one) => one.procedures.includes(code));
  if (counter) return t("Quầy {id}", { id: counter.id });
  return (part.offices || []).some((one) => one.procedures.includes(code)) ? t("Nơi khác") : "";
}

function paper(item) {
  return el("li", { class: "paper" }, [
    el("span", { class: "tick", "aria-hidden": "true" }, icon("check")),
    el("div", {}, el("p", { class: "paper-title" }, pick(item.title)), item.note ? el("p", { class: "paper-note" }, pick(item.note)) : null),
  ]);
}

/** Counters in walking order. */
function walk(part) {
  const counters = (part.counters || []).map((counter) => t("Quầy {id}", { id: counter.id }));
  return counters.length > 1 ? el("p", { class: "walk" }, icon("pin"), ` ${counters.join(" → ")}`) : null;
}
