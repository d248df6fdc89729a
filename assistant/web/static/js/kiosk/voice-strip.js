// One line over the buttons: that the microphone is open, what is heard, what is wrong with it.

import { el, replace } from "../shared/dom.js";
import { icon } from "../shared/icons.js";

export class VoiceStrip {
  constructor(node) {
    this.node = node;
    this.kind = null;
  }

  /** `kind`: open, hint, wait or warn. */
  show(kind, text) {
    if (this.kind !== kind) {
      this.kind = kind;
      this.words = el("span", { class: "strip-words" });
      this.dot = el("i", { class: "strip-level", "aria-hidden": "true" });
      replace(this.node, [icon(kind === "warn" ? "warn" : "mic"), this.words, kind === "open" ? this.dot : null]);
      this.node.dataset.kind = kind;
      this.node.hidden = false;
    }
    this.words.textContent = text;
  }

  level(loud) {
    if (this.kind === "open") this.dot.style.transform = `scaleX(${loud.toFixed(2)})`;
  }

  hide() {
    this.kind = null;
    this.node.hidden = true;
    this.node.replaceChildren();
  }
}
