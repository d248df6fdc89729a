// Our own icons: 24-unit grid, round strokes of one weight, so that they read as one family.

import { svg } from "./dom.js";

const PATHS = {
  mic: ["M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3Z", "M6 11a6 6 0 0 0 12 0", "M12 17v4", "M9 21h6"],
  stop: ["M8.2 3h7.6L21 8.2v7.6L15.8 21H8.2L3 15.8V8.2Z", "M8.5 12h7"],
  send: ["M4 12h15", "M13 6l6 6-6 6"],
  close: ["M6 6l12 12", "M18 6 6 18"],
  check: ["M4.5 12.5 10 18 19.5 7"],
  question: ["M9 9.2a3 3 0 1 1 4.4 2.6c-.9.5-1.4 1-1.4 2.2", "M12 17.5v.1"],
  minus: ["M6 12h12"],
  home: ["M4 11.5 12 4.5l8 7", "M6 10.5V20h12v-9.5", "M10 20v-5h4v5"],
  repeat: ["M5 12a7 7 0 0 1 12-4.9L19.5 9.5", "M19.5 4.5v5h-5", "M19 12a7 7 0 0 1-12 4.9L4.5 14.5", "M4.5 19.5v-5h5"],
  slower: ["M4 15.5h13.5a2.5 2.5 0 0 0 2.5-2.5v-1.5", "M6 15.5a5 5 0 0 1 10 0", "M7 15.5v2.5", "M15 15.5v2.5", "M20 11.5v.1"],
  phone: ["M8 3h8a1.5 1.5 0 0 1 1.5 1.5v15A1.5 1.5 0 0 1 16 21H8a1.5 1.5 0 0 1-1.5-1.5v-15A1.5 1.5 0 0 1 8 3Z", "M11 18h2"],
  walk: ["M13.2 4.6a1.3 1.3 0 1 1-2.6 0 1.3 1.3 0 0 1 2.6 0Z", "M8 11.5 11.5 8.5l2.5 3.2 3 1", "M12 9.5l-.8 5L14 17l.8 4", "M11 15.5 8.5 21"],
  ticket: ["M4 8V6h16v2.6a2.5 2.5 0 0 0 0 5V18H4v-4.4a2.5 2.5 0 0 0 0-5Z", "M14 6.2v2", "M14 11v2", "M14 16v2"],
  list: ["M4 6.5l1.5 1.5L8 5.2", "M4 12.5 5.5 14 8 11.2", "M4 18.5 5.5 20 8 17.2", "M11.5 7H20", "M11.5 13H20", "M11.5 19H20"],
  coins: ["M12 8.5c3.6 0 6-1 6-2.3S15.6 4 12 4 6 4.9 6 6.2s2.4 2.3 6 2.3Z", "M6 6.2v5.6c0 1.3 2.4 2.3 6 2.3s6-1 6-2.3V6.2", "M6 11.8v5.6c0 1.3 2.4 2.3 6 2.3s6-1 6-2.3v-5.6"],
  clock: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z", "M12 7v5.2l3.4 2"],
  pin: ["M12 21s7-6.2 7-11.3A7 7 0 0 0 5 9.7C5 14.8 12 21 12 21Z", "M12 12.2a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z"],
  person: ["M12 11.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8Z", "M4.5 21a7.5 7.5 0 0 1 15 0"],
  people: ["M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Z", "M2.5 20a6.5 6.5 0 0 1 13 0", "M15.5 4.9a3.5 3.5 0 0 1 0 6.3", "M17.5 14.3A6.5 6.5 0 0 1 21.5 20"],
  globe: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z", "M3.5 12h17", "M12 3c2.6 2.6 3.8 5.6 3.8 9s-1.2 6.4-3.8 9c-2.6-2.6-3.8-5.6-3.8-9S9.4 5.6 12 3Z"],
  text: ["M3 18.5 7.5 7 12 18.5", "M4.6 14.5h5.8", "M13.5 18.5l3.5-8.5 3.5 8.5", "M14.8 15.6h4.4"],
  contrast: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z", "M12 3v18", "M12 7h4.5", "M12 11h6.5", "M12 15h6"],
  captions: ["M3.5 6h17v12h-17Z", "M7 14.5h6", "M15.5 14.5H17", "M7 11h2", "M11.5 11H17"],
  sliders: ["M4 7h9", "M17 7h3", "M15 4.8v4.4", "M4 17h3", "M11 17h9", "M9 14.8v4.4"],
  restart: ["M5 12a7 7 0 1 1 2.3 5.2", "M4.5 20v-4.5H9"],
  up: ["M7 11v9H4v-9Z", "M7 11l4-7.5a2 2 0 0 1 2.3 2.5L12.5 10H18a2 2 0 0 1 2 2.3l-1 6A2 2 0 0 1 17 20H7"],
  down: ["M17 13V4h3v9Z", "M17 13l-4 7.5a2 2 0 0 1-2.3-2.5l.8-4H6a2 2 0 0 1-2-2.3l1-6A2 2 0 0 1 7 4h10"],
  next: ["M9 5l7 7-7 7"],
  play: ["M7 4.5v15l12-7.5Z"],
  warn: ["M12 4 2.8 20h18.4Z", "M12 10v4.5", "M12 17.3v.1"],
  bell: ["M6 16v-5a6 6 0 0 1 12 0v5l1.5 2h-15Z", "M10 21h4"],
  toilet: ["M7 6.2a1.2 1.2 0 1 0 0-2.4 1.2 1.2 0 0 0 0 2.4Z", "M4.5 8.5h5L8.7 14v6H5.3v-6Z", "M17 6.2a1.2 1.2 0 1 0 0-2.4 1.2 1.2 0 0 0 0 2.4Z", "M17 8.5l-3 7h1.7V20h2.6v-4.5H20Z", "M12 3.5v17"],
  water: ["M12 3.5s6 6.4 6 10.8a6 6 0 0 1-12 0C6 9.9 12 3.5 12 3.5Z"],
  copy: ["M8 8h12v12H8Z", "M16 8V4H4v12h4"],
  chair: ["M7 4v9h10V4", "M7 13v7", "M17 13v7", "M7 16.5h10"],
  exit: ["M13 4H5v16h8", "M10 12h10", "M16 8l4 4-4 4"],
  door: ["M6 21V4h12v17", "M4 21h16", "M14.5 12.5v.1"],
  baby: ["M12 20a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15Z", "M12 5c0-1.3 1-2.2 2.3-2", "M9.3 11.5v.1", "M14.7 11.5v.1", "M9.5 14.8c1.6 1.4 3.4 1.4 5 0"],
  rings: ["M9 20a6 6 0 1 0 0-12 6 6 0 0 0 0 12Z", "M15 20a6 6 0 0 0 2.5-11.5", "M12.5 9a6 6 0 0 0-1.7 9.2", "M7 4h4l-2 3Z"],
  lotus: ["M12 19c-3.2-2.5-4.4-5-4.4-7.5S9.5 6.3 12 4.5c2.5 1.8 4.4 4.5 4.4 7S15.2 16.5 12 19Z", "M7.7 10C5.8 9.3 4.3 9.3 3 9.7c.3 4.7 3.4 8.6 9 9.3", "M16.3 10c1.9-.7 3.4-.7 4.7-.3-.3 4.7-3.4 8.6-9 9.3"],
  stamp: ["M9.5 12.5c0-2-1.2-3.2-1.2-5a3.7 3.7 0 0 1 7.4 0c0 1.8-1.2 3-1.2 5", "M5 16.5v-2a2 2 0 0 1 2-2h10a2 2 0 0 1 2 2v2Z", "M5 20.5h14"],
  card: ["M3 5.5h18v13H3Z", "M8.5 11.5a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4Z", "M5.7 15.5a2.9 2.9 0 0 1 5.6 0", "M14 9.5h4", "M14 13.5h4"],
  house: ["M4 11.5 12 4.5l8 7", "M6 10.5V20h12v-9.5", "M12 17.5a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6Z"],
  land: ["M3.5 18 8 6h8l4.5 12Z", "M12 6v12", "M5.7 12h12.6"],
  crane: ["M5 21V4l14 4", "M5 8l6-2.2", "M17 7.5V12", "M14.5 12h5v4h-5Z", "M3 21h7"],
  shop: ["M4 9.5 5.5 4h13L20 9.5", "M4 9.5a2.7 2.7 0 0 0 5.3 0 2.7 2.7 0 0 0 5.4 0 2.7 2.7 0 0 0 5.3 0", "M5.5 12v8h13v-8", "M10 20v-5h4v5"],
  heart: ["M12 11.5C10 8.7 7.5 8 6.3 9.6 5 11.3 6.5 13.5 12 17c5.5-3.5 7-5.7 5.7-7.4C16.5 8 14 8.7 12 11.5Z", "M3 21h18"],
  school: ["M12 5 2.5 9.5 12 14l9.5-4.5Z", "M6.5 11.7V16c1.5 1.5 3.4 2.2 5.5 2.2s4-.7 5.5-2.2v-4.3", "M21.5 9.5V15"],
  leaf: ["M5 19C5 10 10 5 20 4.5 20 14 15 19 8.5 18", "M5 20c2-5 5-8 9-10"],
  scales: ["M12 4v16", "M8 20h8", "M5 7h14", "M5 7l-2.5 6h5Z", "M19 7l-2.5 6h5Z"],
  signature: ["M3.5 17c3-1 5-9 7-9s-1.5 7 .5 7 2.5-3 4-3 .5 2.5 2 2.5 2-1 3.5-1", "M3.5 20.5h17"],
  document: ["M6 3h8l4 4v14H6Z", "M14 3v4h4", "M9 12h6", "M9 16h6"],
  folder: ["M3.5 19V5.5h6l2 2.5h9V19Z", "M9 13.5h6"],
  star: ["M12 4l2.4 5.2 5.6.6-4.2 3.8 1.2 5.6-5-2.9-5 2.9 1.2-5.6L4 9.8l5.6-.6Z"],
};

export function icon(name, props = {}) {
  const paths = PATHS[name] || PATHS.document;
  return svg(
    "svg",
    { viewBox: "0 0 24 24", class: `icon icon-${name}`, "aria-hidden": "true", focusable: "false", ...props },
    paths.map((d) => svg("path", { d })),
  );
}

/** The strokes of an icon alone, for drawing inside another SVG. */
export function iconPaths(name) {
  return (PATHS[name] || PATHS.document).map((d) => svg("path", { d }));
}

const BY_NAME = [
  [/khai sinh|trẻ em|con nuôi|birth/i, "baby"],
  [/tình trạng hôn nhân|marital/i, "person"],
  [/kết hôn|marriage/i, "rings"],
  [/khai tử|mai táng|tang|death|funeral/i, "lotus"],
  [/chữ ký|signature/i, "signature"],
  [/bản sao|sao y|trích lục|copy|extract/i, "copy"],
  [/chứng thực|certif/i, "stamp"],
  [/căn cước|identity/i, "card"],
  [/tạm trú|thường trú|cư trú|lưu trú|tạm vắng|residence/i, "house"],
  [/kinh doanh|hợp tác xã|business/i, "shop"],
  [/đất|land/i, "land"],
  [/xây dựng|construction|building/i, "crane"],
  [/trợ cấp|trợ giúp|hưu trí|bảo trợ|bảo hiểm|hộ nghèo|người có công|allowance|benefit|poor/i, "heart"],
  [/trường|học|giáo dục|mầm non|school|education/i, "school"],
  [/chăn nuôi|trồng|nông|rừng|môi trường|farm|environment/i, "leaf"],
  [/khiếu nại|tố cáo|hòa giải|bồi thường|complaint|petition/i, "scales"],
  [/gộp|liên thông|bundled|integrated/i, "folder"],
];

/** A picture for a procedure, by the words of its name and field. */
export function procedureIcon(name, field = "") {
  for (const source of [name, field]) {
    const found = BY_NAME.find(([pattern]) => pattern.test(source));
    if (found) return found[1];
  }
  return "document";
}
