// The whole document next to the results, or over them on a phone, at the passage that was opened.

import { documentBlocks } from "./blocks.js";
import { errorCard, h, ICONS, icon, run } from "./dom.js";
import { documentFacts } from "./facts.js";
import { call } from "./server.js";
import { t } from "./words.js";

const NARROW = "(max-width: 60rem)";
const MIN_MARGIN_PX = 24;
// What to bring into view, the best first.
const TARGETS = ["mark.sq-answer", "mark.sq-candidate", "mark.sq-passage"];

let root = null;
let panel = null;
let opener = null;
let focusElsewhere = null;
// Counts what was opened, so that an answer of the server that comes too late is dropped.
let opening = 0;

// Return the closed panel; `otherwise` takes the focus where what opened a document is gone.
export function buildDocument(page, otherwise) {
  root = page;
  focusElsewhere = otherwise;
  const attributes = { class: "sq-document", hidden: true, "aria-label": t("document") };
  panel = h("aside", { ...attributes, on: { keydown: keepFocusInside } });
  return panel;
}

export function isDocumentOpen() {
  return !panel.hidden;
}

// Open the document of a passage. `marks` may hold spans of `answers` and of `candidates`.
export async function openDocument(passage, marks, pressed) {
  opening += 1;
  const own = opening;
  opener = pressed;
  const { notice, body } = showPanel(passage);
  const { source, text: quote, start } = passage;
  const view = await call("open_document", { source, quote, start, ...marks });
  if (own !== opening) return;
  if (view.error) {
    body.replaceChildren(errorCard(view.error));
    return;
  }
  notice.hidden = view.found && !view.moved;
  notice.textContent = view.found ? t("moved") : t("gone");
  body.lang = view.language;
  body.replaceChildren(...documentBlocks(view.pieces));
  showMarks(body);
}

function showPanel(passage) {
  panel.hidden = false;
  root.classList.add("sq-reading");
  markOpenCard(opener.closest(".sq-card"));
  const covers = window.matchMedia(NARROW).matches;
  for (const [name, value] of [
    ["role", "dialog"],
    ["aria-modal", "true"],
  ]) {
    if (covers) panel.setAttribute(name, value);
    else panel.removeAttribute(name);
  }
  const heading = h("h2", { tabindex: "-1" }, h("bdi", {}, passage.title));
  const region = { tabindex: "0", role: "region", "aria-label": passage.title };
  const body = h("div", { class: "sq-scroll", ...region }, t("opening"));
  const notice = h("p", { class: "sq-notice", hidden: true, role: "status" });
  panel.replaceChildren(panelHead(heading, passage), notice, body);
  heading.focus({ preventScroll: true });
  return { notice, body };
}

function panelHead(heading, passage) {
  const facts = documentFacts({ ...passage, stale: false });
  const source = h("bdi", { class: "sq-source" }, passage.source);
  const close = {
    type: "button",
    class: "sq-bare",
    "aria-label": t("close"),
    title: t("close"),
    on: { click: () => closeDocument(true) },
  };
  return h(
    "header",
    {},
    h("div", {}, heading, h("p", { class: "sq-meta" }, run(source, facts))),
    h("button", close, icon(ICONS.close)),
  );
}

function markOpenCard(card) {
  for (const other of root.querySelectorAll(".sq-open")) other.classList.remove("sq-open");
  card?.classList.add("sq-open");
}

function showMarks(body) {
  const target = TARGETS.map((mark) => body.querySelector(mark)).find(Boolean);
  if (!target) return;
  // twice: the first time lays out the blocks around it, at their true height
  scrollTo(body, target);
  requestAnimationFrame(() => {
    scrollTo(body, target);
    for (const mark of body.querySelectorAll(TARGETS[0])) mark.classList.add("sq-pulse");
  });
}

// Bring an element to the middle of what scrolls; scrollIntoView would move the whole page too.
function scrollTo(body, target) {
  const [inner, outer] = [target.getBoundingClientRect(), body.getBoundingClientRect()];
  const room = Math.max(MIN_MARGIN_PX, (outer.height - inner.height) / 2);
  body.scrollTop += inner.top - outer.top - room;
}

// Close the document; where `back`, the focus returns to what opened it.
export function closeDocument(back) {
  if (panel.hidden) return;
  opening += 1;
  panel.hidden = true;
  panel.replaceChildren();
  root.classList.remove("sq-reading");
  markOpenCard(null);
  if (!back) return;
  if (opener?.isConnected) opener.focus();
  else focusElsewhere();
}

// Keep the focus inside a document that covers the page.
function keepFocusInside(event) {
  if (event.key !== "Tab" || panel.getAttribute("role") !== "dialog") return;
  const stops = [...panel.querySelectorAll("button, [tabindex='0']")];
  const at = stops.indexOf(document.activeElement);
  const last = stops.length - 1;
  if (event.shiftKey ? at <= 0 : at === last) {
    event.preventDefault();
    stops[event.shiftKey ? last : 0].focus();
  }
}
