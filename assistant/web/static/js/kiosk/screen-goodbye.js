// The last screen: how was it, then nothing is kept.

import { button, el } from "../shared/dom.js";
import { face } from "../shared/face.js";
import { icon } from "../shared/icons.js";
import { t } from "../shared/i18n.js";

const THANKS_MS = 4000;

export function goodbyeScreen(app) {
  const robotFace = face("happy");
  const title = el("h1", { class: "bye-title", tabindex: "-1" }, t("Em có giúp được anh/chị không?"));
  const row = el("div", { class: "thumbs" });
  const line = el("p", { class: "bye-line" }, t("Em xóa hết cuộc trò chuyện này ngay sau đây, không giữ lại gì."));
  let timer = null;
  const answer = (up) => {
    app.feedback(up);
    title.textContent = t("Em cảm ơn anh/chị!");
    row.replaceChildren();
    title.focus({ preventScroll: true });
    timer = setTimeout(() => app.wipe(), THANKS_MS);
  };
  row.append(
    button(t("Có, em giúp tốt"), { kind: "thumb", icon: icon("up"), on: { click: () => answer(true) } }),
    button(t("Chưa, tôi vẫn vướng"), { kind: "thumb", icon: icon("down"), on: { click: () => answer(false) } }),
  );
  const node = el("div", { class: "goodbye" }, [
    robotFace,
    title,
    row,
    line,
    el("div", { class: "bye-actions" }, [
      button(t("Gặp cán bộ"), { icon: icon("person"), on: { click: () => app.staff() } }),
      button(t("Xóa và về trang đầu"), { kind: "quiet", icon: icon("home"), on: { click: () => app.wipe() } }),
    ]),
  ]);
  return { node, face: robotFace, close: () => clearTimeout(timer) };
}
