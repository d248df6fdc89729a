// The kiosk's pairing and the visitor's conversation. Only the pairing outlives a visitor.

import { ApiError, call, getJson, postJson } from "../shared/api.js";
import { language } from "../shared/i18n.js";

const PAIRING = "letan.kiosk";

export class Session {
  constructor() {
    this.pairing = readPairing();
    this.conversation = null;
    this.opening = null;
    this.canMove = false;
    this.handsFree = false;
    this.languageChosen = false;
  }

  get robot() {
    return this.pairing?.robot || null;
  }

  /**
   * Pair this screen: by itself on the same machine, elsewhere with the code that staff put behind
   * `#pair=` in the address. A screen that is not paired answers, but cannot move the robot.
   */
  async pair() {
    const code = new URLSearchParams(location.hash.slice(1)).get("pair");
    if (code) history.replaceState(null, "", location.pathname);
    if (this.pairing && !code) return;
    try {
      const paired = await postJson("/api/v1/kiosks/pair", code ? { code } : {});
      this.pairing = { kiosk: paired.kiosk, token: paired.token, robot: paired.robot };
      localStorage.setItem(PAIRING, JSON.stringify(this.pairing));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }

  forgetPairing() {
    this.pairing = null;
    localStorage.removeItem(PAIRING);
  }

  /** The id of this visitor's conversation, opened on first need. */
  async open() {
    if (this.conversation) return this.conversation;
    this.opening ??= this.#open().finally(() => {
      this.opening = null;
    });
    return this.opening;
  }

  async #open(again = true) {
    // The first attempt to pair may have met a busy or starting server: a visitor is worth another.
    if (!this.pairing) await this.pair();
    const body = this.languageChosen ? { language: language() } : {};
    if (this.pairing) body.kiosk = this.pairing.kiosk;
    try {
      const made = await postJson("/api/v1/conversations", body, { token: this.pairing?.token });
      this.conversation = made.id;
      this.canMove = made.can_move === true;
      this.handsFree = made.hands_free === true;
      return made.id;
    } catch (error) {
      // A token that the server no longer knows (new data folder, revoked): pair anew, once.
      const refused = error instanceof ApiError && (error.status === 401 || error.status === 403);
      if (!again || !refused || !this.pairing) throw error;
      this.forgetPairing();
      await this.pair();
      return this.#open(false);
    }
  }

  /**
   * Send a message: `{text}` or `{payload}`, with the `message_id` under which the server answers a
   * repeated request only once. A lost conversation is opened anew, once.
   */
  async send(message, { signal } = {}) {
    const body = { ...message };
    // Typed words tell their language themselves, unless the visitor has chosen one.
    if (body.payload || this.languageChosen) body.language = language();
    const post = async () =>
      postJson(`/api/v1/conversations/${await this.open()}/messages`, body, { signal, timeout: 30000 });
    try {
      return await post();
    } catch (error) {
      if (!(error instanceof ApiError) || (error.status !== 404 && error.status !== 410)) throw error;
      this.conversation = null;
      return post();
    }
  }

  /** The server does not know the conversation any more: the next message opens another. */
  lost() {
    this.conversation = null;
  }

  /** Forget the visitor here and on the server, even while the page is closing. */
  forget() {
    const id = this.conversation;
    this.conversation = null;
    this.canMove = false;
    this.handsFree = false;
    this.languageChosen = false;
    if (!id) return;
    call("DELETE", `/api/v1/conversations/${id}`, { token: this.pairing?.token, keepalive: true }).catch(
      () => {},
    );
  }

  /** Stop the kiosk's robot; a screen without one stops every robot of the hall. No right is needed. */
  async stopRobot() {
    const ids = this.robot ? [this.robot] : (await robots()).map((robot) => robot.id);
    const stop = (id) => postJson(`/api/v1/robots/${id}/stop`, undefined, { timeout: 4000, keepalive: true });
    await Promise.all(ids.map(stop));
    return ids.length > 0;
  }

  async resumeRobot() {
    await postJson(`/api/v1/robots/${this.robot}/resume`, undefined, { token: this.pairing?.token });
  }

  async cancelMission() {
    const path = `/api/v1/robots/${this.robot}/missions/current`;
    await call("DELETE", path, { token: this.pairing?.token });
  }
}

async function robots() {
  const found = await getJson("/api/v1/robots");
  return Array.isArray(found) ? found : found.robots || [];
}

function readPairing() {
  try {
    const pairing = JSON.parse(localStorage.getItem(PAIRING));
    return pairing && pairing.kiosk && pairing.token ? pairing : null;
  } catch {
    return null;
  }
}
