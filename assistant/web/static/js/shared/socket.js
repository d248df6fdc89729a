// A WebSocket that comes back by itself: the server may restart, the page must not be reloaded.

const FIRST_DELAY_MS = 500;
const LAST_DELAY_MS = 8000;

export function socketUrl(path) {
  const url = new URL(path, location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

export class LastingSocket {
  /** `onMessage(data)` gets parsed JSON; `onLink(up)` is told when the connection comes and goes. */
  constructor(path, { onMessage, onLink = () => {} }) {
    this.path = path;
    this.onMessage = onMessage;
    this.onLink = onLink;
    this.delay = FIRST_DELAY_MS;
    this.closed = false;
    this.open();
  }

  open() {
    if (this.closed) return;
    this.socket = new WebSocket(socketUrl(this.path));
    this.socket.onopen = () => {
      this.delay = FIRST_DELAY_MS;
      this.onLink(true);
    };
    this.socket.onmessage = (event) => {
      if (typeof event.data !== "string") return;
      let data;
      try {
        data = JSON.parse(event.data);
      } catch {
        return;
      }
      this.onMessage(data);
    };
    this.socket.onclose = () => {
      if (this.closed) return;
      this.onLink(false);
      this.timer = setTimeout(() => this.open(), this.delay);
      this.delay = Math.min(this.delay * 2, LAST_DELAY_MS);
    };
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    this.socket.close();
  }
}
