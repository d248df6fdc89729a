// The first screen: who this is, what one can ask, whether the centre is open.

import { button, el } from "../shared/dom.js";
import { face } from "../shared/face.js";
import { icon, procedureIcon } from "../shared/icons.js";
import { pick, t } from "../shared/i18n.js";
import { shortName } from "./cards.js";
import { counterItems, modeButtons, showCounters } from "./dialogs.js";

const LONGEST_NAME = 48;

export function attractScreen(app) {
  const { centre } = app;
  const robotFace = face(app.state.ready ? "idle" : "thinking");
  const node = el("div", { class: "attract" }, [
    el("section", { class: "hello" }, [
      robotFace,
      el("div", { class: "hello-words" }, [
        el("h1", { class: "hello-title", tabindex: "-1" }, t("Xin chào anh/chị!")),
        el("p", { class: "hello-line" }, t("Em là máy trả lời tự động của {centre}.", { centre: pick(centre.info?.ward) || t("trung tâm hành chính công") })),
        el("p", { class: "hello-line hello-how" }, t("Anh/chị cần làm giấy tờ gì? Bấm nút micro rồi nói, hoặc chạm một ô.")),
      ]),
    ]),
    el("section", { class: "mode-row wide-only", "aria-label": t("Cách xem và nghe") }, modeButtons(app, "chip")),
    warming(app),
    stoppedRobot(app),
    el("section", { class: "errands", "aria-labelledby": "errands-title" }, [
      el("h2", { class: "section-title", id: "errands-title" }, t("Việc nhiều người hỏi")),
      el("ul", { class: "errand-grid" }, centre.errands.map((entry) => el("li", {}, errand(app, entry)))),
    ]),
    el("section", { class: "today", "aria-labelledby": "today-title" }, [
      el("div", { class: "today-line" }, [
        el("h2", { class: `open-line${centre.info?.open_now ? " is-open" : ""}`, id: "today-title" }, centre.openLine || t("Giờ mở cửa")),
        el("div", { class: "today-buttons" }, [
          button(t("Giờ và quầy"), { icon: icon("clock"), kind: "quiet", class: "btn btn-quiet narrow-only", on: { click: () => showCounters(app) } }),
          button(t("Gặp cán bộ"), { icon: icon("person"), kind: "plain", on: { click: () => app.staff() } }),
        ]),
      ]),
      centre.notices.length
        ? el("p", { class: "notice wide-only" }, icon("bell"), centre.notices[0])
        : null,
      el("ul", { class: "counter-grid wide-only", "aria-label": t("Các quầy") }, counterItems(app)),
    ]),
  ]);
  return { node, face: robotFace, close() {} };
}

function errand(app, entry) {
  const name = errandName(entry);
  return el(
    "button",
    {
      type: "button",
      class: "errand",
      on: { click: () => app.ask({ payload: `procedure:${entry.code}` }, name) },
    },
    el("span", { class: "errand-picture", "aria-hidden": "true" }, icon(procedureIcon(shortName(pick(entry.name, "vi")), pick(entry.field, "vi")))),
    el("span", { class: "errand-name" }, name),
  );
}

/** A name that fits on two lines of a button. */
export function errandName(entry) {
  const [name] = shortName(pick(entry.name)).split(" / ");
  if (name.length <= LONGEST_NAME) return name;
  return `${name.slice(0, LONGEST_NAME - 1).replace(/\s\S*$/, "")}…`;
}

function warming(app) {
  if (app.state.ready) return null;
  return el("section", { class: "banner", role: "status" }, [
    el("span", { class: "spinner", "aria-hidden": "true" }),
    el("div", {}, [
      el("p", { class: "banner-title" }, app.state.reached ? t("Em đang khởi động, khoảng 20 giây") : t("Máy chủ đang khởi động lại, khoảng 20 giây")),
      el("p", {}, app.state.held ? t("Câu hỏi của anh/chị đã được giữ lại; em trả lời ngay khi sẵn sàng.") : t("Anh/chị cứ hỏi trước, em sẽ trả lời ngay khi sẵn sàng.")),
    ]),
  ]);
}

function stoppedRobot(app) {
  if (!app.robotState?.stopped || !app.session.robot) return null;
  return el("section", { class: "banner banner-stop", role: "status" }, [
    icon("stop"),
    el("p", { class: "banner-title" }, t("Robot đang dừng theo lệnh.")),
    button(t("Cho robot chạy tiếp"), { on: { click: () => app.resume() } }),
  ]);
}
