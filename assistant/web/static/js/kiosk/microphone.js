// The browser's microphone as a stream of 16 kHz 16-bit mono blocks.

export class MicrophoneError extends Error {
  /** `reason`: denied, absent, insecure, busy, suspended. */
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

const REASONS = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "absent",
  OverconstrainedError: "absent",
  NotReadableError: "busy",
  AbortError: "busy",
};
const RESUME_MS = 2000;

export class Microphone {
  /** `onBlock(ArrayBuffer)` gets 512 samples; `onLevel(rms)` 0 to 1; `onLost()` when the device goes. */
  constructor({ onBlock, onLevel, onLost }) {
    Object.assign(this, { onBlock, onLevel, onLost });
    this.stream = null;
    this.context = null;
    this.closed = false;
  }

  /** Throws `MicrophoneError`; a microphone that was closed meanwhile stays closed. */
  async open() {
    if (!navigator.mediaDevices?.getUserMedia || !window.AudioWorkletNode) {
      throw new MicrophoneError(window.isSecureContext ? "absent" : "insecure");
    }
    let stream;
    try {
      // We speak while we listen: without echo cancellation we would hear ourselves.
      stream = await navigator.mediaDevices.getUserMedia({
        audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
      });
    } catch (error) {
      throw new MicrophoneError(REASONS[error.name] || "absent");
    }
    this.stream = stream;
    if (this.closed) {
      this.close();
      return;
    }
    this.context = new AudioContext();
    await this.#run();
    if (this.closed) return;
    const source = this.context.createMediaStreamSource(this.stream);
    const capture = new AudioWorkletNode(this.context, "letan-capture", { numberOfOutputs: 0 });
    capture.port.onmessage = ({ data }) => {
      if (this.closed) return;
      this.onLevel(data.rms);
      this.onBlock(data.pcm);
    };
    source.connect(capture);
    this.stream.getAudioTracks()[0].addEventListener("ended", () => !this.closed && this.onLost());
  }

  /** A context that may not run yet would hear nothing and say nothing about it. */
  async #run() {
    const { context } = this;
    const late = new Promise((resolve) => {
      setTimeout(resolve, RESUME_MS);
    });
    await Promise.all([
      context.audioWorklet.addModule("/web/js/kiosk/capture-worklet.js"),
      Promise.race([context.resume(), late]),
    ]);
    if (!this.closed && context.state !== "running") {
      this.close();
      throw new MicrophoneError("suspended");
    }
  }

  close() {
    this.closed = true;
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    if (this.context && this.context.state !== "closed") this.context.close();
    this.context = null;
  }
}
