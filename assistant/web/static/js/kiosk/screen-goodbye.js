// The last screen: how was it, then nothing is kept.

import { button, el } from "../shared/dom.js";
import { face } from "../shared/face.js";
import { icon } from "../shared/icons.js";
import { N_, t } from "../shared/i18n.js";

const THANKS_MS = 4000;
const WORD_MS = 20000;
const WORDS = [N_("Em nghe không đúng"), N_("Câu trả lời khó hiểu"), N_("Thông tin chưa đúng"), N_("Việc khác")];

export function goodbyeScreen(app) {
  const robotFace = face("happy");
  const title = el("h1", { class: "bye-title", tabindex: "-1" }, t("Em có giúp được anh/chị không?"));
  const row = el("div", { class: "thumbs" });
  const line = el("p", { class: "bye-line" }, t("Em xóa hết cuộc trò chuyện này ngay sau đây, không giữ lại gì."));
  let timer = null;
  const thank = () => {
    title.textContent = t("Em cảm ơn anh/chị!");
    row.replaceChildren();
    title.focus({ preventScroll: true });
    clearTimeout(timer);
    timer = setTimeout(() => app.wipe(), THANKS_MS);
  };
  const word = (label) =>
    button(t(label), {
      on: {
        click: () => {
          app.feedback({ payload: "feedback:down", comment: t(label) });
          thank();
        },
      },
    });
  /** One word more, if the visitor likes; the page goes back by itself. */
  const answer = (up) => {
    app.feedback({ payload: up ? "feedback:up" : "feedback:down" });
    if (up) {
      thank();
      return;
    }
    title.textContent = t("Anh/chị vướng ở chỗ nào ạ?");
    row.replaceChildren(...WORDS.map(word));
    title.focus({ preventScroll: true });
    timer = setTimeout(() => app.wipe(), WORD_MS);
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
