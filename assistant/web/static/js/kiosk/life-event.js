// A life event: what to do in order, which papers, past which counters.

import { el } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { pick, t } from "../shared/i18n.js";
import { PagedList } from "./pages.js";

/** Steps are buttons: one touch opens the procedure. Returns `{node, close()}`. */
export function lifeEventCard(app, part) {
  const steps = new PagedList(part.items.map((item, index) => step(app, item, index)), { label: t("Các việc theo thứ tự"), className: "papers" });
  const rows = (part.documents || []).map(paper);
  const papers = rows.length ? new PagedList(rows, { label: t("Giấy tờ cần mang"), className: "papers" }) : null;
  const node = el("article", { class: "card life-event", "aria-labelledby": "card-name", testid: "life-event" }, [
    el("header", { class: "card-head" }, el("h2", { class: "card-name", id: "card-name" }, pick(part.event?.name) || t("Các việc theo thứ tự"))),
    walk(part),
    el("div", { class: "card-sections" }, [
      el("section", { class: "section" }, steps.node),
      papers ? el("section", { class: "section section-papers" }, el("h3", { class: "section-title" }, icon("list"), `${t("Giấy tờ cần mang")} (${rows.length})`), papers.node) : null,
    ]),
  ]);
  return { node, close: () => [steps, papers].forEach((list) => list?.close?.()) };
}

function step(app, item, index) {
  const send = { click: () => app.ask({ payload: `procedure:${item.id}` }, pick(item.title)) };
  return el("li", { class: "step" }, [
    el("button", { type: "button", class: "btn choice", testid: "choice", on: send }, [
      el("span", { class: "choice-number", "aria-hidden": "true" }, index + 1),
      el("span", { class: "btn-text" }, [
        el("span", { class: "btn-words" }, pick(item.title)),
        item.note ? el("span", { class: "btn-detail" }, pick(item.note)) : null,
      ]),
    ]),
  ]);
}

function paper(item) {
  return el("li", { class: "paper" }, [
    el("span", { class: "tick", "aria-hidden": "true" }, icon("check")),
    el("div", {}, el("p", { class: "paper-title" }, pick(item.title)), item.note ? el("p", { class: "paper-note" }, pick(item.note)) : null),
  ]);
}

/** Counters in walking order, then offices outside the hall. */
function walk(part) {
  const counters = (part.counters || []).map((counter) => t("Quầy {id}", { id: counter.id }));
  const outside = (part.offices || []).map((office) => pick(office.title));
  const places = [counters.join(" → "), ...outside].filter(Boolean);
  return places.length ? el("p", { class: "essential" }, icon("pin"), ` ${places.join(" · ")}`) : null;
}
