// Audio that arrives piece by piece, played without gaps through one AudioContext.

const FADE_S = 0.01;

export class Playback {
  /**
   * `onBegan(sentence, time)` and `onEnded(sentence, last)` follow what sounds; `time` is seconds
   * of the context's clock.
   */
  constructor(context, { onBegan, onEnded }) {
    Object.assign(this, { context, onBegan, onEnded });
    this.node = null;
    this.loudness = { gain: 1, level: 1 };
    this.waiting = [];
    this.volume = context.createGain();
    this.volume.connect(context.destination);
    this.#open();
  }

  set gain(gain) {
    this.#loud({ gain });
  }

  /** 0 to 1, for a while; `clear` brings back 1. */
  set level(level) {
    this.#loud({ level });
  }

  begin(sentence) {
    this.#post({ type: "began", sentence });
  }

  /** `pcm`: an ArrayBuffer of s16le samples. */
  block(pcm, rate) {
    const samples = new Int16Array(pcm, 0, Math.floor(pcm.byteLength / 2));
    this.#post({ type: "audio", pcm: samples, rate });
  }

  end(sentence, last) {
    this.#post({ type: "ended", sentence, last });
  }

  /** Silence, at once; what has not been played is forgotten. */
  clear() {
    this.level = 1;
    this.waiting = [];
    this.node?.port.postMessage({ type: "clear" });
  }

  async #open() {
    await this.context.audioWorklet.addModule("/web/js/kiosk/playback-worklet.js");
    const options = { numberOfInputs: 0, outputChannelCount: [1] };
    this.node = new AudioWorkletNode(this.context, "letan-playback", options);
    this.node.port.onmessage = ({ data }) => {
      if (data.type === "began") this.onBegan(data.sentence, data.time);
      else if (data.type === "ended") this.onEnded(data.sentence, data.last);
      else performance.mark("voice.silent");
    };
    this.node.connect(this.volume);
    for (const message of this.waiting.splice(0)) this.node.port.postMessage(message);
  }

  /** Within a few milliseconds, without a click. */
  #loud(change) {
    const { gain, level } = Object.assign(this.loudness, change);
    const now = this.context.currentTime;
    this.volume.gain.cancelScheduledValues(now);
    this.volume.gain.setTargetAtTime(gain * level, now, FADE_S);
  }

  #post(message) {
    if (this.node) this.node.port.postMessage(message);
    else this.waiting.push(message);
  }
}
