// One spoken question: microphone → WebSocket → transcript and reply.

import { language } from "../shared/i18n.js";
import { socketUrl } from "../shared/socket.js";
import { Microphone, MicrophoneError } from "./microphone.js";

const RATE = 16000;
const LONGEST_MS = 25000;
const WAITING_BLOCKS = 64;

export class Utterance {
  /**
   * `events`: onListening(), onLevel(rms), onPartial(text), onFinal(text), onReply(reply),
   * onRejected({reason, text}), onError({code, detail}).
   */
  constructor(conversation, events) {
    this.events = events;
    this.state = "opening";
    this.waiting = [];
    this.conversation = conversation;
    this.microphone = new Microphone({
      onBlock: (pcm) => this.#block(pcm),
      onLevel: (rms) => this.state === "listening" && events.onLevel(rms),
      onLost: () => this.stop(),
    });
  }

  async start() {
    try {
      await this.microphone.open();
    } catch (error) {
      const reason = error instanceof MicrophoneError ? error.reason : "absent";
      this.#fail({ code: `microphone_${reason}`, detail: "" });
      return;
    }
    if (this.state !== "opening") {
      this.microphone.close();
      return;
    }
    this.state = "listening";
    this.#connect();
    this.limit = setTimeout(() => this.stop(), LONGEST_MS);
    this.events.onListening();
  }

  /** The visitor has finished: the server decides with what it has. */
  stop() {
    if (this.state === "opening") {
      this.cancel();
    } else if (this.state === "listening") {
      this.state = "deciding";
      this.#release();
      this.#send({ type: "stop" });
    }
  }

  /** Forget it: nothing more is reported. */
  cancel() {
    if (this.state === "closed") return;
    this.state = "closed";
    this.#release();
    this.#send({ type: "cancel" });
    this.socket?.close();
  }

  #connect() {
    this.socket = new WebSocket(socketUrl(`/api/v1/conversations/${this.conversation}/voice`));
    this.socket.binaryType = "arraybuffer";
    this.socket.onopen = () => {
      this.#send({ type: "start", rate: RATE, language: language() });
      for (const item of this.waiting.splice(0)) this.socket.send(item);
    };
    this.socket.onmessage = ({ data }) => {
      if (typeof data === "string" && this.state !== "closed") this.#event(JSON.parse(data));
    };
    this.socket.onclose = () => {
      if (this.state === "closed") return;
      this.#fail({ code: "network", detail: "" });
    };
  }

  #event(event) {
    const { events } = this;
    if (event.type === "partial") events.onPartial(event.text || "");
    else if (event.type === "final") {
      this.state = "deciding";
      this.#release();
      events.onFinal(event.text || "");
    } else if (event.type === "reply") {
      this.#end();
      events.onReply(event.reply || event);
    } else if (event.type === "rejected") {
      this.#end();
      events.onRejected(event);
    } else if (event.type === "error") {
      this.#fail(event);
    }
  }

  #block(pcm) {
    if (this.state !== "listening") return;
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(pcm);
    else if (this.waiting.length < WAITING_BLOCKS) this.waiting.push(pcm);
  }

  #send(message) {
    const text = JSON.stringify(message);
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(text);
    else if (this.socket?.readyState === WebSocket.CONNECTING) this.waiting.push(text);
  }

  #release() {
    clearTimeout(this.limit);
    this.microphone.close();
  }

  #end() {
    this.state = "closed";
    this.#release();
    this.socket?.close();
  }

  #fail(error) {
    if (this.state === "closed") return;
    this.#end();
    this.events.onError(error);
  }
}
