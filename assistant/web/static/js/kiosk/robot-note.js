// Why the robot does not lead just now, and the way on. Follows the robot while it is on the screen.

import { ApiError, getJson } from "../shared/api.js";
import { button, el, replace } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { t } from "../shared/i18n.js";
import { ENDED } from "./guide.js";

const LOOK_MS = 10000;

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
  const time = el("p", { testid: "robot-wait" });
  let shown = null;
  const lead = () => app.ask({ payload: `lead:${to}` }, t("Dẫn tôi đi"), { keepQuestion: true });
  const resume = async () => {
    if (await app.resume()) await lead();
  };
  const stand = async () => {
    try {
      await app.guide.standInLine(to);
      update(app.robotState);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      replace(time, error.detail || t("Xin nhờ cán bộ giúp."));
    }
  };
  const leave = () => {
    app.guide.leaveLine();
    update(app.robotState);
  };
  const go = (label, click, drawing = "walk") => button(label, { kind: "primary", icon: icon(drawing), on: { click } });
  const contents = {
    link: () => [el("p", {}, t("Em chưa liên lạc được với robot. Mời anh/chị đi theo sơ đồ này."))],
    emergency: () => [el("p", {}, t("Nút đỏ trên thân robot đang được nhấn. Xin nhờ cán bộ giúp."))],
    stopped: () => [el("p", {}, t("Robot đang dừng theo lệnh.")), go(t("Cho robot chạy tiếp"), resume)],
    busy: () => [
      el("p", {}, t("Robot đang dẫn một người khác. Anh/chị chờ một chút, hoặc đi theo sơ đồ này.")),
      time,
      app.session.robot ? go(t("Chờ robot quay lại đón"), stand) : null,
    ],
    waiting: () => [
      el("p", {}, t("Robot quay lại sẽ dẫn anh/chị. Mời anh/chị chờ ở đây.")),
      time,
      button(t("Thôi, không chờ nữa"), { icon: icon("close"), on: { click: leave } }),
    ],
    free: () => [el("p", {}, t("Robot đã sẵn sàng.")), go(t("Dẫn tôi đi"), lead)],
  };
  const update = (state) => {
    const found = situation(state);
    const now = app.guide.waiting && ["busy", "free"].includes(found) ? "waiting" : found;
    if (now === shown) return;
    shown = now;
    node.dataset.situation = now;
    time.textContent = "";
    replace(node, [icon(["free", "waiting"].includes(now) ? "walk" : "warn"), ...contents[now]().filter(Boolean)]);
    tellTime();
  };
  /** About how long the robot is away; whoever stood in line and does no more is told by what follows. */
  const tellTime = async () => {
    if (!["busy", "waiting"].includes(shown)) return;
    const { waiting } = app.guide;
    const line = await getJson(`/api/v1/robots/${app.robotState.id}/line`).catch(() => null);
    if (!line || waiting !== app.guide.waiting) return;
    const place = waiting && line.waiting.find((one) => one.id === waiting.id);
    if (waiting && !place && app.robotState.mission?.id !== waiting.id) {
      app.guide.waiting = null;
      update(app.robotState);
      return;
    }
    const seconds = place ? place.wait_seconds : line.busy_seconds;
    if (!(seconds > 0) || !["busy", "waiting"].includes(shown)) return;
    const n = Math.max(1, Math.ceil(seconds / 60));
    time.textContent = t("Khoảng {n} phút nữa robot quay lại.", { n });
  };
  const clock = setInterval(tellTime, LOOK_MS);
  update(app.robotState);
  return { node, update, close: () => clearInterval(clock) };
}
