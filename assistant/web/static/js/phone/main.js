// The card on the visitor's own phone (/p/CODE), and the same card with its ticks for a clerk (/s/SHORT).

import { ApiError, getJson } from "../shared/api.js";
import { el, replace } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { N_, language, money, pick, setLanguage, shortDate, t } from "../shared/i18n.js";
import { keepForOffline } from "../shared/offline.js";
import { shortName } from "../kiosk/cards.js";
import { listOf } from "../kiosk/centre.js";

const page = document.getElementById("page");
const toggle = document.getElementById("language");

async function load() {
  const [, kind, id] = location.pathname.split("/").map(decodeURIComponent);
  const short = kind === "s" ? id : new URLSearchParams(location.search).get("s");
  const slip = short ? await getJson(`/api/v1/slips/${encodeURIComponent(short)}`).catch((error) => sorry(error, kind === "s")) : null;
  const code = kind === "s" ? slip.procedure : id;
  const procedure = await getJson(`/api/v1/procedures/${encodeURIComponent(code)}`);
  const centre = await getJson("/api/v1/centre").catch(() => null);
  return { procedure, centre, slip };
}

function sorry(error, needed) {
  if (needed) throw error;
  return null;
}

function show({ procedure, centre, slip }) {
  const name = pick(procedure.name);
  const short = shortName(name);
  document.title = short;
  document.getElementById("phone-home").textContent = centre ? pick(centre.name) : "Lễ Tân";
  toggle.textContent = language() === "vi" ? "English" : "Tiếng Việt";
  toggle.lang = language() === "vi" ? "en" : "vi";
  replace(page, [
    slip ? el("p", { class: "slip-code" }, [t("Mã phiếu"), " ", el("b", {}, slip.short)]) : null,
    el("h1", {}, short),
    short === name ? null : el("p", { class: "official" }, name),
    procedure.verified && !procedure.needs_review ? null : el("p", { class: "unverified" }, icon("warn"), t("Cần kiểm tra lại ở quầy")),
    papers(procedure, slip),
    facts(procedure, centre),
    lines(t("Lưu ý"), [pick({ vi: procedure.note, en: procedure.note_en })]),
    lines(t("Các bước"), (procedure.steps || []).map((step) => pick(step))),
    lines(t("Mẫu đơn, tờ khai"), (procedure.forms || []).map((form) => pick(form.name))),
    source(procedure),
  ]);
}

function papers(procedure, slip) {
  const title = el("h2", {}, icon("list"), t("Giấy tờ cần mang"));
  if (!procedure.documents) return [title, el("p", {}, t("Chưa có thông tin; xin hỏi tại quầy."))];
  const chosen = casesOf(procedure, slip);
  const dropped = new Set(chosen.flatMap((one) => one.documents_drop || []).map((paper) => paper.id));
  const list = procedure.documents.filter((paper) => !dropped.has(paper.id));
  for (const paper of chosen.flatMap((one) => one.documents_add || [])) {
    if (!list.some((other) => other.vi === paper.vi)) list.push(paper);
  }
  const have = new Set(slip?.have || []);
  return [
    title,
    chosen.map((one) => el("p", { class: "case" }, pick(one.if))),
    el("ul", { class: "papers" }, list.map((paper) => paperRow(paper, slip ? have.has(paper.id) : null))),
  ];
}

/** A slip names the conditions that hold, joined by dots. */
function casesOf(procedure, slip) {
  const held = new Set((slip?.case || "").split("."));
  return (procedure.cases || []).filter((one) => held.has(one.id));
}

function paperRow(paper, have) {
  const note = pick({ vi: paper.note, en: paper.note_en });
  return el("li", { class: have ? "paper is-have" : "paper" }, [
    el("span", { class: "tick", "aria-hidden": "true" }, have ? icon("check") : null),
    el("div", {}, [
      el("p", { class: "paper-title" }, pick(paper), have ? el("span", { class: "paper-have" }, ` (${t("Đã có")})`) : null),
      note ? el("p", { class: "paper-note" }, note) : null,
    ]),
  ]);
}

function facts(procedure, centre) {
  const counter = listOf(centre?.counters || [], "counters").find((one) => (one.services || []).includes(procedure.service));
  const office = (centre?.offices || []).find((one) => (one.services || []).includes(procedure.service));
  const place = counter ? pick(counter.name) : office ? `${pick(office.name)}, ${pick(office.address)}` : pick({ vi: procedure.where, en: procedure.where_en });
  const rows = [
    ["coins", t("Lệ phí"), fees(procedure)],
    ["clock", t("Thời hạn"), duration(procedure.time)],
    ["pin", t("Nơi làm"), [place]],
    ["people", t("Ai được làm"), [pick(procedure.who)]],
    ["globe", t("Nộp trực tuyến"), [online(procedure.online)]],
    ["clock", t("Giờ mở cửa"), [pick((office || centre)?.hours)]],
    ["phone", t("Điện thoại"), [office?.phone || centre?.hotline || centre?.phone]],
  ];
  return el("dl", { class: "facts" }, rows.map(([picture, label, values]) => fact(picture, label, values.filter(Boolean))));
}

function fact(picture, label, values) {
  if (!values.length) return null;
  return el("div", { class: "fact" }, el("dt", {}, icon(picture), label), values.map((value) => el("dd", {}, value)));
}

function fees({ fees: list, fee_note: vi, fee_note_en: en }) {
  const rows = (list || []).map((fee) => {
    const amount = fee.amount_vnd === null ? t("chưa rõ") : money(fee.amount_vnd);
    const condition = pick(fee.case);
    return condition ? `${condition}: ${amount}` : amount;
  });
  const note = pick({ vi, en });
  return rows.length || note ? [...rows, note] : [t("Chưa rõ, hỏi tại quầy")];
}

const UNITS = { working_days: N_("{n} ngày làm việc"), days: N_("{n} ngày"), hours: N_("{n} giờ"), months: N_("{n} tháng") };

function duration(time) {
  if (!time) return [t("Chưa rõ, hỏi tại quầy")];
  const words = time.unit === "same_day" ? t("Trong ngày làm việc") : UNITS[time.unit] && time.value !== null ? t(UNITS[time.unit], { n: time.value }) : "";
  return [words, pick({ vi: time.note, en: time.note_en })];
}

function online(value) {
  return { full: t("Nộp được toàn bộ trên Cổng Dịch vụ công quốc gia"), partial: t("Nộp được một phần"), no: t("Phải nộp trực tiếp") }[value] || "";
}

function lines(title, values) {
  const found = values.filter(Boolean);
  if (!found.length) return null;
  return [el("h2", {}, title), el("ul", { class: "plain-lines" }, found.map((value) => el("li", {}, value)))];
}

function source(procedure) {
  const date = shortDate(procedure.source_date);
  const host = (procedure.sources || []).map((url) => /^https?:\/\/([^/\s]+)/.exec(url)?.[1]).find(Boolean);
  const words = [t("Mã thủ tục {code}", { code: procedure.code }), host && t("Nguồn: {host}", { host }), date && t("ngày {date}", { date })];
  return el("p", { class: "source" }, words.filter(Boolean).join(" · "));
}

function failed(error) {
  if (!(error instanceof ApiError)) throw error;
  replace(page, [
    el("h1", {}, error.status === 404 ? t("Không tìm thấy trang này") : t("Chưa mở được trang")),
    el("p", {}, error.detail || t("Điện thoại chưa nối được với máy chủ của trung tâm. Anh/chị thử lại sau.")),
  ]);
}

let data = null;

async function open() {
  try {
    data = await load();
    show(data);
  } catch (error) {
    failed(error);
  }
}

toggle.addEventListener("click", async () => {
  await setLanguage(language() === "vi" ? "en" : "vi");
  if (data) show(data);
});
await open();
keepForOffline();
