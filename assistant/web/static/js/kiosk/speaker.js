// Reads the answer aloud, sentence by sentence, and says which one is being read: with audio that
// the voice door sends, or line by line with audio that is fetched.

import { call } from "../shared/api.js";
import { language } from "../shared/i18n.js";
import { Playback } from "./playback.js";
import { Follower } from "./wording.js";

const SLOW = 0.75;
const QUIET_MS_PER_LETTER = 65;
const QUIET_MIN_MS = 1600;

export class Speaker {
  /**
   * `onSentence([indices])` follows the reading, `onSpeaking(bool)` tells its begin and end,
   * `onPlayed(number)` that a sentence of the voice door has been heard, `onDropped()` that the
   * rest of its reply is not wanted.
   */
  constructor({ onSentence, onSpeaking, onPlayed, onDropped }) {
    Object.assign(this, { onSentence, onSpeaking, onPlayed, onDropped });
    this.muted = false;
    this.slow = false;
    this.region = null; // whose Vietnamese is spoken; null: as the centre has set it
    this.gain = 1;
    this.turn = 0;
    this.lines = [];
    this.context = null;
    this.playback = null;
    this.stream = null;
    this.speaking = false;
  }

  /** Browsers only let sound out after a touch; called from every press. */
  unlock() {
    this.context ??= new AudioContext();
    if (this.context.state === "suspended") this.context.resume().catch(() => {});
  }

  /** Whether sound would be heard now. */
  get audible() {
    return !this.muted && this.context?.state === "running";
  }

  /** Whether lines of our own are being read, of which the voice door knows nothing. */
  get reading() {
    return this.speaking && !this.stream;
  }

  // Line by line ------------------------------------------------------------------------------

  async say(lines) {
    this.stop();
    this.lines = lines;
    if (lines.length === 0) return;
    const turn = ++this.turn;
    this.#tell(true);
    let next = this.#fetch(lines[0].speech);
    for (let i = 0; i < lines.length; i += 1) {
      const audio = await next;
      if (turn !== this.turn) return;
      next = i + 1 < lines.length ? this.#fetch(lines[i + 1].speech) : null;
      this.onSentence(lines[i].shown);
      await this.#play(audio, lines[i].speech, turn);
      if (turn !== this.turn) return;
    }
    this.#over();
  }

  repeat() {
    return this.say(this.lines);
  }

  // As it comes from the voice door -----------------------------------------------------------

  /** Load what plays the voice door's audio, before it is needed. */
  prepare() {
    this.unlock();
    this.playback ??= new Playback(this.context, {
      onBegan: (sentence, time) => this.#began(sentence, time),
      onEnded: (sentence, last) => this.#ended(sentence, last),
    });
    this.playback.gain = this.gain;
  }

  /** A reply begins whose audio will come; `lines` are what is shown of it. */
  follow(lines) {
    this.abandon();
    this.lines = lines;
    const parts = new Map();
    for (const line of lines) parts.set(line.part, [...(parts.get(line.part) || []), line]);
    const followers = new Map([...parts].map(([part, own]) => [part, new Follower(own)]));
    this.stream = { followers, shown: new Map(), rate: 0, heard: false, complete: false, over: false };
  }

  sentence({ sentence, rate, part, text }) {
    const { stream } = this;
    if (!stream) return;
    if (!this.audible) {
      this.say(this.lines);
      return;
    }
    stream.rate = rate;
    stream.heard = true;
    if (!stream.shown.has(sentence)) stream.shown.set(sentence, stream.followers.get(part)?.take(text) || []);
    this.playback.begin(sentence);
  }

  /** `pcm`: s16le samples of the sentence that has begun. */
  block(pcm) {
    if (this.stream?.rate) this.playback.block(pcm, this.stream.rate);
  }

  sentenceEnd({ sentence, last }) {
    if (!this.stream) return;
    this.stream.complete = last;
    this.playback.end(sentence, last);
  }

  /** Somebody may be speaking over the reply: `level` 0 to 1 of its usual loudness. */
  lower(level) {
    if (!this.stream) return;
    if (level < 1) {
      performance.clearMarks("voice.lowered");
      performance.mark("voice.lowered");
    }
    this.playback.level = level;
  }

  /** Be quiet at once; the reply may go on with `sentence` again. */
  interrupt() {
    if (!this.stream) return; // what is read now is none of the voice door's
    this.playback.clear();
    this.onSentence([]);
    this.#tell(false);
  }

  /** The voice door will send no more of this reply: read the rest of it ourselves. */
  carryOn() {
    const { stream } = this;
    if (!stream || stream.complete) return;
    const last = Math.max(-1, ...[...stream.shown.values()].flat());
    const rest = this.lines.filter(({ shown }) => Math.max(-1, ...shown) > last);
    const all = this.lines;
    if (!stream.heard || rest.length > 0) this.say(stream.heard ? rest : all);
    else this.stop();
    this.lines = all;
  }

  // Both --------------------------------------------------------------------------------------

  /** What the voice door says is over; it knows. */
  abandon() {
    if (this.stream) this.playback.clear();
    this.stream = null;
    this.stop();
  }

  stop() {
    this.turn += 1;
    if (this.stream) {
      this.playback.clear();
      if (!this.stream.over) this.onDropped();
      this.stream = null;
    }
    this.source?.stop();
    this.source = null;
    clearTimeout(this.timer);
    this.wake?.();
    this.#over();
  }

  /** Forget what was read. */
  clear() {
    this.stop();
    this.lines = [];
    this.slow = false;
    this.region = null;
    this.muted = false;
    this.gain = 1;
  }

  louder() {
    this.gain = Math.min(2.5, this.gain * 1.4);
    if (this.playback) this.playback.gain = this.gain;
  }

  /** A short sound from the page itself: `rising` when listening begins, falling when it ends. */
  cue(rising) {
    if (!this.audible) return;
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

  #began(sentence, time) {
    if (!this.stream?.shown.has(sentence)) return;
    // When it is heard, on the page's own clock: for measuring.
    const { contextTime, performanceTime } = this.context.getOutputTimestamp();
    const startTime = performanceTime + 1000 * (time - contextTime);
    performance.clearMarks("voice.began");
    performance.mark("voice.began", { startTime: Math.max(0, startTime), detail: sentence });
    this.#tell(true);
    this.onSentence(this.stream.shown.get(sentence));
  }

  #ended(sentence, last) {
    if (!this.stream?.shown.has(sentence)) return;
    this.onPlayed(sentence);
    if (!last) return;
    this.stream.over = true;
    this.#over();
  }

  #over() {
    this.onSentence([]);
    this.#tell(false);
  }

  #tell(speaking) {
    this.speaking = speaking;
    this.onSpeaking(speaking);
  }

  async #fetch(text) {
    if (this.muted || !this.context) return null;
    const body = { text, language: language(), rate: this.slow ? SLOW : 1 };
    if (this.region) body.voice = this.region;
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
