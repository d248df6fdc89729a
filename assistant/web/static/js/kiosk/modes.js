// How the visitor wants the screen: kept for this visit only, as attributes of <html>.

export class Modes {
  constructor(speaker, onChange) {
    this.speaker = speaker;
    this.onChange = onChange;
    this.on = new Set();
  }

  has(name) {
    return this.on.has(name);
  }

  get any() {
    return this.on.size > 0;
  }

  /** `name`: big, contrast, slow, captions. */
  toggle(name) {
    if (this.on.has(name)) this.on.delete(name);
    else this.on.add(name);
    this.#apply();
  }

  reset() {
    this.on.clear();
    this.#apply();
  }

  #apply() {
    document.documentElement.dataset.modes = [...this.on].join(" ");
    this.speaker.slow = this.on.has("slow");
    this.speaker.muted = this.on.has("captions");
    if (this.speaker.muted) this.speaker.stop();
    this.onChange();
  }
}
