// Runs in the audio thread: any rate and any number of channels in, 16 kHz mono 16-bit blocks out.

import { Resampler, toInt16 } from "./resampler.js";

const RATE = 16000;
const BLOCK = 512;

class Capture extends AudioWorkletProcessor {
  constructor() {
    super();
    // `sampleRate` is the context's own rate; the track may say something else and is not asked.
    this.resampler = new Resampler(sampleRate, RATE);
    this.pending = new Int16Array(BLOCK);
    this.filled = 0;
    this.energy = 0;
  }

  process(inputs) {
    const channels = inputs[0];
    if (channels.length > 0) this.take(toInt16(this.resampler.push(mix(channels))));
    return true;
  }

  take(samples) {
    for (const sample of samples) {
      this.pending[this.filled] = sample;
      this.filled += 1;
      this.energy += (sample / 0x8000) ** 2;
      if (this.filled === BLOCK) this.flush();
    }
  }

  flush() {
    const rms = Math.sqrt(this.energy / BLOCK);
    const pcm = this.pending.buffer;
    this.port.postMessage({ pcm, rms }, [pcm]);
    this.pending = new Int16Array(BLOCK);
    this.filled = 0;
    this.energy = 0;
  }
}

function mix(channels) {
  if (channels.length === 1) return channels[0];
  const mono = new Float32Array(channels[0].length);
  for (const channel of channels) {
    for (let i = 0; i < mono.length; i += 1) mono[i] += channel[i] / channels.length;
  }
  return mono;
}

registerProcessor("letan-capture", Capture);
