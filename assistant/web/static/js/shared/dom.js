// Builds elements. Data only ever enters as text nodes or attributes, never as markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, props, children) {
  for (const [key, value] of Object.entries(props || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "on") {
      for (const [event, handler] of Object.entries(value)) node.addEventListener(event, handler);
    } else if (key === "testid") {
      node.dataset.testid = value;
    } else if (key === "value") {
      node.value = value;
    } else {
      node.setAttribute(key, value === true ? "" : String(value));
    }
  }
  append(node, children);
  return node;
}

function append(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/** An HTML element: `el("button", {class: "big", on: {click}}, "Text")`. */
export function el(tag, props, ...children) {
  return fill(document.createElement(tag), props, children);
}

/** An SVG element. */
export function svg(tag, props, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children);
}

/** Replace everything inside `node`. */
export function replace(node, ...children) {
  node.replaceChildren();
  append(node, children);
}

/** A button with an icon and words; `kind` is its look. */
export function button(label, { icon = null, kind = "plain", detail = null, ...props } = {}) {
  const words = el("span", { class: "btn-words" }, label);
  const content = detail
    ? el("span", { class: "btn-text" }, words, el("span", { class: "btn-detail" }, detail))
    : words;
  return el("button", { type: "button", class: `btn btn-${kind}`, ...props }, icon, content);
}
