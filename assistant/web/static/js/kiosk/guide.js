// Everything about the robot from the visitor's side: follow it, stop it, let it go on.

import { ApiError, call, getJson, postJson } from "../shared/api.js";
import { button, el } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { pick, t } from "../shared/i18n.js";
import { LastingSocket } from "../shared/socket.js";

const STOP_TRIES = 5;
/** What the robot says on the way that neither the reply nor the screen says already. */
const SPOKEN = [
  "excuse_me", "way_blocked", "cannot_go_on", "still_there", "going_on", "no_answer", "slower", "closed_but", "closed",
  "here_i_am",
];
export const ENDED = ["arrived", "cancelled", "stopped", "failed", "interrupted"];

export class Guide {
  constructor(app) {
    this.app = app;
    this.state = null;
    this.socket = null;
    /** The visitor's place in the robot's line: `{id, to}`. */
    this.waiting = null;
  }

  /** Follow the kiosk's robot; called again after pairing. */
  follow() {
    const { robot } = this.app.session;
    if (this.socket || !robot) return;
    this.socket = new LastingSocket(`/api/v1/robots/${robot}/states`, {
      onMessage: (state) => this.#update(state),
    });
    this.events = new LastingSocket(`/api/v1/robots/${robot}/events`, {
      onMessage: (event) => this.#told(event),
    });
    getJson(`/api/v1/robots/${robot}`).then((state) => this.#update(state), () => {});
  }

  get leading() {
    const mission = this.state?.mission;
    return Boolean(this.app.state.guiding && mission?.kind === "lead" && !ENDED.includes(mission.state));
  }

  #update(state) {
    if (!state || !("activity" in state)) return;
    const before = Boolean(this.state?.stopped);
    this.state = state;
    const { mission } = state;
    const called = this.waiting && mission?.id === this.waiting.id && !ENDED.includes(mission.state);
    if (called) {
      const { to } = this.waiting;
      this.waiting = null;
      this.app.led({ to, path: mission.path }, mission.id);
    }
    this.app.robotMoved(state);
    if (state.stopped !== before) this.#stopChanged(state.stopped);
  }

  #told(event) {
    const ours = this.app.state.guiding && event?.kind === "say" && SPOKEN.includes(event.code);
    if (ours) this.app.say(pick(event));
  }

  /** Whether the visitor still follows, or goes to the other counter, as the robot has asked. */
  async answer(question, following) {
    const { robot, pairing } = this.app.session;
    await this.#send("POST", `/api/v1/robots/${robot}/missions/current/answer`, { following, question }, pairing);
  }

  /** Stand in line until the robot is back; returns the place. Raises ApiError. */
  async standInLine(to) {
    const { robot, pairing } = this.app.session;
    const place = await postJson(`/api/v1/robots/${robot}/line`, { to }, { token: pairing?.token });
    this.waiting = { id: place.id, to };
    return place;
  }

  /** Wait no longer; whoever has been forgotten there is fine as well. */
  leaveLine() {
    const { robot, pairing } = this.app.session;
    const { waiting } = this;
    this.waiting = null;
    if (!waiting) return;
    const path = `/api/v1/robots/${robot}/line/${waiting.id}`;
    call("DELETE", path, { token: pairing?.token, keepalive: true }).catch(() => {});
  }

  /** Lead more slowly from now on. */
  async slower() {
    const { robot, pairing } = this.app.session;
    await this.#send("PATCH", `/api/v1/robots/${robot}/missions/current`, { pace: "elderly" }, pairing);
  }

  async #send(method, path, body, pairing) {
    try {
      const reply = await call(method, path, { body, token: pairing?.token });
      this.#update(await reply.json());
    } catch (error) {
      if (!(error instanceof ApiError)) throw error; // the question has just ended: the state tells
    }
  }

  /** STOP: the command leaves first, the page follows. */
  async stop() {
    const sent = this.#sendStop();
    this.app.hush();
    this.#panel(t("Đang dừng robot…"), t("Em đã gửi lệnh dừng."));
    const reached = await sent;
    if (this.app.overlay.kind !== "stop") return;
    if (reached) this.#panel(t("Robot đã dừng"), t("Robot đứng yên cho đến khi anh/chị cho đi tiếp."));
    else this.#panel(t("Chưa gửi được lệnh dừng"), t("Anh/chị bấm nút đỏ trên thân robot, hoặc bấm DỪNG lần nữa."));
  }

  async #sendStop() {
    for (let i = 0; i < STOP_TRIES; i += 1) {
      try {
        await this.app.session.stopRobot();
        return true;
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
      }
    }
    return false;
  }

  #stopChanged(stopped) {
    const { app } = this;
    if (stopped && app.state.guiding && app.overlay.kind !== "stop") {
      app.hush();
      this.#panel(t("Robot đã dừng"), t("Robot đứng yên cho đến khi anh/chị cho đi tiếp."));
    } else if (!stopped) {
      app.overlay.close("stop");
    }
  }

  #panel(title, words) {
    const { app } = this;
    const { guiding } = app.state;
    const paired = Boolean(app.session.robot);
    const close = () => app.overlay.close("stop");
    const place = guiding && pick(app.centre.place(guiding.route.to)?.name);
    app.overlay.show(
      "stop",
      title,
      el("div", { class: "panel-body", role: "status" }, [
        el("p", {}, words),
        paired ? null : el("p", {}, t("Muốn robot đi tiếp, xin nhờ cán bộ.")),
        el("div", { class: "panel-actions" }, [
          guiding && paired
            ? button(place ? t("Đi tiếp đến {place}", { place }) : t("Đi tiếp"), { kind: "primary", icon: icon("walk"), on: { click: () => this.goOn() } })
            : null,
          guiding && paired ? button(t("Không đi nữa"), { icon: icon("close"), on: { click: () => this.giveUp() } }) : null,
          !guiding && paired
            ? button(t("Cho robot chạy tiếp"), { kind: "primary", icon: icon("play"), on: { click: () => this.resume() } })
            : null,
          guiding && paired ? null : button(t("Đóng"), { kind: "quiet", icon: icon("close"), on: { click: close } }),
        ]),
      ]),
      { tone: "stop", role: "alertdialog" },
    );
  }

  /** Release the stop; nothing moves by itself. Returns whether it worked. */
  async resume() {
    try {
      await this.app.session.resumeRobot();
      this.app.overlay.close("stop");
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#panel(t("Robot chưa hoạt động lại được"), error.detail || t("Xin nhờ cán bộ giúp."));
      return false;
    }
  }

  async goOn() {
    const { guiding } = this.app.state;
    if ((await this.resume()) && guiding) {
      await this.app.ask({ payload: `lead:${guiding.route.to}` }, t("Đi tiếp"), { keepQuestion: true });
    }
  }

  async giveUp() {
    this.app.overlay.close("stop");
    await this.cancel();
    if (this.state?.stopped) await this.resume();
    this.app.leaveGuiding();
  }

  /** End the mission, whatever it does; a mission that has ended already is fine. */
  async cancel() {
    try {
      await this.app.session.cancelMission();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }
}
