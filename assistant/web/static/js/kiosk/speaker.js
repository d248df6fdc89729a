// Reads the answer aloud, sentence by sentence, and says which one is being read.

import { call } from "../shared/api.js";
import { language } from "../shared/i18n.js";

const SLOW = 0.75;
const QUIET_MS_PER_LETTER = 65;
const QUIET_MIN_MS = 1600;

const SENTENCE_END = /(?<=[.!?…])\s+(?=\S)|\n+/u;
const CLAUSE_END = /(?<=[:;])\s+(?=\S)/u;

const split = (text, border) =>
  (text || "")
    .split(border)
    .map((part) => part.trim())
    .filter(Boolean);

/** What is marked at a time: the clauses of a text, in order; nothing but white space is lost. */
export function clauses(text) {
  return split(text, SENTENCE_END).flatMap((sentence) => split(sentence, CLAUSE_END));
}

/**
 * What to read for what is shown: `[{speech, shown: [indices of clauses]}]`. Sentences run side by
 * side where there are as many of them, and so do the clauses of a sentence; a shorter wording is
 * spread over the text.
 */
export function script(text, speech) {
  const written = split(text, SENTENCE_END);
  const spoken = speech ? split(speech, SENTENCE_END) : written;
  if (spoken.length !== written.length) return align(clauses(text).length, spoken);
  let first = 0;
  return written.flatMap((sentence, i) => {
    const own = split(sentence, CLAUSE_END);
    const count = own.length;
    const said = split(spoken[i], CLAUSE_END);
    const start = first;
    first += count;
    // A wording that is no shorter is the same text in spoken form, which the server makes of ours
    // as well: read clause by clause it can be followed on the screen.
    const shorter = wordCount(spoken[i]) < wordCount(sentence);
    const lines = said.length === count ? said : shorter ? [spoken[i]] : own;
    return align(count, lines).map((line) => ({ ...line, shown: line.shown.map((k) => k + start) }));
  });
}

function wordCount(text) {
  return text.split(/\s+/).length;
}

function align(count, spoken) {
  const shown = { length: count };
  return spoken.map((s, i) => {
    const from = Math.floor((i * shown.length) / spoken.length);
    const to = Math.max(from + 1, Math.floor(((i + 1) * shown.length) / spoken.length));
    return { speech: s, shown: range(from, Math.min(to, shown.length)) };
  });
}

function range(from, to) {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}

export class Speaker {
  /** `onSentence([indices])` follows the reading; `onSpeaking(bool)` tells its begin and end. */
  constructor({ onSentence, onSpeaking }) {
    Object.assign(this, { onSentence, onSpeaking });
    this.muted = false;
    this.slow = false;
    this.gain = 1;
    this.turn = 0;
    this.lines = [];
    this.context = null;
  }

  /** Browsers only let sound out after a touch; called from every press. */
  unlock() {
    this.context ??= new AudioContext();
    if (this.context.state === "suspended") this.context.resume().catch(() => {});
  }

  async say(lines) {
    this.stop();
    this.lines = lines;
    if (lines.length === 0) return;
    const turn = ++this.turn;
    this.onSpeaking(true);
    let next = this.#fetch(lines[0].speech);
    for (let i = 0; i < lines.length; i += 1) {
      const audio = await next;
      if (turn !== this.turn) return;
      next = i + 1 < lines.length ? this.#fetch(lines[i + 1].speech) : null;
      this.onSentence(lines[i].shown);
      await this.#play(audio, lines[i].speech, turn);
      if (turn !== this.turn) return;
    }
    this.onSentence([]);
    this.onSpeaking(false);
  }

  repeat() {
    return this.say(this.lines);
  }

  stop() {
    this.turn += 1;
    this.source?.stop();
    this.source = null;
    clearTimeout(this.timer);
    this.wake?.();
    this.onSentence([]);
    this.onSpeaking(false);
  }

  /** Forget what was read. */
  clear() {
    this.stop();
    this.lines = [];
    this.slow = false;
    this.muted = false;
    this.gain = 1;
  }

  louder() {
    this.gain = Math.min(2.5, this.gain * 1.4);
  }

  /** A short sound from the page itself: `rising` when listening begins, falling when it ends. */
  cue(rising) {
    if (this.muted || this.context?.state !== "running") return;
    const tone = this.context.createOscillator();
    const volume = this.context.createGain();
    const now = this.context.currentTime;
    tone.frequency.setValueAtTime(rising ? 523 : 784, now);
    tone.frequency.setValueAtTime(rising ? 784 : 523, now + 0.09);
    volume.gain.setValueAtTime(0.12, now);
    volume.gain.linearRampToValueAtTime(0, now + 0.2);
    tone.connect(volume).connect(this.context.destination);
    tone.start(now);
    tone.stop(now + 0.2);
  }

  async #fetch(text) {
    if (this.muted || !this.context) return null;
    const body = { text, language: language(), rate: this.slow ? SLOW : 1 };
    try {
      const response = await call("POST", "/api/v1/speech", { body, timeout: 8000 });
      return await this.context.decodeAudioData(await response.arrayBuffer());
    } catch {
      // Without a voice the captions still run along; the answer is on the screen.
      return null;
    }
  }

  #play(audio, text, turn) {
    return new Promise((resolve) => {
      this.wake = resolve;
      if (!audio || this.context.state !== "running") {
        const pace = this.slow ? 1 / SLOW : 1;
        const time = Math.max(QUIET_MIN_MS, text.length * QUIET_MS_PER_LETTER) * pace;
        this.timer = setTimeout(resolve, time);
        return;
      }
      const source = this.context.createBufferSource();
      const volume = this.context.createGain();
      volume.gain.value = this.gain;
      source.buffer = audio;
      source.connect(volume).connect(this.context.destination);
      source.onended = resolve;
      source.start();
      if (turn === this.turn) this.source = source;
    });
  }
}
