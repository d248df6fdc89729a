// The board of the hall: who is called where, which counters are open. It never shows a name.

import { getJson } from "../shared/api.js";
import { el, replace } from "../shared/dom.js";
import { clock, keepLanguage, language, longDate, pick, setLanguage, startLanguage, t } from "../shared/i18n.js";
import { LastingSocket } from "../shared/socket.js";
import { translatePage } from "../shared/translate-page.js";
import { Caller } from "./caller.js";

const SHOWN_CALLS = 3;
const NOTICE_MS = 12000;
const REFRESH_MS = 60000;

const find = (id) => document.getElementById(id);

class Board {
  constructor() {
    this.caller = new Caller();
    this.board = null;
    this.announced = null;
    this.notice = 0;
    this.centre = null;
    this.up = true;
  }

  async start() {
    await startLanguage();
    this.#translate();
    find("language").addEventListener("click", async () => {
      await setLanguage(language() === "vi" ? "en" : "vi").catch(() => {});
      keepLanguage();
      this.#translate();
    });
    find("sound").addEventListener("click", (event) => {
      const on = this.caller.toggle();
      event.currentTarget.setAttribute("aria-pressed", String(on));
      event.currentTarget.textContent = on ? t("Tắt tiếng") : t("Bật tiếng");
    });
    // A board that starts by itself after a power cut may sound at once where the browser allows it.
    this.caller.tryAlone().then((on) => {
      if (on) find("sound").click();
    });
    new LastingSocket("/api/v1/board/events", {
      onMessage: (board) => this.show(board),
      onLink: (up) => this.#link(up),
    });
    getJson("/api/v1/centre").then((centre) => {
      this.centre = centre;
      find("board-title").textContent = pick(centre.name);
    }, () => {});
    setInterval(() => this.#tick(), 1000);
    setInterval(() => this.#nextNotice(), NOTICE_MS);
    setInterval(() => getJson("/api/v1/board").then((board) => this.show(board), () => {}), REFRESH_MS);
    this.#tick();
  }

  /** Draw everything in the board's language; calls are spoken in Vietnamese first, then in it. */
  #translate() {
    translatePage();
    const english = language() === "en";
    this.caller.language = language();
    find("language").textContent = english ? "Tiếng Việt" : "English";
    find("language").lang = english ? "vi" : "en";
    find("sound").textContent = this.caller.on ? t("Tắt tiếng") : t("Bật tiếng");
    document.querySelector(".board-phone img").alt = t("Mã QR mở trang hỏi thủ tục");
    document.title = t("Bảng gọi số");
    if (this.centre) find("board-title").textContent = pick(this.centre.name);
    this.#link(this.up);
    this.#tick();
    if (this.board) this.show(this.board);
  }

  show(board) {
    if (!board || !Array.isArray(board.counters)) return;
    this.board = board;
    document.body.classList.toggle("is-closed", board.open_now === false && !board.now_calling?.length);
    find("board-hours").textContent = hoursLine(board);
    replace(find("calling"), callRows(board));
    const columns = board.counters.length > 8 ? 2 : 1;
    find("counters").style.setProperty("--columns", String(columns));
    replace(find("counters"), board.counters.map(counterRow));
    this.#announce(board.now_calling || []);
    this.#nextNotice(true);
  }

  /** Chime and voice for calls that are newer than the last one spoken; none when the page opens. */
  #announce(calls) {
    const newest = calls.map((call) => call.announced_at || call.called_at).sort().at(-1) || "";
    if (this.announced !== null) {
      const fresh = calls.filter((call) => (call.announced_at || call.called_at) > this.announced);
      for (const call of fresh.reverse()) this.caller.call(call);
    }
    if (this.announced === null || newest > this.announced) this.announced = newest;
  }

  #link(up) {
    this.up = up;
    const line = find("board-link");
    line.hidden = up;
    line.textContent = up ? "" : t("Đang kết nối lại với máy chủ…");
  }

  #tick() {
    const now = new Date();
    find("board-time").textContent = clock(now);
    find("board-date").textContent = longDate(now);
  }

  #nextNotice(first = false) {
    const notices = (this.board?.notices || []).map((notice) => pick(notice)).filter(Boolean);
    this.notice = first ? 0 : this.notice + 1;
    const line = find("board-notice");
    line.hidden = notices.length === 0;
    line.textContent = notices.length ? notices[this.notice % notices.length] : "";
  }
}

function hoursLine(board) {
  if (board.open_now) return board.closes_at ? t("Đang mở cửa đến {time}", { time: clock(board.closes_at) }) : t("Đang mở cửa");
  const reason = pick(board.reason);
  const closed = reason ? t("Đang đóng cửa ({reason})", { reason }) : t("Đang đóng cửa");
  return board.opens_at ? `${closed}. ${t("Mở lại {time}", { time: `${clock(board.opens_at)}, ${longDate(new Date(board.opens_at))}` })}` : closed;
}

function callRows(board) {
  const calls = (board.now_calling || []).slice(0, SHOWN_CALLS);
  if (!calls.length) return el("li", { class: "call-none" }, board.open_now ? t("Chưa gọi số nào") : pick(board.hours));
  return calls.map((call, index) =>
    el("li", { class: index === 0 ? "call is-latest" : "call", "data-number": call.number }, [
      el("span", { class: "call-number" }, call.number),
      el("span", { class: "call-arrow", "aria-hidden": "true" }, "→"),
      el("span", { class: "call-counter" }, [`${t("Quầy")} `, el("b", {}, call.counter)]),
    ]),
  );
}

function counterRow(counter) {
  const name = pick(counter.name).replace(/^(quầy|counter)\s*(số|no\.?)?\s*\d+\s*[–:-]\s*/i, "");
  const next = (counter.next || []).slice(0, 3).join(" · ");
  const wait = counter.expected_wait_minutes > 0 ? `, ${t("khoảng {n} phút", { n: counter.expected_wait_minutes })}` : "";
  const state = !counter.open ? t("Đang đóng") : counter.waiting ? t("{n} người chờ", { n: counter.waiting }) + wait : t("Không phải chờ");
  return el("li", { class: counter.open ? "board-counter is-open" : "board-counter" }, [
    el("span", { class: "board-counter-id" }, counter.id),
    el("span", { class: "board-counter-name" }, name),
    el("span", { class: "board-counter-now" }, counter.open ? counter.current || "–" : ""),
    el("span", { class: "board-counter-state" }, next ? `${state}. ${t("Tiếp theo: {next}", { next })}` : state),
  ]);
}

new Board().start();
