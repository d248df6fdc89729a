// Why the robot does not lead just now, and the way on. Follows the robot while it is on the screen.

import { getJson } from "../shared/api.js";
import { button, el, replace } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { t } from "../shared/i18n.js";
import { ENDED } from "./guide.js";

/** What keeps the robot from leading: stopped, emergency, link, busy; or free. */
export function situation(state) {
  if (!state || state.link !== "up") return "link";
  if (state.e_stop) return "emergency";
  if (state.stopped) return "stopped";
  return state.mission?.kind === "lead" && !ENDED.includes(state.mission.state) ? "busy" : "free";
}

/** A block of the answer to "lead me" that could not be done; `to` is the place. */
export function robotNote(app, to) {
  const node = el("section", { class: "robot-note", role: "status" });
  let shown = null;
  const lead = () => app.ask({ payload: `lead:${to}` }, t("Dẫn tôi đi"), { keepQuestion: true });
  const resume = async () => {
    if (await app.resume()) await lead();
  };
  const go = (label, click) => button(label, { kind: "primary", icon: icon("walk"), on: { click } });
  const contents = {
    link: () => [el("p", {}, t("Em chưa liên lạc được với robot. Mời anh/chị đi theo sơ đồ này."))],
    emergency: () => [el("p", {}, t("Nút đỏ trên thân robot đang được nhấn. Xin nhờ cán bộ giúp."))],
    stopped: () => [el("p", {}, t("Robot đang dừng theo lệnh.")), go(t("Cho robot chạy tiếp"), resume)],
    busy: () => [el("p", {}, t("Robot đang dẫn một người khác. Anh/chị chờ một chút, hoặc đi theo sơ đồ này."))],
    free: () => [el("p", {}, t("Robot đã sẵn sàng.")), go(t("Dẫn tôi đi"), lead)],
  };
  const update = (state) => {
    const now = situation(state);
    if (now === shown) return;
    shown = now;
    node.dataset.situation = now;
    replace(node, [icon(now === "free" ? "walk" : "warn"), ...contents[now]()]);
    if (now === "busy") tellTime();
  };
  /** About how long the robot leads the other one; without an answer nothing is said. */
  const tellTime = async () => {
    const line = await getJson(`/api/v1/robots/${app.robotState.id}/line`).catch(() => null);
    if (!line?.busy_seconds || shown !== "busy") return;
    const n = Math.max(1, Math.ceil(line.busy_seconds / 60));
    node.append(el("p", {}, t("Khoảng {n} phút nữa robot quay lại.", { n })));
  };
  update(app.robotState);
  return { node, update, close() {} };
}
