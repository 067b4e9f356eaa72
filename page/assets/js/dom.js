// Elements of the page. A text becomes a text node: nothing that comes from a document, a name or a
// question is ever parsed as HTML.

import { t } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const COPIED_MS = 1600;

export const ICONS = {
  ask: "M3 10h12M10.5 5.5 15 10l-4.5 4.5",
  close: "M5 5l10 10M15 5 5 15",
  copy: "M7 7V4h9v9h-3M4 7h9v9H4z",
  link: "M8.5 11.5l3-3M7 9 5 11a2.8 2.8 0 0 0 4 4l2-2M13 11l2-2a2.8 2.8 0 0 0-4-4L9 7",
  open: "M5 4h7l3 3v9H5zM8 9h4M8 12h4",
  theme: "M10 3a7 7 0 1 0 0 14zM10 3a7 7 0 0 1 0 14",
};

const isLeftOut = (value) => value === null || value === undefined || value === false;

// Make an element; strings among the children become text.
export function h(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (!isLeftOut(value)) setAttribute(made, name, value);
  }
  for (const child of children.flat(3)) {
    if (!isLeftOut(child)) made.append(child);
  }
  return made;
}

function setAttribute(made, name, value) {
  if (name === "on") {
    for (const [event, listener] of Object.entries(value)) made.addEventListener(event, listener);
  } else if (name === "value") made.value = value;
  else made.setAttribute(name, value === true ? "" : String(value));
}

export function icon(path) {
  const made = document.createElementNS(SVG, "svg");
  made.setAttribute("viewBox", "0 0 20 20");
  made.setAttribute("aria-hidden", "true");
  made.setAttribute("class", "sq-icon");
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  made.append(line);
  return made;
}

// A button with an icon and words, inside a card that can be clicked itself.
export function action(name, path, listener, more) {
  const attributes = { type: "button", class: "sq-action", ...more };
  const button = h("button", attributes, icon(path), h("span", {}, t(name)));
  button.addEventListener("click", (event) => {
    event.stopPropagation();
    listener(button);
  });
  return button;
}

export function plainAction(name, listener, more) {
  const attributes = { type: "button", class: "sq-action", on: { click: listener }, ...more };
  return h("button", attributes, h("span", {}, t(name)));
}

// Facts in a row, with dots between them.
export function run(...facts) {
  return h("span", { class: "sq-run" }, facts);
}

export function fold(title, ...children) {
  return h("details", { class: "sq-fold" }, h("summary", {}, title), children);
}

// Text in pieces, each with the names of its marks.
export function marked(pieces) {
  return pieces.map(([text, names]) =>
    names ? h("mark", { class: markClass(names) }, text) : text,
  );
}

function markClass(names) {
  return names
    .split(" ")
    .map((name) => `sq-${name}`)
    .join(" ");
}

export function errorCard(error) {
  return h(
    "div",
    { class: "sq-card sq-problem", role: "alert" },
    h("h2", {}, t("error")),
    h("p", { class: "sq-own", lang: error.language }, error.text),
  );
}

let live = null;

// Return the element whose text a screen reader speaks when it changes.
export function buildLive() {
  live = h("div", { class: "sq-hidden", role: "status", "aria-live": "polite" });
  return live;
}

export function say(text) {
  live.textContent = text;
}

// Copy a text; the button says so for a moment.
export async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copySelected(text, button);
  }
  const label = button.querySelector("span");
  const before = label.textContent;
  label.textContent = t("copied");
  say(t("copied"));
  setTimeout(() => {
    label.textContent = before;
  }, COPIED_MS);
}

// A page that is not on this machine and not on HTTPS has no clipboard: copy a selection.
function copySelected(text, button) {
  const field = h("textarea", { value: text, class: "sq-hidden" });
  button.after(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}
