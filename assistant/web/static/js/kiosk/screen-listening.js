// Unmistakably listening: the whole screen changes colour, the level moves, the words appear.

import { button, el } from "../shared/dom.js";
import { face } from "../shared/face.js";
import { icon } from "../shared/icons.js";
import { t } from "../shared/i18n.js";

const BARS = 13;

export function listeningScreen(app) {
  const robotFace = face("listening");
  const bars = Array.from({ length: BARS }, () => el("i", {}));
  const title = el("h1", { class: "listen-title", tabindex: "-1" }, t("Đang mở micro…"));
  const words = el("p", { class: "listen-words", testid: "transcript", "aria-live": "polite" });
  const done = button(t("Bấm để dừng"), { kind: "light", icon: icon("check"), on: { click: () => app.hearing.toggle() } });
  const node = el("div", { class: "listening" }, [
    robotFace,
    title,
    el("div", { class: "level", role: "img", "aria-label": t("Mức âm thanh") }, bars),
    words,
    el("div", { class: "listen-actions" }, [
      done,
      button(t("Thôi"), { kind: "ghost", icon: icon("close"), on: { click: () => app.hearing.cancel() } }),
    ]),
  ]);
  let smooth = 0;
  return {
    node,
    face: robotFace,
    started() {
      done.querySelector(".btn-words").textContent = t("Bấm để dừng");
      node.classList.remove("is-notice");
      title.textContent = t("Em đang nghe…");
      words.dataset.hint = t("Anh/chị nói đi ạ. Ví dụ: “Làm khai sinh cho con cần giấy gì?”");
    },
    /** Before the microphone opens. */
    notice(text) {
      words.dataset.hint = text;
      done.querySelector(".btn-words").textContent = t("Nói ngay");
      node.classList.add("is-notice");
    },
    /** In place of the words, until there are some. */
    hint(text) {
      words.textContent = "";
      words.dataset.hint = text;
    },
    /** `rms` 0 to 1; speech at arm's length is around 0.02 to 0.2, so the scale is logarithmic. */
    level(rms) {
      const decibel = 20 * Math.log10(Math.max(rms, 1e-4));
      const wanted = Math.min(1, Math.max(0, (decibel + 55) / 45));
      smooth = Math.max(wanted, smooth * 0.82);
      bars.forEach((bar, i) => {
        const shape = 1 - Math.abs(i - (BARS - 1) / 2) / (BARS / 2 + 1);
        bar.style.transform = `scaleY(${Math.max(0.08, smooth * shape)})`;
      });
    },
    get heard() {
      return words.textContent !== "";
    },
    partial(text) {
      words.textContent = text;
    },
    deciding() {
      title.textContent = t("Em đang tìm câu trả lời…");
      robotFace.mood("thinking");
    },
    close() {},
  };
}
