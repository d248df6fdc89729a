// The robot's face: two eyes, a mouth, a lotus on the head. CSS moves it by the `data-mood` attribute.

import { svg } from "./dom.js";

export const MOODS = ["idle", "listening", "thinking", "speaking", "walking", "stopped", "happy"];

const MOUTHS = {
  idle: "M80 128 Q100 142 120 128",
  listening: "M90 132 Q100 138 110 132",
  thinking: "M88 133 L112 133",
  speaking: "M84 127 Q100 150 116 127 Q100 131 84 127 Z",
  walking: "M80 128 Q100 144 120 128",
  stopped: "M86 134 L114 134",
  happy: "M74 124 Q100 156 126 124 Q100 132 74 124 Z",
};

/** A face as an SVG element with a method `mood(name)`. */
export function face(mood = "idle", props = {}) {
  const mouth = svg("path", { class: "face-mouth", d: MOUTHS.idle });
  const eye = (x) =>
    svg("g", { class: "face-eye" }, [
      svg("ellipse", { cx: x, cy: 98, rx: 9, ry: 12, class: "face-pupil" }),
      svg("circle", { cx: x + 3, cy: 93, r: 3, class: "face-glint" }),
    ]);
  const node = svg(
    "svg",
    { viewBox: "0 0 200 190", class: "face", "aria-hidden": "true", focusable: "false", ...props },
    svg("g", { class: "face-lotus" }, [
      svg("path", { d: "M100 44 C86 34 86 20 100 8 C114 20 114 34 100 44Z" }),
      svg("path", { d: "M97 45 C80 44 73 33 74 20 C88 22 97 32 97 45Z", class: "face-petal" }),
      svg("path", { d: "M103 45 C120 44 127 33 126 20 C112 22 103 32 103 45Z", class: "face-petal" }),
    ]),
    svg("rect", { x: 22, y: 86, width: 16, height: 40, rx: 8, class: "face-ear" }),
    svg("rect", { x: 162, y: 86, width: 16, height: 40, rx: 8, class: "face-ear" }),
    svg("rect", { x: 32, y: 46, width: 136, height: 124, rx: 46, class: "face-head" }),
    svg("rect", { x: 46, y: 64, width: 108, height: 90, rx: 36, class: "face-screen" }),
    eye(78),
    eye(122),
    svg("circle", { cx: 62, cy: 120, r: 8, class: "face-cheek" }),
    svg("circle", { cx: 138, cy: 120, r: 8, class: "face-cheek" }),
    mouth,
  );
  node.mood = (name) => {
    const known = MOODS.includes(name) ? name : "idle";
    node.dataset.mood = known;
    mouth.setAttribute("d", MOUTHS[known]);
  };
  node.mood(mood);
  return node;
}
