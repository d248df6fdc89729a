// The microphone's button: a press begins or ends; whoever keeps it pressed ends by letting go.

const LONG_MS = 1000;

export class TalkButton {
  /** `onPress()`; `onRelease(long)` when it is let go, `long` after a second and more. */
  constructor(node, { onPress, onRelease }) {
    this.since = null;
    let pressed = false;
    node.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      pressed = true;
      this.since = performance.now();
      node.setPointerCapture(event.pointerId);
      onPress();
    });
    const up = () => {
      if (this.since === null) return;
      const long = performance.now() - this.since >= LONG_MS;
      this.since = null;
      onRelease(long);
    };
    node.addEventListener("pointerup", up);
    node.addEventListener("pointercancel", up);
    node.addEventListener("lostpointercapture", up);
    node.addEventListener("contextmenu", (event) => event.preventDefault());
    node.addEventListener("click", (event) => {
      // The keyboard and a screen reader press without a pointer.
      if (!pressed || event.detail === 0) onPress();
      pressed = false;
    });
  }

  get held() {
    return this.since !== null;
  }

  /** Runs when the button has been held for long, unless it is let go before. */
  whenLong(then) {
    const { since } = this;
    const left = Math.max(0, LONG_MS - (performance.now() - since));
    setTimeout(() => this.since === since && then(), left);
  }
}
