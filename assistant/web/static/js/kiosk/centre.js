// What the kiosk knows about the centre: names, hours, counters, notices, the hall's map.

import { getJson } from "../shared/api.js";
import { clock, pick, t } from "../shared/i18n.js";

export class Centre {
  constructor() {
    this.info = null;
    this.errands = [];
    this.map = null;
  }

  /** Fetch what is missing; whatever the server cannot tell yet stays as it was. */
  async refresh() {
    const [info, errands, map] = await Promise.allSettled([
      getJson("/api/v1/centre"),
      this.errands.length ? this.errands : getJson("/api/v1/procedures?limit=6"),
      this.map || getJson("/api/v1/centre/map"),
    ]);
    if (info.status === "fulfilled") this.info = info.value;
    if (errands.status === "fulfilled") this.errands = listOf(errands.value, "procedures").slice(0, 6);
    if (map.status === "fulfilled") this.map = map.value;
    return info.status === "fulfilled";
  }

  get counters() {
    return this.info?.counters || [];
  }

  counter(id) {
    return this.counters.find((counter) => counter.id === String(id)) || null;
  }

  get places() {
    return this.map?.places || this.info?.places || [];
  }

  place(id) {
    return this.places.find((place) => place.id === id) || null;
  }

  get name() {
    return pick(this.info?.name) || t("Trung tâm Phục vụ hành chính công");
  }

  /** What the header has room for: the ward. */
  get shortName() {
    const ward = pick(this.info?.ward);
    return ward ? ward[0].toLocaleUpperCase("vi") + ward.slice(1) : t("Hành chính công");
  }

  get phone() {
    return this.info?.hotline || this.info?.phone || "";
  }

  get hours() {
    return pick(this.info?.hours);
  }

  get notices() {
    return (this.info?.notices || []).map((notice) => pick(notice)).filter(Boolean);
  }

  /** One sentence: open until when, or closed until when and why. */
  get openLine() {
    const info = this.info;
    if (!info || typeof info.open_now !== "boolean") return "";
    if (info.open_now) {
      return info.closes_at ? t("Đang mở cửa đến {time}", { time: clock(info.closes_at) }) : t("Đang mở cửa");
    }
    const reason = pick(info.reason);
    const closed = reason ? t("Đang đóng cửa ({reason})", { reason }) : t("Đang đóng cửa");
    return info.opens_at ? `${closed} · ${t("Mở lại {time}", { time: opening(info.opens_at) })}` : closed;
  }
}

function opening(iso) {
  const date = new Date(iso);
  const day = (when) => new Intl.DateTimeFormat("en-CA", { timeZone: "Asia/Ho_Chi_Minh" }).format(when);
  if (day(date) === day(new Date())) return clock(date);
  const [, month, number] = day(date).split("-");
  return `${clock(date)} ${Number(number)}/${Number(month)}`;
}

export function listOf(answer, name) {
  return Array.isArray(answer) ? answer : answer?.[name] || answer?.items || [];
}
