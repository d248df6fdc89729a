// The kiosk: five states, one visitor at a time, nothing kept.

import { ApiError, call } from "../shared/api.js";
import { replace } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { language, setLanguage, t } from "../shared/i18n.js";
import { keepForOffline } from "../shared/offline.js";
import { translatePage } from "../shared/translate-page.js";
import { Centre } from "./centre.js";
import { showModes, showStillThere } from "./dialogs.js";
import { Guide } from "./guide.js";
import { Hearing } from "./hearing.js";
import { IdleWatch } from "./idle.js";
import { loadPlan } from "./map.js";
import { Modes } from "./modes.js";
import { Overlay } from "./overlay.js";
import { plainProblem, readable } from "./reply.js";
import { answerScreen } from "./screen-answer.js";
import { attractScreen } from "./screen-attract.js";
import { goodbyeScreen } from "./screen-goodbye.js";
import { guidingScreen } from "./screen-guiding.js";
import { listeningScreen } from "./screen-listening.js";
import { Session } from "./session.js";
import { Speaker } from "./speaker.js";
import { VoiceStrip } from "./voice-strip.js";

const DEFAULT_LANGUAGE = document.documentElement.lang;
const POLL_STARTING_MS = 1500;
const POLL_READY_MS = 20000;
const SCREENS = {
  attract: attractScreen,
  listening: listeningScreen,
  answer: answerScreen,
  guiding: guidingScreen,
  goodbye: goodbyeScreen,
};

const freshVisit = () => ({ question: "", pending: false, problem: null, reply: null, paragraphs: [], guiding: null, refused: null, held: null });

class Kiosk {
  constructor() {
    const find = (id) => document.getElementById(id);
    this.dom = { screen: find("screen"), input: find("ask-input"), form: find("ask"), mic: find("mic"), language: find("language") };
    this.session = new Session();
    this.centre = new Centre();
    this.speaker = new Speaker({
      onSentence: (indices) => this.#mark(indices),
      onSpeaking: (speaking) => this.#speaking(speaking),
      onPlayed: (sentence) => this.hearing.line?.played(sentence),
      onDropped: () => this.hearing.line?.cancel(),
    });
    this.modes = new Modes(this.speaker, () => this.hearing.refresh());
    this.strip = new VoiceStrip(find("voice-strip"));
    this.overlay = new Overlay(find("overlay"), this.dom.screen);
    this.guide = new Guide(this);
    this.marks = document.documentElement.dataset;
    this.hearing = new Hearing(this);
    this.state = { ...freshVisit(), phase: "attract", ready: true, reached: true };
    this.turn = 0;
    this.plan = null;
  }

  get robotState() {
    return this.guide.state;
  }

  async start() {
    this.#bind();
    this.idle = new IdleWatch({
      busy: () => this.#nothingToForget() || this.#occupied(),
      onAsk: (seconds) => showStillThere(this, seconds),
      onBack: () => this.overlay.close("idle"),
      onGone: () => this.wipe(),
    });
    this.go("attract");
    await this.#watchServer();
  }

  #bind() {
    const { input, form } = this.dom;
    for (const node of document.querySelectorAll("[data-icon]")) node.prepend(icon(node.dataset.icon));
    addEventListener("pointerdown", () => this.speaker.unlock(), { capture: true });
    addEventListener("keydown", () => this.speaker.unlock(), { capture: true });
    addEventListener("pagehide", () => this.session.forget());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = input.value.trim();
      input.value = "";
      if (text) this.ask({ text });
      else input.focus();
    });
    document.getElementById("stop").addEventListener("click", () => this.guide.stop());
    document.getElementById("reset").addEventListener("click", () => this.wipe({ robotToo: true }));
    document.getElementById("modes").addEventListener("click", () => showModes(this));
    this.dom.language.addEventListener("click", () => this.changeLanguage(language() === "vi" ? "en" : "vi", true));
  }

  // The server ---------------------------------------------------------------------------------

  async #watchServer() {
    clearTimeout(this.watch);
    const was = this.state.ready && this.state.reached;
    let known = Boolean(this.centre.info);
    try {
      await call("GET", "/readyz", { timeout: 4000 });
      Object.assign(this.state, { ready: true, reached: true });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      Object.assign(this.state, { ready: false, reached: error.status !== 0 });
    }
    if (this.state.reached) {
      if (!this.session.pairing || location.hash.includes("pair=")) await this.session.pair();
      this.guide.follow();
      known = !(await this.centre.refresh()) && known;
      if (!this.plan && this.centre.map) this.plan = await loadPlan(this.centre.map).catch(() => null);
    } else if (!known) {
      known = !(await this.centre.refresh()); // the service worker keeps hours and counters
    }
    this.marks.ready = String(this.state.ready);
    document.getElementById("centre-name").textContent = this.centre.shortName;
    if (this.state.phase === "attract" && (was !== this.state.ready || !known || this.state.ready)) this.#refreshAttract();
    if (this.state.ready && this.state.held) this.#sendHeld();
    clearTimeout(this.watch);
    this.watch = setTimeout(() => this.#watchServer(), this.state.ready ? POLL_READY_MS : POLL_STARTING_MS);
  }

  /** Draw the first screen again, unless somebody is just using the keyboard on it. */
  #refreshAttract() {
    if (this.overlay.kind || this.dom.screen.contains(document.activeElement)) return;
    this.go("attract");
  }

  // Screens ------------------------------------------------------------------------------------

  go(phase) {
    const { screen } = this.dom;
    const hadFocus = screen.contains(document.activeElement);
    this.screen?.close();
    this.state.phase = phase;
    document.body.dataset.state = phase;
    translatePage();
    const other = language() === "vi" ? ["English", "en"] : ["Tiếng Việt", "vi"];
    this.dom.language.querySelector(".btn-words").textContent = other[0];
    this.dom.language.lang = other[1];
    this.screen = SCREENS[phase](this);
    replace(screen, this.screen.node);
    screen.scrollTop = 0;
    this.talking();
    if (hadFocus) screen.querySelector("[tabindex='-1']")?.focus({ preventScroll: true });
  }

  /** The microphone's button says what a press would do now. */
  talking() {
    const { mic } = this.dom;
    const open = this.state.phase !== "listening" && this.marks.listening === "true";
    const notice = this.hearing.phase === "notice" ? t("Nói ngay") : null;
    const closed = this.state.phase === "listening" ? notice || t("Bấm để dừng") : t("Bấm và nói");
    const words = open ? t("Tắt micro") : closed;
    mic.querySelector(".btn-words").textContent = words;
    mic.setAttribute("aria-pressed", String(open || this.state.phase === "listening"));
  }

  refreshPages() {
    this.screen.pages?.forEach((page) => page.fit?.());
  }

  async changeLanguage(wanted, chosen = false) {
    try {
      await setLanguage(wanted);
    } catch {
      return;
    }
    if (chosen) this.session.languageChosen = true;
    this.overlay.close();
    document.getElementById("centre-name").textContent = this.centre.shortName;
    if (this.state.phase === "listening") this.hearing.cancel();
    else this.go(this.state.phase);
    this.hearing.refresh();
  }

  // Questions ----------------------------------------------------------------------------------

  /** Ask by text or button; `shown` is what the visitor sees as the question. */
  async ask(message, shown = message.text, { keepQuestion = false } = {}) {
    this.hearing.cancel(false);
    this.hush();
    this.overlay.close();
    if (!(keepQuestion && this.state.question)) this.state.question = shown;
    this.#begin();
    const turn = this.turn;
    const request = { ...message, message_id: crypto.randomUUID() };
    await this.#send(request, turn);
  }

  async #send(request, turn) {
    try {
      const reply = await this.session.send(request);
      if (turn === this.turn) await this.show(reply);
    } catch (error) {
      if (turn !== this.turn) return;
      // A reply that cannot be drawn must not leave the visitor waiting.
      if (!(error instanceof ApiError)) reportError(error);
      if (error.temporary) this.#hold(request, turn);
      else this.fail(error, () => this.#retry(request));
    }
  }

  #begin() {
    this.turn += 1;
    Object.assign(this.state, { pending: true, problem: null, reply: null, paragraphs: [], refused: null, held: null });
    this.go("answer");
  }

  #retry(request) {
    this.#begin();
    this.#send(request, this.turn);
  }

  /** The server is starting: say so, keep the question, answer it as soon as it can be answered. */
  #hold(request, turn) {
    this.state.held = { request, turn };
    const title = t("Máy chủ đang khởi động, khoảng 20 giây.");
    const detail = t("Em giữ câu hỏi của anh/chị và trả lời ngay khi sẵn sàng.");
    Object.assign(this.state, { pending: false, ready: false, problem: { title, detail, retry: null, type: false } });
    this.go("answer");
    clearTimeout(this.watch);
    this.watch = setTimeout(() => this.#watchServer(), POLL_STARTING_MS);
  }

  #sendHeld() {
    const { request, turn } = this.state.held;
    this.state.held = null;
    if (turn === this.turn) this.#retry(request);
  }

  fail(error, retry) {
    Object.assign(this.state, { pending: false, problem: plainProblem(error, t, retry) });
    this.go("answer");
  }

  /** `voiced`: the server reads it as well. */
  async show(reply, { voiced = false } = {}) {
    const parts = reply.parts || [];
    const control = parts.find((part) => part.type === "control");
    if (control?.action === "language") await this.#quietly(control.value);
    else if (reply.language && reply.language !== language()) await this.#quietly(reply.language);
    const { paragraphs, lines } = readable(parts, reply.language, language());
    Object.assign(this.state, { pending: false, problem: null, reply: { ...reply, parts }, paragraphs });
    if (control?.action === "company" && this.state.guiding) return this.go("guiding"); // said to the robot
    const mission = parts.find((part) => part.type === "mission" && part.kind === "lead");
    const going = mission && !["failed", "cancelled"].includes(mission.state);
    const route = parts.find((part) => part.type === "route") || (mission && { to: mission.to });
    const wanted = reply.understanding?.intent === "lead_me" && this.session.canMove && route?.path?.length;
    if (wanted && !going && this.guide.leading) {
      // The visitor who is being led has changed their mind: the old way ends, the new one begins.
      await this.guide.cancel();
      this.state.guiding = null;
      await this.ask({ payload: `lead:${route.to}` }, this.state.question);
      return;
    }
    this.state.refused = wanted && !going ? route.to : null;
    if (going) {
      const ticket = parts.find((part) => part.type === "ticket") || this.state.guiding?.ticket || null;
      this.state.guiding = { route, ticket, mission: mission.mission_id || null, fetch: mission.fetch || null };
      this.guide.follow();
      this.go("guiding");
    } else {
      if (this.state.refused) this.state.guiding = null;
      this.go("answer");
    }
    this.#obey(control);
    if (control?.action === "repeat" && !lines.length) return;
    if (voiced && !this.speaker.muted) this.speaker.follow(lines);
    else this.speaker.say(lines);
  }

  async #quietly(wanted) {
    await setLanguage(wanted).catch(() => {});
  }

  #obey(control) {
    if (!control) return;
    if (control.action === "slower" && !this.speaker.slow) this.slower();
    else if (control.action === "louder") this.speaker.louder();
    else if (control.action === "voice") this.speaker.region = control.value;
    else if (control.action === "repeat") this.speaker.repeat();
    else if (control.action === "stop") this.guide.stop();
    else if (control.action === "end") this.goodbye();
  }

  staff() {
    this.ask({ payload: "staff" }, t("Gặp cán bộ"));
  }

  focusInput() {
    this.dom.input.focus();
  }

  // Reading aloud -----------------------------------------------------------------------------

  /** Read a line of our own; it is on the screen already. */
  say(text) {
    this.speaker.say([{ speech: text, shown: [] }]);
  }

  hush() {
    this.speaker.stop();
  }

  /** Toggle slow reading and read again; returns whether it is slow now. */
  slower() {
    this.speaker.slow = !this.speaker.slow;
    this.speaker.repeat();
    return this.speaker.slow;
  }

  #mark(indices) {
    for (const node of this.dom.screen.querySelectorAll(".sentence.is-read")) node.classList.remove("is-read");
    for (const index of indices) {
      const node = document.getElementById(`s${index}`);
      node?.classList.add("is-read");
    }
    const first = document.getElementById(`s${indices[0]}`);
    if (first) this.screen.captions?.reveal(first);
  }

  #speaking(speaking) {
    this.marks.speaking = String(speaking);
    if (this.state.phase === "answer" && !this.state.pending) this.screen?.face?.mood(speaking ? "speaking" : "idle");
  }

  // The robot ----------------------------------------------------------------------------------

  robotMoved(state) {
    if (this.screen?.update) this.screen.update(state);
    else this.screen?.map?.setRobot(state);
    const stopped = String(Boolean(state.stopped));
    if (this.marks.robotStopped !== stopped) {
      this.marks.robotStopped = stopped;
      if (this.state.phase === "attract") this.#refreshAttract();
    }
  }

  /** The robot has come back and leads the visitor who has stood in its line. */
  led(route, mission) {
    Object.assign(this.state, { guiding: { route, ticket: null, mission }, refused: null });
    this.go("guiding");
  }

  resume() {
    return this.guide.resume();
  }

  async cancelGuiding() {
    await this.guide.cancel();
    this.leaveGuiding();
  }

  leaveGuiding() {
    this.state.guiding = null;
    if (this.state.phase === "guiding") this.go(this.state.reply ? "answer" : "attract");
  }

  // The end ------------------------------------------------------------------------------------

  goodbye() {
    this.hush();
    this.hearing.shut();
    this.go("goodbye");
  }

  /** The visitor's judgement, and perhaps one word more; nobody waits for the answer. */
  feedback(message) {
    this.session.send({ ...message, message_id: crypto.randomUUID() }).catch(() => {});
  }

  /**
   * No trace for the next person: the page, the voice, the conversation on the server. Whoever
   * starts over wants the robot back as well; whoever has said goodbye is still led to the end.
   */
  async wipe({ robotToo = false } = {}) {
    if (robotToo && this.guide.leading) this.guide.cancel();
    this.guide.leaveLine();
    this.turn += 1;
    this.hearing.forget();
    this.speaker.clear();
    this.overlay.close();
    this.session.forget();
    this.modes.reset();
    this.dom.input.value = "";
    Object.assign(this.state, freshVisit());
    if (language() !== DEFAULT_LANGUAGE) await setLanguage(DEFAULT_LANGUAGE);
    this.go("attract");
  }

  #occupied() {
    const { pending, held } = this.state;
    return this.hearing.busy || pending || Boolean(held) || this.guide.leading || this.marks.speaking === "true";
  }

  #nothingToForget() {
    const untouched = !this.session.conversation && !this.dom.input.value && !this.modes.any;
    return this.state.phase === "attract" && untouched && !this.overlay.kind && language() === DEFAULT_LANGUAGE;
  }
}

await new Kiosk().start();
keepForOffline();
