// The cards of the answers: the exact words in their sentence, where they are and how sure it is.

import { addressOf } from "./address.js";
import { openDocument } from "./document.js";
import { action, copy, fold, h, ICONS, marked, run } from "./dom.js";
import { documentFacts, locationFacts, pressable, quotation } from "./facts.js";
import { chosenFilters } from "./filters.js";
import { percentName, t } from "./words.js";

// Return what stands above the passages: a card for each answer, or one that says there is none.
export function answerCards(result) {
  const count = result.answers.length;
  if (!count) return [nothingCard(result)];
  const cards = result.answers.map((answer, position) => answerCard(answer, position, result));
  if (count === 1) return cards;
  return [h("p", { class: "sq-differ" }, t("answers_differ", { count })), ...cards];
}

// Return what a screen reader speaks of a result.
export function announcement({ answers, candidates }) {
  if (!answers.length) return t(nothingName(candidates));
  if (answers.length > 1)
    return t("announce_differ", { texts: answers.map((one) => one.text).join(" / ") });
  const [{ text, band }] = answers;
  return t("announce_answer", { text, band: t(band) });
}

function answerCard(answer, position, result) {
  const id = `sq-answer-${position}`;
  const total = result.answers.length;
  const name = total > 1 ? t("answer_of", { number: position + 1, total }) : t("answer");
  const sentence = answer.sentence.map(([text]) => text).join("");
  const home = { ...answer, text: sentence, start: answer.sentence_start };
  const passage = result.passages[answer.passage] ?? home;
  const label = total > 1 ? { "aria-label": `${t("open")}, ${name}` } : {};
  const open = () => openDocument(passage, { answers: spansOf(answer) }, opener);
  const opener = action("open", ICONS.open, open, label);
  const newest = result.newest === position;
  const card = h(
    "article",
    { class: `sq-card sq-answer-card sq-${answer.band}`, "aria-labelledby": id },
    h(
      "div",
      { class: "sq-row" },
      h("h2", { id, class: "sq-label" }, name),
      total > 1 ? differenceLabel(answer) : null,
      h("span", { class: `sq-band sq-band-${answer.band}` }, t(answer.band)),
    ),
    answerText(answer),
    h("p", { class: "sq-from" }, h("bdi", { class: "sq-title" }, answer.title)),
    h(
      "p",
      { class: "sq-meta" },
      run(
        locationFacts(answer.source, answer),
        documentFacts(answer),
        newest ? newestLabel() : null,
      ),
    ),
    h(
      "div",
      { class: "sq-actions" },
      opener,
      action("copy_quote", ICONS.copy, (button) => copy(quotation(sentence, answer), button)),
      position ? null : copyLink(result.question),
      fold(t("why_sure"), h("p", {}, confidenceOf(answer))),
    ),
  );
  return pressable(open, card);
}

function answerText(answer) {
  const own = { lang: answer.language, dir: "auto" };
  const exact = answer.whole ? "sq-exact" : "";
  return [
    answer.whole ? null : h("p", { class: "sq-exact sq-own", ...own }, answer.text),
    h("blockquote", { class: `sq-sentence sq-own ${exact}`, ...own }, marked(answer.sentence)),
    itemList(answer),
    rowTable(answer),
  ];
}

// Return the spans to mark in the document: those of a list's entries, or the one of the answer.
function spansOf({ start, end, items }) {
  return items?.length ? items.map((item) => [item.start, item.end]) : [[start, end]];
}

function itemList({ items, language }) {
  if (!items?.length) return null;
  const attributes = { class: "sq-items", lang: language, "aria-label": t("items") };
  return h(
    "ul",
    attributes,
    items.map((item) => h("li", { class: "sq-own" }, item.text)),
  );
}

// Return the row of a table that holds the answer, under the names of its columns.
function rowTable({ text, language, table }) {
  if (!table) return null;
  const heads = table.columns.map((name) => h("th", { scope: "col" }, h("bdi", {}, name)));
  const cells = table.cells.map((cell) => {
    const answers = cell.trim() === text.trim();
    return h("td", {}, h("bdi", {}, marked([[cell, answers ? "answer" : ""]])));
  });
  const region = { tabindex: "0", role: "region", "aria-label": t("table_row") };
  return h(
    "div",
    { class: "sq-wide", ...region },
    h(
      "table",
      { class: "sq-table", lang: language },
      h("thead", {}, h("tr", {}, heads)),
      h("tbody", {}, h("tr", {}, cells)),
    ),
  );
}

// Return what tells an answer from the others, such as a year or a country.
function differenceLabel({ differs_by: difference }) {
  return difference ? h("bdi", { class: "sq-difference" }, difference) : null;
}

function newestLabel() {
  return h("span", { class: "sq-newest" }, t("newest"));
}

function confidenceOf({ confidence }) {
  return t("confidence_detail", { percent: percentName(Math.floor(confidence * 100) / 100) });
}

function copyLink(question) {
  const link = () => addressOf(question, chosenFilters()).href;
  return action("copy_link", ICONS.link, (button) => copy(link(), button));
}

function nothingCard({ question, passages, candidates, confidence, threshold }) {
  const numbers = { confidence: confidence.toFixed(2), threshold: threshold.toFixed(2) };
  return h(
    "article",
    { class: "sq-card sq-nothing" },
    h("h2", {}, t(nothingName(candidates))),
    h("p", {}, t(nearestName(passages, candidates))),
    h(
      "div",
      { class: "sq-actions" },
      copyLink(question),
      fold(t("why_sure"), h("p", {}, t("not_found_detail", numbers))),
    ),
  );
}

function nothingName(candidates) {
  return candidates?.length ? "not_sure" : "not_found";
}

function nearestName(passages, candidates) {
  if (candidates?.length) return "not_found_marked";
  return passages.length ? "not_found_near" : "not_found_none";
}
