// The listening side of a visit: when the microphone is open, and what becomes of what is heard.

import { ApiError } from "../shared/api.js";
import { language, t } from "../shared/i18n.js";
import { Microphone, MicrophoneError } from "./microphone.js";
import { TalkButton } from "./talk-button.js";
import { plainProblem } from "./reply.js";
import { VoiceLine } from "./voice.js";

const LONGEST_MS = 25000;
const LONGEST_WAIT_MS = 20000;
const SHORT_WAIT_MS = 4000;
const LEAST_BLOCKS = 12;

/**
 * `phase`: off (nothing is under way; hands-free the microphone may be open), notice, opening,
 * listening, deciding (the visitor has finished), thinking (what was said is known).
 */
export class Hearing {
  constructor(app) {
    this.app = app;
    // `deaf`: what still arrives is of a turn that nobody wants; `owed`: replies that are due.
    Object.assign(this, { phase: "off", line: null, microphone: null, told: false, deaf: false, owed: 0 });
    this.button = new TalkButton(app.dom.mic, {
      onPress: () => this.toggle(),
      onRelease: (long) => this.#released(long),
    });
    document.addEventListener("visibilitychange", () => document.hidden && this.#hidden());
  }

  get handsFree() {
    return this.app.session.handsFree;
  }

  /** Whether a visitor is being listened to or waits for an answer to what was said. */
  get busy() {
    return this.phase !== "off" && !(this.handsFree && this.phase === "listening");
  }

  /** The microphone button: begin, or "I have finished". */
  toggle() {
    if (this.phase === "notice") this.app.speaker.stop();
    else if (this.phase === "opening") this.cancel();
    else if (this.microphone && this.handsFree) this.shut();
    else if (this.phase === "listening") this.finish();
    else this.start();
  }

  async start() {
    const { app } = this;
    this.cancel(false);
    app.hush();
    app.overlay.close();
    app.strip.hide();
    app.turn += 1;
    this.turn = app.turn;
    this.phase = "opening";
    app.speaker.prepare();
    app.go("listening");
    try {
      this.#connect(await app.session.open());
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (this.#current) this.#problem(plainProblem(error, t, () => this.start()));
      return;
    }
    if (this.#current && !this.told) await this.#notice();
    if (this.#current) await this.#open();
  }

  /** Decide with what has been heard; what is too short to be anything is "never mind". */
  finish() {
    if (this.phase !== "listening" || this.sent < LEAST_BLOCKS) {
      this.cancel();
      return;
    }
    if (!this.mode) this.#listen("auto");
    this.phase = "deciding";
    this.#closeMicrophone();
    this.line.stop();
    this.#wait(LONGEST_WAIT_MS);
    this.app.screen.deciding?.();
  }

  /** Forget what is being heard or answered. Hands-free the microphone stays open. */
  cancel(leave = true) {
    const { app } = this;
    const { stream } = app.speaker;
    if (this.phase !== "off" || (stream && !stream.over)) {
      this.deaf = true;
      this.owed = 0;
      this.line?.cancel();
    }
    this.#rest();
    if (!this.handsFree) this.#closeMicrophone();
    if (leave && app.state.phase === "listening") {
      app.turn += 1;
      app.go(app.state.reply ? "answer" : "attract");
    }
  }

  /** Close the microphone that stays open between turns. */
  shut() {
    this.#closeMicrophone();
    if (this.phase !== "thinking") this.cancel();
    this.app.strip.hide();
  }

  /** The visitor has gone. */
  forget() {
    this.told = false;
    this.#closeMicrophone();
    this.cancel(false);
    this.line?.close();
    this.line = null;
    this.app.strip.hide();
  }

  /** Language or way of hearing has changed while the microphone is open. */
  refresh() {
    if (this.microphone && this.mode) this.#listen(this.mode);
  }

  get #current() {
    return this.turn === this.app.turn && this.phase !== "off";
  }

  #connect(conversation) {
    if (!this.#current || this.line?.conversation === conversation) return;
    this.line?.close();
    this.line = new VoiceLine(conversation, {
      onEvent: (event) => this.#event(event),
      onAudio: (pcm) => this.app.speaker.block(pcm),
      onLink: (link) => this.#link(link),
    });
  }

  /** Said and shown once to every visitor, before the microphone hears anything. */
  async #notice() {
    this.phase = "notice";
    this.told = true;
    this.app.screen.notice(t("Em mở micro để nghe anh/chị hỏi. Tiếng nói không được ghi âm lại."));
    this.app.talking();
    await this.app.speaker.say([{ speech: t("Em mở micro, không ghi âm ạ."), shown: [] }]);
    if (this.#current) this.phase = "opening";
  }

  async #open() {
    const { app } = this;
    Object.assign(this, { deaf: false, mode: null, pending: [], sent: 0 });
    if (!this.microphone) {
      const microphone = new Microphone({
        onBlock: (pcm) => this.#block(pcm),
        onLevel: (rms) => this.#level(rms),
        onLost: () => this.#microphoneLost(),
      });
      this.microphone = microphone;
      try {
        await microphone.open();
      } catch (error) {
        if (this.microphone !== microphone) return;
        const reason = error instanceof MicrophoneError ? error.reason : "absent";
        this.#problem(plainProblem({ code: `microphone_${reason}` }, t, () => this.start()));
        return;
      }
      if (this.microphone !== microphone) return;
    }
    this.phase = "listening";
    if (this.handsFree || !this.button.held) this.#listen("auto");
    else this.button.whenLong(() => this.phase === "listening" && this.#listen("hold"));
    if (!this.handsFree) this.#limit(LONGEST_MS, () => this.finish());
    app.marks.listening = "true";
    app.speaker.cue(true);
    app.screen.started();
    app.talking();
  }

  /** From here on the server hears; a button that is held ends the turn, otherwise a pause does. */
  #listen(mode) {
    const { speaker } = this.app;
    this.mode = mode;
    this.line.start({ mode, language: language(), speak: !speaker.muted && !speaker.slow });
    for (const pcm of this.pending.splice(0)) this.line.audio(pcm);
  }

  #released(long) {
    if (this.phase !== "listening" || this.handsFree) return;
    if (long && this.mode === "hold") this.finish();
    else if (!this.mode) this.#listen("auto");
  }

  #block(pcm) {
    // What we read ourselves is not known at the other end, which could take it for a visitor.
    if (this.app.speaker.reading || (this.phase !== "listening" && !this.handsFree)) return;
    this.sent += 1;
    if (this.mode) this.line?.audio(pcm);
    else this.pending.push(pcm);
  }

  #level(rms) {
    this.app.screen.level?.(rms);
    this.app.strip.level(Math.min(1, Math.max(0, (20 * Math.log10(Math.max(rms, 1e-4)) + 55) / 45)));
  }

  // What the server tells -----------------------------------------------------------------------

  #event(event) {
    const { app } = this;
    if (event.type === "speech_started" && this.microphone) this.#speechStarted();
    else if (event.type === "error") this.#failed(event);
    else if (this.deaf) return;
    else if (event.type === "partial") this.#partial(event.text);
    else if (event.type === "final") this.#heard(event);
    else if (event.type === "reply") this.#replied(event);
    else if (event.type === "rejected") this.#rejected(event);
    else if (event.type === "audio") app.speaker.sentence(event);
    else if (event.type === "audio_end") app.speaker.sentenceEnd(event);
    else if (event.type === "volume") app.speaker.lower(event.level);
    else if (event.type === "interrupted") this.#interrupted();
    else if (event.type === "resumed") this.#resumed();
    else if (event.type === "stop") {
      app.speaker.abandon();
      app.guide.stop();
    }
  }

  #speechStarted() {
    this.deaf = false;
    this.app.idle.touch();
    if (this.app.overlay.kind === "idle") this.app.idle.extend();
  }

  #partial(text) {
    if (this.app.state.phase === "listening") this.app.screen.partial(text);
    else if (this.handsFree && this.microphone) this.app.strip.show("open", text);
  }

  #interrupted() {
    performance.clearMarks("voice.interrupted");
    performance.mark("voice.interrupted");
    this.app.speaker.interrupt();
  }

  /** The audio of the sentence that was being heard comes again. */
  #resumed() {
    this.app.speaker.interrupt();
    if (this.app.strip.kind) this.#sign();
  }

  #heard({ text }) {
    const { app } = this;
    app.turn += 1;
    this.turn = app.turn;
    this.phase = "thinking";
    this.owed += 1;
    this.apologised = false;
    if (!this.handsFree) {
      this.#closeMicrophone();
      app.speaker.cue(false);
    }
    app.speaker.abandon();
    if (app.overlay.kind !== "stop") app.overlay.close();
    this.#wait(LONGEST_WAIT_MS);
    app.state.question = text;
    Object.assign(app.state, { pending: true, problem: null, reply: null, paragraphs: [], refused: null, held: null });
    app.go("answer");
    this.#sign();
  }

  async #replied(reply) {
    if (this.phase !== "thinking" || !this.#current) return;
    this.owed -= 1;
    if (this.owed > 0) return; // more was said meanwhile: only the last answer counts
    this.#rest();
    await this.app.show(reply, { voiced: true });
    if (language() !== this.line?.settings.language) this.refresh();
  }

  #rejected({ reason, text }) {
    const { app } = this;
    if (this.handsFree) {
      this.#notUnderstood(reason, text);
      return;
    }
    if (this.phase !== "listening" && this.phase !== "deciding") return;
    const detail = t("Anh/chị đứng gần màn hình hơn, nói to và chậm hơn một chút. Hoặc gõ câu hỏi bên dưới.");
    app.state.question = "";
    this.#rest();
    this.#problem({ title: text, detail, retry: () => this.start(), type: true });
    app.say(text);
  }

  /** Hands-free a cough is no question: said once, then only shown until somebody is understood. */
  #notUnderstood(reason, text) {
    const { app } = this;
    if (reason === "silence" || reason === "echo") return;
    if (app.state.phase === "listening") app.screen.hint(text);
    else app.strip.show("open", text);
    if (this.apologised || app.speaker.speaking || app.speaker.stream?.complete === false) return;
    this.apologised = true;
    app.say(text);
  }

  #failed({ code, message }) {
    const { app } = this;
    if (this.phase !== "off") this.#problem(plainProblem({ code, detail: message }, t, () => this.start()));
    else if (app.speaker.stream) app.speaker.carryOn();
  }

  // The connection ------------------------------------------------------------------------------

  #link(link) {
    const { app, phase } = this;
    if (link === "lost") {
      if (phase !== "off" || this.microphone) app.strip.show("wait", t("Đường truyền vừa đứt, em đang nối lại…"));
      return;
    }
    if (link === "refused") {
      this.line = null;
      app.session.lost();
    }
    if (link === "refused" || link === "gone") {
      this.#broken();
      return;
    }
    if (app.strip.kind === "wait") this.#sign();
    // What had been said of an unfinished question is lost; an answer only if we were forgotten.
    if (phase === "deciding" || (phase === "thinking" && link === "anew")) this.#wait(link === "back" ? SHORT_WAIT_MS : 0);
    else if (phase === "listening" && app.screen.heard) app.screen.hint(t("Đường truyền vừa đứt. Anh/chị nói lại giúp em từ đầu."));
    else if (link === "anew") app.speaker.carryOn();
  }

  #broken() {
    const { app } = this;
    this.#closeMicrophone();
    if (this.phase === "off") {
      app.strip.hide();
      app.speaker.carryOn();
      return;
    }
    const title = t("Đường truyền vừa đứt, em chưa nghe hết ạ.");
    const detail = t("Anh/chị thử lại, hoặc gõ câu hỏi bên dưới.");
    this.#problem({ title, detail, retry: () => this.start(), type: true });
  }

  // The microphone ------------------------------------------------------------------------------

  #microphoneLost() {
    const { app } = this;
    if (this.phase === "listening" && !this.handsFree && this.sent >= LEAST_BLOCKS) this.finish();
    else if (this.phase === "listening") this.#problem(plainProblem({ code: "microphone_lost" }, t, () => this.start()));
    else this.#closeMicrophone();
    app.strip.show("warn", t("Micro vừa bị ngắt. Anh/chị gõ câu hỏi, hoặc bấm nút micro để thử lại."));
  }

  /** Nobody is listened to behind another window. */
  #hidden() {
    if (!this.microphone && this.phase !== "notice") return;
    this.shut();
    this.app.strip.show("hint", t("Em đã tắt micro khi màn hình bị che. Anh/chị bấm nút micro để nói tiếp."));
  }

  #closeMicrophone() {
    this.microphone?.close();
    this.microphone = null;
    delete this.app.marks.listening;
    this.app.talking();
  }

  /** Hands-free the open microphone is told on every screen. */
  #sign() {
    const { strip, state } = this.app;
    if (this.handsFree && this.microphone && state.phase !== "listening") {
      strip.show("open", t("Micro đang mở, anh/chị cứ nói."));
    } else strip.hide();
  }

  #wait(milliseconds) {
    this.#limit(milliseconds, () => this.#broken());
  }

  #limit(milliseconds, then) {
    clearTimeout(this.limit);
    this.limit = setTimeout(then, milliseconds);
  }

  #rest() {
    clearTimeout(this.limit);
    this.phase = "off";
  }

  #problem(problem) {
    const { app } = this;
    this.cancel(false);
    this.#closeMicrophone();
    app.strip.hide();
    Object.assign(app.state, { pending: false, reply: null, problem });
    app.go("answer");
  }
}
