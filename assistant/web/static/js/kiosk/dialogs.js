// The panels: correct what was heard, ways to see and hear, still there, phone, counters.

import { ApiError, postJson } from "../shared/api.js";
import { button, el, replace } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { N_, pick, t } from "../shared/i18n.js";

export function askCorrection(app) {
  const field = el("input", {
    type: "text",
    class: "field",
    "aria-label": t("Câu hỏi của anh/chị"),
    maxlength: 500,
    autocomplete: "off",
    value: app.state.question || "",
  });
  const send = (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (!text) return;
    app.overlay.close("correct");
    app.ask({ text });
  };
  const close = (then) => () => {
    app.overlay.close("correct");
    then();
  };
  app.overlay.show(
    "correct",
    t("Em hiểu chưa đúng ạ?"),
    el("div", { class: "panel-body" }, [
      el("p", {}, t("Anh/chị sửa lại câu hỏi, hoặc nói lại một lần nữa.")),
      el("form", { class: "field-row", on: { submit: send } }, [
        field,
        el("button", { type: "submit", class: "btn btn-primary" }, icon("send"), t("Gửi lại")),
      ]),
      el("div", { class: "panel-actions" }, [
        button(t("Nói lại"), { icon: icon("mic"), on: { click: close(() => app.hearing.start()) } }),
        button(t("Không phải việc này"), {
          icon: icon("close"),
          on: { click: close(() => app.ask({ payload: "deny" }, t("Không phải việc này"))) },
        }),
        button(t("Gặp cán bộ"), { icon: icon("person"), on: { click: close(() => app.staff()) } }),
        button(t("Đóng"), { icon: icon("close"), kind: "quiet", on: { click: close(() => {}) } }),
      ]),
    ]),
    { onEscape: close(() => {}) },
  );
}

export const MODES = [
  ["big", "text", N_("Chữ to hơn")],
  ["contrast", "contrast", N_("Tương phản cao")],
  ["slow", "slower", N_("Nói chậm")],
  ["captions", "captions", N_("Chỉ hiện chữ")],
];

/** Toggle buttons of the ways to see and hear. */
export function modeButtons(app, kind = "toggle") {
  return MODES.map(([name, picture, label]) =>
    el(
      "button",
      {
        type: "button",
        class: `btn btn-${kind}`,
        "aria-pressed": String(app.modes.has(name)),
        on: {
          click: (event) => {
            app.modes.toggle(name);
            event.currentTarget.setAttribute("aria-pressed", String(app.modes.has(name)));
            app.refreshPages();
          },
        },
      },
      icon(picture),
      el("span", { class: "btn-words" }, t(label)),
    ),
  );
}

export function showModes(app) {
  const close = () => app.overlay.close("modes");
  app.overlay.show(
    "modes",
    t("Cách xem và nghe"),
    el("div", { class: "panel-body" }, [
      el("div", { class: "mode-list" }, modeButtons(app)),
      el("div", { class: "panel-actions" }, [
        button(t("Xong"), { kind: "primary", icon: icon("check"), on: { click: close } }),
      ]),
    ]),
    { onEscape: close },
  );
}

export function showStillThere(app, seconds) {
  if (app.overlay.kind === "idle") {
    app.overlay.host.querySelector(".countdown").textContent = String(seconds);
    return;
  }
  app.overlay.show(
    "idle",
    t("Anh/chị còn ở đó không?"),
    el("div", { class: "panel-body" }, [
      el("p", {}, t("Nếu không, em sẽ xóa cuộc trò chuyện này để giữ kín cho anh/chị.")),
      el("p", { class: "countdown", "aria-hidden": "true" }, String(seconds)),
      el("div", { class: "panel-actions" }, [
        button(t("Tôi còn ở đây"), {
          kind: "primary",
          icon: icon("person"),
          on: { click: () => app.idle.extend() },
        }),
        button(t("Xong rồi, xóa đi"), { icon: icon("check"), on: { click: () => app.wipe() } }),
      ]),
    ]),
    { role: "alertdialog", onEscape: () => app.idle.extend() },
  );
}

/** The answer on the visitor's own phone: a slip without anything personal, as a QR code. */
export async function sendToPhone(app, part, checklist) {
  const close = () => app.overlay.close("phone");
  const body = el("div", { class: "panel-body" }, el("p", {}, t("Em đang tạo mã…")));
  app.overlay.show("phone", t("Mang câu trả lời theo điện thoại"), body, { onEscape: close });
  const have = (checklist?.items || []).filter((item) => item.have === true).map((item) => item.id);
  const done = button(t("Xong"), { kind: "primary", icon: icon("check"), on: { click: close } });
  try {
    const slip = await postJson("/api/v1/slips", { procedure: part.code, case: caseId(part), have });
    replace(body, [
      el("div", { class: "phone-slip" }, [
        el("img", {
          class: "qr",
          src: `/api/v1/qr.svg?path=${encodeURIComponent(slip.path)}`,
          alt: t("Mã QR mở trang {url}", { url: slip.url }),
        }),
        el("div", {}, [
          el("p", {}, t("Mở máy ảnh của điện thoại, đưa vào mã này.")),
          el("p", {}, t("Hoặc đọc mã này cho cán bộ ở quầy:")),
          el("p", { class: "short-code" }, slip.short),
          slip.reachable ? null : el("p", { class: "hint" }, t("Máy chủ này đang chạy thử: điện thoại chưa mở được địa chỉ của nó.")),
        ]),
      ]),
      el("p", { class: "hint" }, t("Mã không chứa thông tin cá nhân và hết hạn sau 7 ngày.")),
      el("div", { class: "panel-actions" }, done),
    ]);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    replace(body, el("p", {}, error.detail || t("Chưa tạo được mã. Anh/chị thử lại giúp em.")), done);
  }
}

function caseId(part) {
  const value = typeof part.case === "object" ? part.case?.id : part.case;
  return value || null;
}

/** Hours and counters, for the narrow screen where they have no room on the first page. */
export function showCounters(app) {
  const close = () => app.overlay.close("counters");
  app.overlay.show(
    "counters",
    t("Giờ mở cửa và các quầy"),
    el("div", { class: "panel-body" }, [
      el("p", {}, app.centre.openLine),
      el("p", {}, app.centre.hours),
      el("ul", { class: "counter-list", tabindex: "0" }, counterItems(app)),
      app.centre.phone ? el("p", {}, t("Điện thoại: {phone}", { phone: app.centre.phone })) : null,
      button(t("Đóng"), { kind: "primary", icon: icon("check"), on: { click: close } }),
    ]),
    { onEscape: close },
  );
}

export function counterItems(app) {
  return app.centre.counters.map((counter) =>
    el("li", { class: counter.open ? "counter is-open" : "counter" }, [
      el("span", { class: "counter-number", "aria-hidden": "true" }, counter.id),
      el("span", { class: "counter-name" }, shortCounterName(pick(counter.name))),
      el("span", { class: "counter-state" }, counterState(counter)),
    ]),
  );
}

/** "Hộ tịch" out of "Quầy số 3 – Hộ tịch": the number stands beside it already. */
export function shortCounterName(name) {
  return name.replace(/^(quầy|counter)\s*(số|no\.?)?\s*\d+\s*[–:-]\s*/i, "");
}

export function counterState(counter) {
  if (!counter.open) return t("Đang đóng");
  if (!counter.waiting) return t("Mở, không phải chờ");
  return t("Mở, {n} người chờ", { n: counter.waiting });
}
