// Translations: the source strings are Vietnamese; English comes from the server's catalogue.

const catalogues = { vi: {} };
let current = "vi";

export const LANGUAGES = ["vi", "en"];

export function language() {
  return current;
}

/** Fetch the catalogue once and mark the page's language. Keeps the old language on failure. */
export async function setLanguage(wanted) {
  const next = LANGUAGES.includes(wanted) ? wanted : "vi";
  if (!catalogues[next]) {
    const response = await fetch(`/api/v1/i18n/${next}`);
    if (!response.ok) throw new Error(`i18n ${response.status}`);
    catalogues[next] = await response.json();
  }
  current = next;
  document.documentElement.lang = next;
}

/** The language that the address asks for with `?lang=`; the page's own without it or on failure. */
export async function startLanguage() {
  const wanted = new URLSearchParams(location.search).get("lang");
  if (LANGUAGES.includes(wanted)) await setLanguage(wanted).catch(() => {});
}

/** Write the language into the address, so that a reload or a copied link keeps it. */
export function keepLanguage() {
  const address = new URL(location.href);
  address.searchParams.set("lang", current);
  history.replaceState(null, "", address);
}

/** The string in the current language, `{name}` replaced by `values.name`. */
export function t(source, values = {}) {
  const text = catalogues[current]?.[source] || source;
  return text.replace(/\{(\w+)\}/g, (whole, name) =>
    name in values ? String(values[name]) : whole,
  );
}

/** Marks a string in a table for translation; `t()` translates it where it is shown. */
export const N_ = (source) => source;

/** Pick the reader's language out of `{"vi": …, "en": …}`; plain strings stay as they are. */
export function pick(value, lang = current) {
  if (value === null || value === undefined) return "";
  if (typeof value !== "object") return String(value);
  return value[lang] || value.vi || value.en || "";
}

/** The `lang` attribute that content needs when it is not in the page's language. */
export function langOf(value) {
  if (value && typeof value === "object" && !value[current] && value.vi) return "vi";
  return null;
}

const locale = () => (current === "en" ? "en-GB" : "vi-VN");

export function money(amount) {
  if (amount === 0) return t("Miễn phí");
  return `${new Intl.NumberFormat(locale()).format(amount)} ${current === "en" ? "VND" : "đồng"}`;
}

/** "17:00", in the centre's own time zone and never the browser's. */
export function clock(when, timeZone = "Asia/Ho_Chi_Minh") {
  const date = when instanceof Date ? when : new Date(when);
  return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone }).format(date);
}

export function longDate(date, timeZone = "Asia/Ho_Chi_Minh") {
  const options = { weekday: "long", day: "numeric", month: "long", year: "numeric", timeZone };
  return new Intl.DateTimeFormat(locale(), options).format(date);
}

/** "31/10/2025" from an ISO date or a longer remark that begins with one; null otherwise. */
export function shortDate(value) {
  const found = /(\d{4})-(\d{2})(?:-(\d{2}))?/.exec(value || "");
  if (!found) return null;
  return [found[3], found[2], found[1]].filter(Boolean).join("/");
}
