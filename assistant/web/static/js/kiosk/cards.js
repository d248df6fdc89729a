// Reply parts as cards.

import { button, el } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { N_, langOf, pick, shortDate, t } from "../shared/i18n.js";
import { fitFacts, showDetails } from "./details.js";
import { PagedList } from "./pages.js";
import { counterState, shortCounterName } from "./dialogs.js";

const FACTS = [
  ["fee", "coins", N_("Lệ phí")],
  ["time", "clock", N_("Thời hạn")],
  ["place", "pin", N_("Nơi làm")],
];
const MORE = ["fee", "eligibility", "online", "result", "steps", "form", "legal_basis"];
const MORE_ICONS = { fee: "coins", eligibility: "people", online: "globe", result: "document", steps: "list", form: "document", legal_basis: "scales" };

const section = (part, name) => part.sections?.[name] || null;
const linesOf = (found) => (found?.lines || []).map((line) => pick(line)).filter(Boolean);

const SHORT_CLAUSE = 20;
const LONG_FIGURE = 36;
const LONGEST_HEADLINE = 110;
const LONGEST_PROMPT = 70;

/**
 * The part of an official name that people say. Names run over four lines: "Chứng thực bản sao từ
 * bản chính giấy tờ, văn bản do cơ quan …" is "Chứng thực bản sao từ bản chính giấy tờ".
 */
export function shortName(name) {
  const [clause] = name.split(/\s*[;(]/);
  const comma = clause.indexOf(",");
  return (comma >= SHORT_CLAUSE ? clause.slice(0, comma) : clause).trim();
}

/** What a heading can hold; the whole name is among the details. */
function headline(name) {
  return name.length <= LONGEST_HEADLINE ? name : `${name.slice(0, LONGEST_HEADLINE).replace(/\s+\S*$/, "")}…`;
}

/** The whole answer about one procedure. Returns `{node, close()}`. */
export function procedureCard(app, part, { withMap = false, choices = null } = {}) {
  const name = pick(part.name);
  const short = headline(shortName(name));
  const asked = new Set(part.asked || []);
  const papers = documents(part);
  const extra = MORE.filter((key) => asked.has(key) && linesOf(section(part, key)).length > (key === "fee" ? 1 : 0));
  const extras = extra.map((key) => moreSection(key, section(part, key)));
  const all = () => showDetails(app, short, detailRows(app, part, name, short));
  const facts = withMap ? null : el("dl", { class: `facts${FACTS.some(([key]) => figure(app, part, key)[0].length > LONG_FIGURE) ? " has-long" : ""}` }, FACTS.map((row) => fact(app, part, row, asked, all)));
  const node = el("article", { class: `card${short.length > 60 ? " has-long-name" : ""}`, "aria-labelledby": "card-name" }, [
    el("header", { class: "card-head" }, [
      el("h2", { class: "card-name", id: "card-name", lang: langOf(part.name) }, short),
      part.cases?.length ? el("p", { class: "card-official card-cases" }, t("Tính cho: {list}", { list: part.cases.map((one) => pick(one.title)).join("; ") })) : null,
    ]),
    facts,
    el("div", { class: "card-sections" }, extras.map((list) => list.node), papers?.node),
    links(app, choices, all),
    foot(part),
  ]);
  const fitting = facts && fitFacts(facts);
  const close = () => [papers, ...extras, fitting].forEach((list) => list?.close?.());
  return { node, close, fit: () => fitting?.fit() };
}

/**
 * What is one press away: the conditions that change the papers or the fee, the choices in full
 * behind them, and whatever the card has shortened.
 */
function links(app, choices, all) {
  const prompt = pick(choices?.prompt) || t("Trường hợp của anh/chị là gì?");
  return el("div", { class: "cases" }, [
    choices ? button(prompt.length > LONGEST_PROMPT ? t("Trường hợp của anh/chị là gì?") : prompt, { kind: "case", icon: icon("question"), on: { click: () => showCases(app, choices) } }) : null,
    button(t("Chi tiết"), { kind: "case", class: "btn btn-case btn-details", icon: icon("document"), on: { click: all } }),
  ]);
}

function showCases(app, part) {
  const close = () => app.overlay.close("cases");
  const { node } = choicesCard(app, { ...part, prompt: null }, close);
  const back = button(t("Đóng"), { kind: "quiet", icon: icon("close"), on: { click: close } });
  app.overlay.show("cases", pick(part.prompt), el("div", { class: "panel-body" }, node, back), { onEscape: close });
}

/** The figure, the lines under it, and whether somebody knows it: `[value, more]`. */
function figure(app, part, key) {
  const found = section(part, key);
  const counter = key === "place" ? app.centre.counter(counterId(part)) : null;
  if (counter) return [t("Quầy {id}", { id: counter.id }), `${shortCounterName(pick(counter.name))}. ${counterState(counter)}`];
  const lines = linesOf(found);
  const [value, more] = key === "fee" ? firstFee(lines) : [upper(lines[0]), lines.slice(1).join(" · ")];
  return [value || (found?.known ? "" : t("Chưa rõ, hỏi tại quầy")), more];
}

function fact(app, part, [key, picture, word], asked, all) {
  const [value, more] = figure(app, part, key);
  if (!value) return null;
  const long = value.length > 22 ? " is-long" : "";
  return el("div", { class: `fact${long}${asked.has(key) ? " is-asked" : ""}` }, [
    el("dt", {}, icon(picture), t(word)),
    el("dd", {}, [
      el("span", { class: "fact-value" }, value),
      more ? el("span", { class: "fact-more" }, more) : null,
      more ? el("button", { type: "button", class: "fact-all", "aria-label": `${t(word)}: ${t("Xem thêm")}`, on: { click: all } }, t("Xem thêm")) : null,
    ]),
  ]);
}

/** Everything that the card may have shortened. */
function detailRows(app, part, name, short) {
  const rows = FACTS.map(([key, , word]) => {
    const lines = linesOf(section(part, key));
    const counter = key === "place" && app.centre.counter(counterId(part));
    return [t(word), counter ? [`${pick(counter.name)}. ${counterState(counter)}`, ...lines] : lines];
  });
  return [[t("Tên đầy đủ"), [short === name ? "" : name]], ...rows, [t("Nguồn"), [sourceWords(part)]]];
}

/**
 * "Trong hạn: Miễn phí" is shown as the amount, with its condition below. Whose amount it is may be
 * out of sight, so several different amounts are none: it depends, and all of them are one press away.
 */
function firstFee(lines) {
  const amounts = lines.map((line) => /^(.*):\s+([^:]+)$/.exec(line)).filter(Boolean);
  const rest = lines.length > 1 ? ` · ${t("và {n} mức khác", { n: lines.length - 1 })}` : "";
  if (new Set(amounts.map(([, , amount]) => amount)).size > 1) return [t("Tùy trường hợp"), lines[0] + rest];
  const found = amounts[0]?.input === lines[0] ? amounts[0] : null;
  if (!found) return [upper(lines[0]), lines.slice(1).join(" · ")];
  return [upper(found[2]), found[1] + rest];
}

function upper(text) {
  return text ? text[0].toLocaleUpperCase("vi") + text.slice(1) : "";
}

export function counterId(part) {
  const value = part.counter;
  if (value === null || value === undefined) return null;
  return typeof value === "object" ? value.id : String(value);
}

function documents(part) {
  const found = section(part, "documents");
  if (!found) return null;
  const items = found.items?.length ? found.items.map(paper) : linesOf(found).map((line) => paper({ title: line }));
  if (!items.length) return null;
  const list = new PagedList(items, { label: pick(found.title) || t("Giấy tờ cần mang"), className: "papers" });
  const count = found.known && found.items?.length ? ` (${found.items.length})` : "";
  const heading = el("h3", { class: "section-title" }, icon("list"), `${pick(found.title) || t("Giấy tờ cần mang")}${count}`);
  list.node = el("section", { class: "section section-papers" }, heading, list.node);
  return list;
}

const KINDS = {
  present: N_("cho cán bộ xem"),
  submit: N_("nộp cho cán bộ"),
  form: N_("tờ khai"),
  original: N_("bản chính"),
  copy: N_("bản sao"),
};

function paper(item) {
  const title = pick(item.title ?? item.name ?? item);
  const chips = [];
  if (KINDS[item.kind]) chips.push(t(KINDS[item.kind]));
  if (item.copies > 1) chips.push(t("{n} bản", { n: item.copies }));
  return el("li", { class: "paper" }, [
    el("span", { class: "tick", "aria-hidden": "true" }, icon("check")),
    el("div", {}, [
      el("p", { class: "paper-title", lang: langOf(item.title) }, [
        title,
        chips.length ? el("span", { class: "paper-kind" }, ` – ${chips.join(", ")}`) : null,
      ]),
      item.note ? el("p", { class: "paper-note" }, pick(item.note)) : null,
    ]),
  ]);
}

function moreSection(key, found) {
  const items = linesOf(found).map((line) => el("li", { class: "line" }, line));
  const list = new PagedList(items, { label: pick(found.title) });
  list.node = el("section", { class: "section" }, [
    el("h3", { class: "section-title" }, icon(MORE_ICONS[key]), pick(found.title)),
    list.node,
  ]);
  return list;
}

/** Where the facts come from, and a word (never a colour alone) when nobody has checked them. */
function foot(part) {
  const unsure = part.verified === false || part.needs_review;
  return el("footer", { class: "card-foot" }, [
    unsure
      ? el("p", { class: "unverified" }, icon("warn"), part.verified === false ? t("Chưa kiểm chứng: xin hỏi lại ở quầy") : t("Cần kiểm tra lại ở quầy"))
      : null,
    el("p", { class: "source" }, sourceWords(part)),
  ]);
}

function sourceWords(part) {
  const host = (part.source?.urls || []).map(hostOf).find(Boolean);
  const code = part.code && /^\d/.test(part.code) ? t("Mã {code}", { code: part.code }) : "";
  return [code, host ? t("Nguồn: danh mục đã công bố ({host})", { host }) : "", shortDate(part.source?.date) || ""].filter(Boolean).join(" · ");
}

function hostOf(url) {
  try {
    return new URL(String(url).split(" ")[0]).hostname.replace(/^www\./, "");
  } catch {
    return "";
  }
}

/** At most four answers to choose from, each with the words that tell it apart. */
export function choicesCard(app, part, chosen = () => {}) {
  const buttons = part.choices.slice(0, 4).map((choice, index) =>
    el(
      "button",
      {
        type: "button",
        class: "btn choice",
        testid: "choice",
        on: {
          click: () => {
            chosen();
            app.ask({ payload: choice.payload }, pick(choice.title));
          },
        },
      },
      el("span", { class: "choice-number", "aria-hidden": "true" }, index + 1),
      el("span", { class: "btn-text" }, [
        el("span", { class: "btn-words" }, pick(choice.title)),
        choice.detail ? el("span", { class: "btn-detail" }, pick(choice.detail)) : null,
      ]),
    ),
  );
  const label = pick(part.prompt) || t("Anh/chị chọn giúp em");
  const node = el("section", { class: "choices", role: "group", "aria-label": label }, [
    part.prompt === null ? null : el("h2", { class: "section-title" }, label),
    el("div", { class: `choice-grid n${buttons.length}` }, buttons),
  ]);
  return { node, close() {} };
}

export function ticketCard(app, part) {
  const closed = app.centre.counter(part.counter)?.open === false;
  const wait = part.expected_wait_minutes;
  const node = el("section", { class: "ticket", "aria-label": t("Số thứ tự của anh/chị") }, [
    el("p", { class: "ticket-label" }, t("Số thứ tự của anh/chị")),
    el("p", { class: "ticket-number" }, String(part.number)),
    el("p", { class: "ticket-counter" }, pick(part.counter_name) || t("Quầy {id}", { id: part.counter })),
    el("p", { class: "ticket-ahead" }, [
      closed && !(part.ahead > 0) ? t("Quầy đang đóng, xin xem giờ mở cửa") : part.ahead > 0 ? t("Còn {n} người phía trước", { n: part.ahead }) : t("Đến lượt anh/chị ngay"),
      wait > 0 ? ` · ${t("chờ khoảng {n} phút", { n: Math.round(wait) })}` : "",
    ]),
  ]);
  return { node, close() {} };
}

export function handoffCard(part) {
  const node = el("section", { class: "handoff" }, [
    el("h2", { class: "section-title" }, icon("person"), t("Gặp cán bộ")),
    el("p", { class: "essential" }, upper(pick(part.where))),
    part.hours ? el("p", {}, pick(part.hours)) : null,
  ]);
  return { node, close() {} };
}

/** The way in words, for those who go by themselves or do not see the map. */
export function directions(part) {
  const steps = (part.directions || []).map((step) => pick(step)).filter(Boolean);
  if (!steps.length) return null;
  return el("ol", { class: "directions", tabindex: "0", "aria-label": t("Đường đi") }, steps.map((step) => el("li", {}, step)));
}

/** A checklist's current paper: three big answers. */
export function paperQuestion(app, part) {
  const index = part.items.findIndex((item) => item.id === part.current);
  const item = part.items[index];
  const answer = (value, label, picture) =>
    button(t(label), {
      kind: `have have-${value}`,
      icon: icon(picture),
      "data-testid": "choice",
      on: { click: () => app.ask({ payload: `have:${value}` }, t(label), { keepQuestion: true }) },
    });
  const total = part.items.length;
  const node = el("section", { class: "paper-question" }, [
    el("p", { class: "progress-words" }, t("Giấy {n} trong {total}", { n: index + 1, total })),
    el("div", { class: "progress", "aria-hidden": "true" }, part.items.map((_, i) => el("i", { class: i < index ? "done" : i === index ? "now" : "" }))),
    el("h2", { class: "paper-name" }, pick(item.title)),
    item.note ? el("p", { class: "paper-note" }, pick(item.note)) : null,
    el("div", { class: "have-row" }, [answer("yes", N_("Có"), "check"), answer("no", N_("Chưa"), "close"), answer("unsure", N_("Không rõ"), "question")]),
  ]);
  return { node, close() {} };
}

/** The end of a checklist: what is missing and where to get it, then what is at hand. */
export function checklistResult(part) {
  const missing = part.items.filter((item) => (part.missing || []).includes(item.id));
  const rest = part.items.filter((item) => !missing.includes(item));
  const row = (item, state) =>
    el("li", { class: `paper is-${state}` }, [
      el("span", { class: "tick", "aria-hidden": "true" }, icon(state === "missing" ? "close" : state === "unsure" ? "question" : "check")),
      el("div", {}, [
        el("p", { class: "paper-title" }, pick(item.title)),
        el("p", { class: "paper-kind" }, state === "missing" ? t("Còn thiếu") : state === "unsure" ? t("Chưa chắc, hỏi lại ở quầy") : t("Đã có")),
        state !== "have" && item.note ? el("p", { class: "paper-note" }, pick(item.note)) : null,
      ]),
    ]);
  const state = (item) => (item.have === false ? "missing" : item.have === true ? "have" : "unsure");
  const rows = [...missing.map((item) => row(item, state(item) === "have" ? "missing" : state(item))), ...rest.map((item) => row(item, state(item)))];
  const list = new PagedList(rows, { label: t("Giấy tờ của anh/chị"), className: "papers" });
  const title = missing.length ? t("Anh/chị còn thiếu {n} giấy tờ", { n: missing.length }) : t("Anh/chị đã đủ giấy tờ");
  const node = el("article", { class: "card checklist-result" }, [
    el("header", { class: "card-head" }, el("h2", { class: "card-name" }, title)),
    el("section", { class: "section section-papers" }, list.node),
  ]);
  return { node, close: () => list.close() };
}
