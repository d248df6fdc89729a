// The listening side of a visit: one utterance at a time, from the microphone to the reply.

import { ApiError } from "../shared/api.js";
import { t } from "../shared/i18n.js";
import { plainProblem } from "./reply.js";
import { Utterance } from "./voice.js";

export class Hearing {
  constructor(app) {
    this.app = app;
    this.utterance = null;
  }

  /** The microphone button: begin, or "I have finished". */
  toggle() {
    if (this.app.state.phase === "listening") this.finish();
    else this.start();
  }

  async start() {
    const { app } = this;
    this.cancel(false);
    app.hush();
    app.overlay.close();
    app.turn += 1;
    const { turn } = app;
    app.speaker.unlock();
    app.go("listening");
    let conversation;
    try {
      conversation = await app.session.open();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (turn === app.turn) app.fail(error, () => this.start());
      return;
    }
    if (turn !== app.turn) return;
    const mine = (handler) => (value) => turn === app.turn && handler(value);
    this.utterance = new Utterance(conversation, {
      onListening: mine(() => {
        app.speaker.cue(true);
        app.screen.started();
        app.marks.listening = "true";
      }),
      onLevel: mine((rms) => app.screen.level?.(rms)),
      onPartial: mine((text) => app.screen.partial?.(text)),
      onFinal: mine((text) => this.#heard(text)),
      onReply: mine((reply) => this.#replied(reply)),
      onRejected: mine((event) => this.#notHeard(event)),
      onError: mine((error) => this.#failed(error)),
    });
    this.utterance.start();
  }

  /** Decide with what has been heard; before anything could be heard this is "never mind". */
  finish() {
    if (!this.utterance || this.utterance.state === "opening") {
      this.cancel();
      return;
    }
    this.utterance.stop();
    this.app.screen.deciding?.();
  }

  cancel(leave = true) {
    const { app } = this;
    const was = this.utterance;
    this.#end();
    was?.cancel();
    if (leave && app.state.phase === "listening") {
      app.turn += 1;
      app.go(app.state.reply ? "answer" : "attract");
    }
  }

  #end() {
    this.utterance = null;
    delete this.app.marks.listening;
  }

  #heard(text) {
    const { app } = this;
    app.speaker.cue(false);
    app.state.question = text;
    Object.assign(app.state, { pending: true, problem: null, reply: null, paragraphs: [] });
    delete app.marks.listening;
    app.go("answer");
  }

  async #replied(reply) {
    this.#end();
    await this.app.show(reply);
  }

  #notHeard(event) {
    const again = t("Anh/chị đứng gần màn hình hơn, nói to và chậm hơn một chút. Hoặc gõ câu hỏi bên dưới.");
    const detail = event.text || event.detail || again;
    this.app.state.question = "";
    this.#problem({ title: t("Em chưa nghe rõ ạ."), detail, retry: () => this.start(), type: true });
    this.app.say(t("Em chưa nghe rõ ạ. Anh/chị nói lại giúp em."));
  }

  #failed(error) {
    this.#problem(plainProblem(error, t, () => this.start()));
  }

  #problem(problem) {
    const { app } = this;
    this.#end();
    Object.assign(app.state, { pending: false, reply: null, problem });
    app.go("answer");
  }
}
