// Chime and voice of a call, one after the other.

import { call as request } from "../shared/api.js";

const GAP_S = 0.25;

export class Caller {
  constructor() {
    this.on = false;
    this.language = "vi";
    this.context = null;
    this.queue = Promise.resolve();
  }

  /** Whether the browser lets this page sound without a touch (a kiosk's flag). */
  async tryAlone() {
    const context = new AudioContext();
    const allowed = context.state === "running";
    await context.close();
    return allowed;
  }

  toggle() {
    this.on = !this.on;
    this.context ??= new AudioContext();
    this.context.resume().catch(() => {});
    return this.on;
  }

  /** Ring and speak one call; calls wait for each other. */
  call(calling) {
    if (!this.on) return;
    this.queue = this.queue.then(() => this.#announce(calling)).catch(() => {});
  }

  async #announce(calling) {
    const languages = this.language === "vi" ? ["vi"] : ["vi", this.language];
    const voices = languages.map((language) => this.#voice(words(calling, language), language));
    await this.#chime();
    for (const voice of voices) {
      const audio = await voice;
      if (audio) await this.#play(audio);
    }
  }

  async #voice(text, language) {
    try {
      const body = { text, language, rate: 0.9 };
      const response = await request("POST", "/api/v1/speech", { body, timeout: 8000 });
      return await this.context.decodeAudioData(await response.arrayBuffer());
    } catch {
      return null;
    }
  }

  #chime() {
    const start = this.context.currentTime;
    const notes = [659.3, 523.3, 392];
    for (const [i, frequency] of notes.entries()) {
      const tone = this.context.createOscillator();
      const volume = this.context.createGain();
      const at = start + i * GAP_S;
      tone.frequency.value = frequency;
      volume.gain.setValueAtTime(0, at);
      volume.gain.linearRampToValueAtTime(0.25, at + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.001, at + 0.8);
      tone.connect(volume).connect(this.context.destination);
      tone.start(at);
      tone.stop(at + 0.85);
    }
    return new Promise((resolve) => setTimeout(resolve, (notes.length * GAP_S + 0.5) * 1000));
  }

  #play(audio) {
    return new Promise((resolve) => {
      const source = this.context.createBufferSource();
      source.buffer = audio;
      source.connect(this.context.destination);
      source.onended = resolve;
      source.start();
    });
  }
}

function words({ number, counter, spoken }, language) {
  const plain = { vi: `Mời số ${number} đến quầy ${counter}`, en: `Number ${number}, please go to counter ${counter}` };
  return spoken?.[language] || plain[language];
}
