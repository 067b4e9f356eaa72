// What answers, passages and documents have in common: where they are, and how to quote them.

import { h } from "./dom.js";
import { dateName, languageName, t } from "./words.js";

export function pageName({ page, page_to: last }) {
  return last && last !== page ? t("pages", { first: page, last }) : t("page", { page });
}

export function lineName({ line, line_start: first, line_end: last }) {
  if (first && last && first !== last) return t("lines", { first, last });
  return t("line", { line: line ?? first });
}

export function locationFacts(source, item) {
  return [
    h("bdi", { class: "sq-source" }, source),
    item.page ? h("span", {}, pageName(item)) : null,
    h("span", {}, lineName(item)),
  ];
}

export function documentFacts({ date, language, stale }) {
  return [
    date ? h("span", {}, dateName(date)) : null,
    h("span", {}, languageName(language)),
    stale ? h("span", { class: "sq-stale" }, t("stale")) : null,
  ];
}

// Return a text as a quotation with its source, to be copied.
export function quotation(text, item) {
  const where = item.page ? pageName(item) : t("line", { line: item.line ?? item.line_start });
  const facts = [item.title, item.source, where, dateName(item.date)].filter(Boolean);
  return `${t("quotation", { text: text.trim() })}\n— ${facts.join(", ")}`;
}

// Make a card open its document wherever it is clicked, but for what is there to be pressed or
// selected.
export function pressable(open, card) {
  card.addEventListener("click", (event) => {
    if (event.target.closest("details, button, a") || String(window.getSelection())) return;
    open();
  });
  return card;
}
