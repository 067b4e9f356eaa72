// The passages of a result, best first.

import { openDocument } from "./document.js";
import { action, copy, fold, h, ICONS, marked, run } from "./dom.js";
import { documentFacts, locationFacts, pressable, quotation } from "./facts.js";
import { t } from "./words.js";

let list = null;

export function buildPassages() {
  list = h("div", { class: "sq-passages" });
  return list;
}

export function clearPassages() {
  list.replaceChildren();
}

// Pale the passages of the question before, until those of the next one are here.
export function palePassages() {
  list.classList.add("sq-old");
}

export function showPassages(result) {
  const cards = [...list.querySelectorAll(".sq-passage")];
  const focused = cards.findIndex((card) => card.contains(document.activeElement));
  list.classList.remove("sq-old");
  clearPassages();
  if (!result.passages.length) return;
  const title = result.read && !result.answers.length ? "near_misses" : "passages";
  const items = result.passages.map((passage, at) => h("li", {}, passageCard(passage, at)));
  list.append(h("h2", { class: "sq-label" }, t(title)), h("ol", { class: "sq-list" }, items));
  if (focused >= 0) list.querySelectorAll(".sq-passage h3 button")[focused]?.focus();
}

function passageCard(passage, position) {
  const { title, text, language, answers, candidates } = passage;
  const attributes = { type: "button", "aria-label": t("open_passage", { title }) };
  const button = h("button", attributes, h("bdi", {}, title));
  const open = () => openDocument(passage, { answers, candidates }, button);
  button.addEventListener("click", (event) => {
    event.stopPropagation();
    open();
  });
  const number = h("span", { class: "sq-number", "aria-hidden": "true" }, position + 1);
  const card = h(
    "article",
    { class: "sq-card sq-passage", "data-passage": position },
    h("div", { class: "sq-row" }, number, h("h3", {}, button)),
    h(
      "p",
      { class: "sq-meta" },
      run(locationFacts(passage.source, passage), documentFacts(passage)),
    ),
    h("p", { class: "sq-quote sq-own", lang: language, dir: "auto" }, marked(passage.pieces)),
    h(
      "div",
      { class: "sq-actions" },
      action("copy_quote", ICONS.copy, (pressed) => copy(quotation(text, passage), pressed)),
      copiesFold(passage.also_in),
      fold(t("ranking"), h("p", {}, rankingOf(passage))),
    ),
  );
  return pressable(open, card);
}

function copiesFold(sources) {
  if (!sources.length) return null;
  const items = sources.map((source) => h("li", {}, h("bdi", {}, source)));
  return fold(t("also_in", { count: sources.length }), h("ul", {}, items));
}

function rankingOf({ score, ranks, start, end }) {
  const rank = (number) => (number ? t("rank", { rank: number }) : t("no_rank"));
  return t("ranking_detail", {
    score: score.toFixed(3),
    dense: rank(ranks.dense),
    lexical: rank(ranks.lexical),
    start,
    end,
  });
}
