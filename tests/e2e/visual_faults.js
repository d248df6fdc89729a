// What a visitor would see go wrong on the screen as it is now: words that are cut, covered, too
// small or outside the window, and targets that are too small. Knows no page in particular.
() => {
  const SMALLEST_TYPE = 28;
  const SMALLEST_TARGET = 64;
  const faults = new Set();
  const name = (node) => [node.tagName.toLowerCase(), ...node.classList].join(".");
  const overlay = document.getElementById("overlay");
  const screen = document.getElementById("screen");
  const scroller = overlay.hidden ? screen : overlay;
  const behind = (node) => !overlay.hidden && screen.contains(node);
  const unseen = (node) => {
    for (let up = node; up; up = up.parentElement) {
      const style = getComputedStyle(up);
      if (style.clipPath !== "none" || style.visibility === "hidden") return true;
    }
    return false;
  };
  const shown = (node) => !node.closest("svg, noscript, [hidden]") && !behind(node) && !unseen(node);
  const paints = (node) => {
    const style = getComputedStyle(node);
    return style.backgroundImage !== "none" || !/, 0\)$|^transparent$/.test(style.backgroundColor);
  };
  const beyond = (rect, edge) => rect.top < edge.top - 1 || rect.bottom > edge.bottom + 1 || rect.left < edge.left - 1 || rect.right > edge.right + 1;
  // Captions turn pages: whole lines wait on another page, and the button that turns is in sight.
  const onAnotherPage = (box, rect, edge) => {
    const turn = box.parentElement.querySelector(":scope > .btn-lines:not([hidden])");
    return turn && (rect.bottom <= edge.top + 6 || rect.top >= edge.bottom - 6);
  };
  // The ink of a line: the rectangle of a text holds the room above and below its letters as well.
  const ink = (rect, size) => {
    const slack = Math.max(2, (rect.height - size) / 2 + 0.06 * size);
    return { top: rect.top + slack, bottom: rect.bottom - slack, left: rect.left + 2, right: rect.right - 2 };
  };
  const wrong = (parent, rect) => {
    for (let up = parent; up !== document.documentElement; up = up.parentElement) {
      const style = getComputedStyle(up);
      const edge = up.getBoundingClientRect();
      if ((style.overflowY === "visible" && style.overflowX === "visible") || !beyond(rect, edge)) continue;
      return onAnotherPage(up, rect, edge) ? null : `cut by ${name(up)}`;
    }
    if (beyond(rect, { top: 0, left: 0, bottom: innerHeight, right: innerWidth })) return "outside the window";
    const [x, y] = [(rect.left + rect.right) / 2, (rect.top + rect.bottom) / 2];
    for (const above of document.elementsFromPoint(x, y)) {
      if (above.contains(parent) || parent.contains(above)) break;
      if (paints(above)) return `covered by ${name(above)}`;
    }
    const box = parent.closest(".btn, .fact, .card, .said-words, .panel, .ticket, .paper, .counter, .errand, .handoff, .banner");
    return box && beyond(rect, box.getBoundingClientRect()) ? `leaves ${name(box)}` : null;
  };
  const bringIntoSight = (rect) => {
    scroller.scrollTop += rect.top - scroller.getBoundingClientRect().top - scroller.clientHeight / 3;
  };
  const scrolls = scroller.scrollHeight > scroller.clientHeight + 1;

  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const parent = walk.currentNode.parentElement;
    const text = walk.currentNode.textContent.trim();
    if (!text || !shown(parent)) continue;
    const range = document.createRange();
    range.selectNodeContents(walk.currentNode);
    const rects = () => [...range.getClientRects()].filter((rect) => rect.width > 1 && rect.height > 1);
    const size = parseFloat(getComputedStyle(parent).fontSize);
    const what = `${name(parent)} “${text.slice(0, 50)}”`;
    if (rects().length && size < SMALLEST_TYPE - 0.1) faults.add(`${size} px: ${what}`);
    for (let i = 0; i < rects().length; i += 1) {
      let fault = wrong(parent, ink(rects()[i], size));
      if (fault && scrolls && scroller.contains(parent)) {
        bringIntoSight(rects()[i]);
        fault = wrong(parent, ink(rects()[i], size));
      }
      if (fault) {
        faults.add(`${fault}: ${what}`);
        break;
      }
    }
  }
  scroller.scrollTop = 0;

  for (const node of document.querySelectorAll("button, input, a")) {
    const box = node.getBoundingClientRect();
    if (!box.width || !shown(node)) continue;
    const what = node.innerText || node.getAttribute("aria-label") || name(node);
    if (Math.min(box.width, box.height) < SMALLEST_TARGET - 0.5) faults.add(`${box.width | 0}×${box.height | 0}: ${what}`);
    const inside = { top: scrolls && scroller.contains(node) ? -Infinity : 0, left: 0, right: innerWidth };
    if (beyond(box, { ...inside, bottom: inside.top < 0 ? Infinity : innerHeight })) faults.add(`outside the window: ${what}`);
  }
  if (scrolls && innerWidth > 700) faults.add(`scrolls by ${scroller.scrollHeight - scroller.clientHeight} px`);
  return [...faults];
}
