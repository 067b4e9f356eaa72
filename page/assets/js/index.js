// The view of the index: what is indexed and what is not, rebuilding, adding and removing.

import { errorCard, h } from "./dom.js";
import { call } from "./server.js";
import { latestStatus, refreshIndex, shareDone } from "./status.js";
import { documentsCard, factsTable, languagesCard, listCard } from "./tables.js";
import { buildPanel, isShown, showTab } from "./tabs.js";
import { uploadCard } from "./uploads.js";
import { numberName, t } from "./words.js";

let setup = null;
let panel = null;
let outcome = null;

export function buildIndex(given) {
  setup = given;
  panel = buildPanel("index", { hidden: true, tabindex: "0" });
  return panel;
}

// Draw the view again; focus and scroll stay where they are.
export async function showIndex() {
  const status = await latestStatus();
  if (status.error) {
    panel.replaceChildren(errorCard(status.error));
    return;
  }
  const focused = document.activeElement?.dataset?.keep;
  const scrolled = window.scrollY;
  outcome = h("div", { class: "sq-outcome" }, outcomeOf(status.rebuild));
  const documents = setup.remove ? await call("documents") : [];
  const cards = [
    coverageCard(status),
    languagesCard(status.languages),
    setup.upload ? uploadCard(setup, rebuild) : null,
    ...fileCards(status),
    Array.isArray(documents) ? documentsCard(documents, removeDocument) : null,
  ];
  panel.replaceChildren(...cards.filter(Boolean));
  if (focused)
    panel.querySelector(`[data-keep="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  window.scrollTo(0, scrolled);
}

function coverageCard(status) {
  return h(
    "div",
    { class: "sq-card" },
    h(
      "div",
      { class: "sq-row" },
      h("h2", {}, t("coverage")),
      rebuildButton(status.rebuild.running),
    ),
    outcome,
    status.problem ? errorCard(status.problem) : null,
    factsTable(status),
  );
}

function rebuildButton(disabled) {
  if (setup.read_only) return h("span", { class: "sq-soft" }, t("read_only"));
  const attributes = { type: "button", class: "sq-button", "data-keep": "refresh", disabled };
  return h("button", { ...attributes, on: { click: rebuild } }, t("rebuild"));
}

function outcomeOf({ running, phase, done, total, error, report }) {
  if (running) {
    const counts = { done: numberName(done), total: numberName(total) };
    const share = shareDone({ phase, done, total });
    const bar = h("progress", { max: "1", value: share });
    return [
      h("label", { class: "sq-progress" }, t(`phase_${phase}`, counts), bar),
      h("p", { class: "sq-soft" }, t("still_answering")),
    ];
  }
  if (error) return errorCard(error);
  if (!report) return null;
  const seconds = numberName(Math.round(report.seconds * 10) / 10);
  const notes = report.notes.map((note) => h("span", {}, ` ${note}`));
  return h("p", { class: "sq-done", role: "status" }, t("rebuilt", { ...report, seconds }), notes);
}

function fileCards({ counts, skipped, changed, removed, duplicates }) {
  const alone = (source) => [source];
  const reasons = skipped.map(({ source, reason }) => [source, reason]);
  const groups = duplicates.map((group) => [group.join(" = ")]);
  return [
    listCard("skipped", counts.skipped, reasons, ["file", "reason"]),
    listCard("changed_files", counts.changed, changed.map(alone), ["file"]),
    listCard("removed_files", counts.removed, removed.map(alone), ["file"]),
    listCard("duplicates", counts.duplicates, groups, ["file"]),
  ];
}

// Rebuild the index; an error is shown in this view.
export async function rebuild() {
  const error = await refreshIndex();
  if (!error) return;
  if (!isShown("index")) showTab("index");
  outcome?.replaceChildren(errorCard(error));
}

async function removeDocument(source) {
  if (!window.confirm(t("remove_sure", { name: source }))) return;
  const done = await call("remove", { source });
  if (done.error) outcome.replaceChildren(errorCard(done.error));
  else await rebuild();
}
