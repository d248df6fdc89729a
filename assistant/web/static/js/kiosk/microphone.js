// The browser's microphone as a stream of 16 kHz 16-bit mono blocks.

export class MicrophoneError extends Error {
  /** `reason`: denied, absent, insecure, busy. */
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

export class Microphone {
  /** `onBlock(ArrayBuffer)` gets 512 samples; `onLevel(rms)` 0 to 1; `onLost()` when the device goes. */
  constructor({ onBlock, onLevel, onLost }) {
    Object.assign(this, { onBlock, onLevel, onLost });
    this.stream = null;
    this.context = null;
  }

  async open() {
    if (!navigator.mediaDevices?.getUserMedia || !window.AudioWorkletNode) {
      throw new MicrophoneError(window.isSecureContext ? "absent" : "insecure");
    }
    try {
      // Nothing plays while we listen, so the browser's processing would only blur the speech.
      this.stream = await navigator.mediaDevices.getUserMedia({
        audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
      });
    } catch (error) {
      throw new MicrophoneError(REASONS[error.name] || "absent");
    }
    this.context = new AudioContext();
    await this.context.audioWorklet.addModule("/web/js/kiosk/capture-worklet.js");
    if (!this.stream) return;
    await this.context.resume();
    const source = this.context.createMediaStreamSource(this.stream);
    const capture = new AudioWorkletNode(this.context, "letan-capture", { numberOfOutputs: 0 });
    capture.port.onmessage = ({ data }) => {
      if (!this.stream) return;
      this.onLevel(data.rms);
      this.onBlock(data.pcm);
    };
    source.connect(capture);
    this.stream.getAudioTracks()[0].addEventListener("ended", () => this.stream && this.onLost());
  }

  close() {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    if (this.context && this.context.state !== "closed") this.context.close();
    this.context = null;
  }
}
