// The voice door: one socket for a conversation. It comes back by itself and says where it was.

import { socketUrl } from "../shared/socket.js";

const RATE = 16000;
const FIRST_DELAY_MS = 250;
const LAST_DELAY_MS = 4000;
const MOST_WAITING = 480; // blocks of 32 ms: 15 seconds of speech
const LONGEST_GAP_MS = 12000;
const REFUSED = 1008;

export class VoiceLine {
  /**
   * `onEvent(event)` gets what the server tells, `onAudio(ArrayBuffer)` its voice,
   * `onLink(link)` how the connection is: lost, back (it goes on where it was), anew (the other
   * end has forgotten us), gone (lost for long; it is still tried), refused (no such conversation).
   */
  constructor(conversation, { onEvent, onAudio, onLink }) {
    Object.assign(this, { conversation, onEvent, onAudio, onLink });
    this.settings = null;
    this.voice = null;
    this.gap = null;
    this.waiting = [];
    this.delay = FIRST_DELAY_MS;
    this.closed = false;
    this.#open();
  }

  get up() {
    return this.socket.readyState === WebSocket.OPEN;
  }

  /** Listen: `{language, mode: "auto" | "hold", speak}`. */
  start(settings) {
    this.settings = { sample_rate: RATE, ...settings };
    if (this.up) this.#order({ type: "start", ...this.settings });
  }

  /** A block of the microphone. */
  audio(pcm) {
    if (this.up) this.socket.send(pcm);
    else if (this.waiting.length < MOST_WAITING) this.waiting.push(pcm);
  }

  /** The utterance is over. */
  stop() {
    if (this.up) this.#order({ type: "stop" });
    else this.waiting.push(JSON.stringify({ type: "stop" }));
  }

  /** Drop the utterance and what is being said. */
  cancel() {
    this.waiting = [];
    if (this.up) this.#order({ type: "cancel" });
  }

  played(sentence) {
    if (this.up) this.#order({ type: "played", sentence });
  }

  close() {
    this.closed = true;
    this.#bridged();
    clearTimeout(this.timer);
    this.socket.close();
  }

  #open() {
    this.socket = new WebSocket(socketUrl(`/api/v1/voice/${this.conversation}`));
    this.socket.binaryType = "arraybuffer";
    this.socket.onopen = () => this.#opened();
    this.socket.onmessage = ({ data }) => this.#message(data);
    this.socket.onclose = ({ code }) => this.#lost(code);
  }

  #opened() {
    if (this.settings) {
      const resume = this.voice ? { resume: this.voice } : {};
      this.#order({ type: "start", ...this.settings, ...resume });
    }
    for (const item of this.waiting.splice(0)) this.socket.send(item);
  }

  #message(data) {
    if (this.closed) return;
    if (typeof data !== "string") {
      this.onAudio(data);
      return;
    }
    const event = JSON.parse(data);
    if (event.type === "ready") this.#ready(event);
    else this.onEvent(event);
  }

  #ready({ voice, resumed }) {
    const first = this.voice === null;
    this.voice = voice;
    this.delay = FIRST_DELAY_MS;
    this.#bridged();
    if (!first) this.onLink(resumed ? "back" : "anew");
  }

  #bridged() {
    clearTimeout(this.gap);
    this.gap = null;
  }

  #lost(code) {
    if (this.closed) return;
    if (code === REFUSED) {
      this.close();
      this.onLink("refused");
      return;
    }
    this.onLink("lost");
    this.gap ??= setTimeout(() => this.onLink("gone"), LONGEST_GAP_MS);
    this.timer = setTimeout(() => this.#open(), this.delay);
    this.delay = Math.min(this.delay * 2, LAST_DELAY_MS);
  }

  #order(order) {
    this.socket.send(JSON.stringify(order));
  }
}
