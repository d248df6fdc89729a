// Sampling-rate conversion with a low-pass filter (windowed sinc), block by block without clicks.

const ZERO_CROSSINGS = 16;
const ROLL_OFF = 0.92;
const PHASES = 512;

export class Resampler {
  /** Converts mono Float32 blocks from `from` Hz to `to` Hz. */
  constructor(from, to) {
    if (!(from > 0) || !(to > 0)) throw new RangeError("sampling rates must be positive");
    this.step = from / to;
    this.cutoff = Math.min(1, to / from) * ROLL_OFF;
    this.half = Math.ceil(ZERO_CROSSINGS / this.cutoff);
    this.history = new Float32Array(this.half);
    this.position = this.half;
    this.filters = [];
  }

  /** The output samples that this block completes; the filter delays by a few milliseconds. */
  push(block) {
    const input = new Float32Array(this.history.length + block.length);
    input.set(this.history);
    input.set(block, this.history.length);
    const output = [];
    let at = this.position;
    while (at + this.half < input.length) {
      output.push(this.#sample(input, at));
      at += this.step;
    }
    const keepFrom = Math.max(0, Math.floor(at) - this.half);
    this.history = input.slice(keepFrom);
    this.position = at - keepFrom;
    return Float32Array.from(output);
  }

  #sample(input, at) {
    const steps = Math.round((at % 1) * PHASES);
    const middle = Math.floor(at) + (steps === PHASES ? 1 : 0);
    const weights = this.#weights(steps % PHASES);
    const first = middle - this.half;
    let sum = 0;
    for (let k = 0; k < weights.length; k += 1) {
      const i = first + k;
      if (i >= 0 && i < input.length) sum += weights[k] * input[i];
    }
    return sum;
  }

  /** The filter for a place between two samples; made once, so that the audio thread has time. */
  #weights(steps) {
    if (this.filters[steps]) return this.filters[steps];
    const weights = Float32Array.from({ length: 2 * this.half + 1 }, (_, k) =>
      this.#kernel(k - this.half - steps / PHASES),
    );
    // Dividing by the sum of weights keeps the level exact whatever the phase.
    const sum = weights.reduce((total, weight) => total + weight, 0);
    this.filters[steps] = weights.map((weight) => weight / sum);
    return this.filters[steps];
  }

  #kernel(x) {
    if (Math.abs(x) > this.half + 1) return 0;
    const window = 0.5 + 0.5 * Math.cos((Math.PI * x) / (this.half + 1));
    const phase = Math.PI * x * this.cutoff;
    return window * (phase === 0 ? 1 : Math.sin(phase) / phase);
  }
}

/** Float samples to signed 16-bit, clipped and rounded. */
export function toInt16(samples) {
  const out = new Int16Array(samples.length);
  for (let i = 0; i < samples.length; i += 1) {
    const clipped = Math.max(-1, Math.min(1, samples[i]));
    out[i] = Math.round(clipped < 0 ? clipped * 0x8000 : clipped * 0x7fff);
  }
  return out;
}

/** Signed 16-bit samples to floats. */
export function fromInt16(samples) {
  return Float32Array.from(samples, (sample) => sample / 0x8000);
}
