// Runs in the audio thread: plays what arrives without gaps, is quiet at once when told to, and
// tells on which instant of the audio clock a sentence began and ended.

import { Resampler, fromInt16 } from "./resampler.js";

const FADE = 128;

class Playback extends AudioWorkletProcessor {
  constructor() {
    super();
    this.queue = [];
    this.ready = [];
    this.faded = new Float32Array(0);
    this.port.onmessage = ({ data }) => {
      if (data.type === "clear") this.clear();
      else this.queue.push(data);
    };
  }

  /** What sounds now fades within three milliseconds instead of clicking. */
  clear() {
    const { samples } = this.ready.find((item) => item.samples) || {};
    const rest = samples ? samples.subarray(0, FADE) : new Float32Array(0);
    this.faded = rest.map((sample, i) => sample * (1 - i / FADE));
    this.queue = [];
    this.ready = [];
    this.resampler = null;
    this.port.postMessage({ type: "silent", time: currentTime });
  }

  process(_inputs, [[output]]) {
    let filled = 0;
    if (this.faded.length > 0) {
      output.set(this.faded.subarray(0, output.length));
      this.faded = new Float32Array(0);
      return true;
    }
    while (filled < output.length && this.fetch()) {
      const [item] = this.ready;
      if (!item.samples) {
        this.port.postMessage({ ...item, time: currentTime + filled / sampleRate });
        this.ready.shift();
        continue;
      }
      const part = item.samples.subarray(0, output.length - filled);
      output.set(part, filled);
      filled += part.length;
      item.samples = item.samples.subarray(part.length);
      if (item.samples.length === 0) this.ready.shift();
    }
    return true;
  }

  /** Make a little of the queue ready; whether there is anything to play or to tell. */
  fetch() {
    while (this.ready.length === 0 && this.queue.length > 0) {
      const [next] = this.queue;
      if (next.type !== "audio") {
        this.queue.shift();
        // The filter still holds the last samples of the sentence.
        if (next.type === "ended" && this.resampler) this.add(new Float32Array(this.resampler.half));
        if (next.type === "ended") this.resampler = null;
        this.ready.push(next);
      } else {
        this.rate = next.rate;
        next.at ??= 0;
        this.add(fromInt16(next.pcm.subarray(next.at, next.at + 256)));
        next.at += 256;
        if (next.at >= next.pcm.length) this.queue.shift();
      }
    }
    return this.ready.length > 0;
  }

  add(input) {
    this.resampler ??= new Resampler(this.rate, sampleRate);
    const samples = this.resampler.push(input);
    if (samples.length > 0) this.ready.push({ samples });
  }
}

registerProcessor("letan-playback", Playback);
