// Nobody there? Ask, wait, forget.

export const IDLE_MS = 60000;
export const ANSWER_S = 15;

export class IdleWatch {
  /** `busy()` says whether time does not count now; `onAsk(seconds)`, `onBack()`, `onGone()`. */
  constructor({ busy, onAsk, onBack, onGone }) {
    Object.assign(this, { busy, onAsk, onBack, onGone });
    this.left = null;
    for (const event of ["pointerdown", "keydown", "input"]) {
      addEventListener(event, (found) => this.touch(found), { capture: true, passive: true });
    }
    this.touch();
  }

  /** Somebody is there. While the question stands, its own buttons answer it by themselves. */
  touch(event = null) {
    if (this.left !== null) {
      if (event && !event.target.closest?.("#overlay")) this.extend();
      return;
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#idle(), IDLE_MS);
  }

  /** The visitor wants more time. */
  extend() {
    clearTimeout(this.timer);
    this.left = null;
    this.onBack();
    this.touch();
  }

  #idle() {
    if (this.busy()) {
      this.touch();
      return;
    }
    this.left = ANSWER_S;
    this.#count();
  }

  #count() {
    if (this.left <= 0) {
      this.left = null;
      this.onGone();
      this.touch();
      return;
    }
    this.onAsk(this.left);
    this.left -= 1;
    this.timer = setTimeout(() => this.#count(), 1000);
  }
}
