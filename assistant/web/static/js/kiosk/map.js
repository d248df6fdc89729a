// The hall from above: walls from the server's map image, places, the visitor's way, the robot.

import { getJson } from "../shared/api.js";
import { el, replace, svg } from "../shared/dom.js";
import { pick, t } from "../shared/i18n.js";
import { iconPaths } from "../shared/icons.js";

const FREE = 225;
const WALL = 100;
const MARGIN = 6;
const LOOK_MS = 1000;
/** Radius of somebody on foot. */
const PERSON_M = 0.25;
const PLACE_ICONS = [
  [/toilet|wc|vệ sinh/i, "toilet"],
  [/water|nước/i, "water"],
  [/copy|copier|photo/i, "copy"],
  [/wait|chờ|seat|ghế|ưu tiên|priority/i, "chair"],
  [/exit|entrance|door|cửa|lối/i, "door"],
  [/kiosk/i, "phone"],
];

/** The map's drawing, made once: recoloured walls and the part of the image that is in use. */
export async function loadPlan(meta) {
  const image = new Image();
  image.src = new URL(meta.image?.startsWith?.("/") ? meta.image : "/api/v1/centre/map.png", location.href);
  await image.decode();
  const canvas = el("canvas", { width: image.naturalWidth, height: image.naturalHeight });
  const brush = canvas.getContext("2d", { willReadFrequently: true });
  brush.drawImage(image, 0, 0);
  const pixels = brush.getImageData(0, 0, canvas.width, canvas.height);
  const box = recolour(pixels);
  brush.putImageData(pixels, 0, 0);
  return { meta, box, drawing: canvas.toDataURL(), width: canvas.width, height: canvas.height };
}

function recolour({ data, width, height }) {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let i = 0; i < data.length; i += 4) {
    const grey = data[i];
    if (grey >= FREE || grey <= WALL) {
      const x = (i / 4) % width;
      const y = Math.floor(i / 4 / width);
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
    if (grey <= WALL) data.set([30, 82, 76, 255], i);
    else if (grey >= FREE) data.set([255, 253, 247, 255], i);
    else data.set([0, 0, 0, 0], i);
  }
  if (right <= left) return { x: 0, y: 0, width, height };
  const x = Math.max(0, left - MARGIN);
  const y = Math.max(0, top - MARGIN);
  return {
    x,
    y,
    width: Math.min(width, right + MARGIN) - x,
    height: Math.min(height, bottom + MARGIN) - y,
  };
}

export class HallMap {
  /** `destination` is a place id; `path` a list of [x, y] in metres. */
  constructor(plan, { places = [], destination = null, path = [] } = {}) {
    this.plan = plan;
    this.route = svg("polyline", { class: "map-route" });
    this.routeEdge = svg("polyline", { class: "map-route-edge" });
    this.around = svg("g", { class: "map-around" });
    this.robot = robotMark();
    const { box } = plan;
    const drawing = svg(
      "svg",
      { class: "map-marks", viewBox: `${box.x} ${box.y} ${box.width} ${box.height}`, "aria-hidden": "true" },
      svg("image", { x: 0, y: 0, width: plan.width, height: plan.height, href: plan.drawing }),
      this.around,
      this.routeEdge,
      this.route,
      places.filter((place) => place.pose && place.id !== destination).map((place) => this.#place(place, false)),
      places.filter((place) => place.pose && place.id === destination).map((place) => this.#place(place, true)),
      this.robot,
    );
    const label = destination
      ? t("Sơ đồ đường đến {place}", { place: pick(places.find((p) => p.id === destination)?.name) })
      : t("Sơ đồ sảnh");
    this.node = el("div", { class: "map", testid: "map", role: "img", "aria-label": label }, drawing);
    this.node.style.setProperty("--ratio", `${box.width} / ${box.height}`);
    this.watch = new ResizeObserver(() => this.#fit(drawing));
    this.watch.observe(this.node);
    this.setPath(path);
    this.timer = setInterval(() => this.#look(), LOOK_MS);
    this.#look();
  }

  /** Who is on foot, and the passages that a robot keeps for itself. */
  setAround({ people = [], closed = [] }) {
    const corner = ([x, y]) => this.#at({ x, y }).map((value) => value.toFixed(1)).join(",");
    const areas = closed.flatMap((one) => one.areas);
    replace(this.around, [
      areas.map((area) => svg("polygon", { class: "map-closed", points: area.map(corner).join(" ") })),
      people.map(([x, y]) => {
        const [cx, cy] = this.#at({ x, y });
        return svg("circle", { class: "map-person", cx, cy, r: PERSON_M / this.plan.meta.resolution });
      }),
    ]);
  }

  async #look() {
    if (document.hidden || !this.node.isConnected) return;
    const found = await getJson("/api/v1/robots/surroundings", { timeout: LOOK_MS * 4 }).catch(() => null);
    if (found) this.setAround(found);
  }

  /** Draw the way; an empty list takes it away. */
  setPath(path) {
    const points = (path || []).map(([x, y]) => this.#at({ x, y }).join(",")).join(" ");
    this.route.setAttribute("points", points);
    this.routeEdge.setAttribute("points", points);
  }

  /** Move the robot to where its state says. */
  setRobot(state) {
    this.robot.classList.toggle("is-stopped", Boolean(state?.stopped || state?.e_stop));
    if (!state?.pose) {
      this.robot.setAttribute("visibility", "hidden");
      return;
    }
    const [x, y] = this.#at(state.pose);
    this.robot.removeAttribute("visibility");
    this.robot.style.transform = `translate(${x}px, ${y}px) scale(var(--k))`;
    this.robot.querySelector(".map-heading").style.transform = `rotate(${-state.pose.theta}rad)`;
    this.robot.dataset.x = state.pose.x.toFixed(2);
    this.robot.dataset.y = state.pose.y.toFixed(2);
  }

  close() {
    clearInterval(this.timer);
    this.watch.disconnect();
  }

  #at({ x, y }) {
    const { resolution, origin, height } = this.plan.meta;
    return [(x - origin[0]) / resolution, height - (y - origin[1]) / resolution];
  }

  #fit(drawing) {
    const { box } = this.plan;
    const scale = Math.min(this.node.clientWidth / box.width, this.node.clientHeight / box.height);
    // On a small map full-size marks would hide each other.
    const size = Math.min(1, Math.max(0.5, this.node.clientWidth / 800));
    if (scale > 0) drawing.style.setProperty("--k", String(size / scale));
  }

  #place(place, isDestination) {
    const [x, y] = this.#at(place.pose);
    const number = place.kind === "counter" ? (/\d+/.exec(place.id) || [""])[0] : "";
    if (!number && (place.kind === "home" || place.kind === "dock")) return null;
    const words = pick(place.name);
    const known = PLACE_ICONS.find(([pattern]) => pattern.test(`${place.id} ${words}`))?.[1];
    if (!number && !known && !isDestination) return null;
    const mark = svg("g", { class: `map-place is-${place.kind}${isDestination ? " is-destination" : ""}` }, [
      svg("circle", { r: isDestination ? 34 : 24 }),
      number
        ? svg("text", { dy: "0.36em", class: "map-number" }, number)
        : svg("g", { class: "map-icon" }, iconPaths(known || "pin")),
    ]);
    mark.style.transform = `translate(${x}px, ${y}px) scale(var(--k))`;
    return mark;
  }
}

function robotMark() {
  return svg("g", { class: "map-robot", testid: "robot", visibility: "hidden" }, [
    svg("circle", { r: 44, class: "map-halo" }),
    svg("g", { class: "map-heading" }, svg("path", { d: "M42 0 L22 -16 L22 16 Z" })),
    svg("circle", { r: 28, class: "map-body" }),
    svg("rect", { x: -17, y: -12, width: 34, height: 23, rx: 9, class: "map-face" }),
    svg("circle", { cx: -7, cy: 0, r: 3.6, class: "map-eye" }),
    svg("circle", { cx: 7, cy: 0, r: 3.6, class: "map-eye" }),
  ]);
}
