// The cards of what is indexed: facts, languages, and lists of files.

import { h, plainAction } from "./dom.js";
import { dateName, languageName, momentName, numberName, t } from "./words.js";

const MEBIBYTE = 2 ** 20;
const SHORT_FINGERPRINT = 8;
// A longer list is folded up.
const MAX_OPEN_ROWS = 10;

const wide = (table) => h("div", { class: "sq-wide" }, table);
const columnHeads = (names) => names.map((name) => h("th", { scope: "col" }, t(name)));
const nameCell = (name) => h("td", {}, h("bdi", {}, name));

export function factsTable(status) {
  const { counts } = status;
  const chunks = { count: numberName(status.chunks), size: status.chunk_settings.size };
  const size = numberName(status.size / MEBIBYTE, { maximumFractionDigits: 1 });
  const rows = [
    ["folder", status.folder],
    ["documents", status.documents ? numberName(status.documents) : t("nothing")],
    ["chunks", t("chunks_size", chunks)],
    ["skipped", numberName(counts.skipped)],
    ["duplicates", numberName(counts.duplicates)],
    ["changed_files", numberName(counts.changed)],
    ["removed_files", numberName(counts.removed)],
    ["model", `${status.model} (${status.fingerprint.slice(0, SHORT_FINGERPRINT)})`],
    ["generation", numberName(status.generation)],
    ["built", momentName(status.built)],
    ["size", t("mebibytes", { count: size })],
  ];
  const body = rows.map(([name, value]) =>
    h("tr", {}, h("th", { scope: "row" }, t(name)), nameCell(value)),
  );
  return wide(h("table", { class: "sq-facts" }, h("tbody", {}, body)));
}

export function languagesCard(languages) {
  const counts = Object.entries(languages).sort((one, other) => other[1] - one[1]);
  if (!counts.length) return null;
  const most = counts[0][1];
  const rows = counts.map(([code, count]) => {
    const bar = h("span", { class: "sq-bar", "aria-hidden": "true" });
    bar.style.setProperty("--share", count / most);
    const name = h("th", { scope: "row" }, languageName(code));
    return h("tr", {}, name, h("td", {}, bar, h("span", {}, numberName(count))));
  });
  const heads = h("tr", {}, columnHeads(["language", "documents"]));
  return h(
    "div",
    { class: "sq-card" },
    h("h2", {}, t("languages")),
    h(
      "table",
      { class: "sq-bars" },
      h("thead", { class: "sq-hidden" }, heads),
      h("tbody", {}, rows),
    ),
  );
}

// Return a list of files; the server hands over the first of `count`.
export function listCard(title, count, rows, heads) {
  if (!rows.length) return null;
  const more = t("and_more", { count: numberName(count - rows.length) });
  const body = rows.map((row) => h("tr", {}, row.map(nameCell)));
  const head = h("thead", {}, h("tr", {}, columnHeads(heads)));
  return h(
    "details",
    { class: "sq-card", open: rows.length <= MAX_OPEN_ROWS },
    h("summary", {}, h("h2", {}, `${t(title)} (${numberName(count)})`)),
    wide(h("table", { class: "sq-table" }, head, h("tbody", {}, body))),
    count > rows.length ? h("p", { class: "sq-soft" }, more) : null,
  );
}

// Return the list of documents, each with a button that removes it.
export function documentsCard(documents, remove) {
  if (!documents.length) return null;
  const row = (one) => {
    const label = { "aria-label": t("remove_named", { name: one.source }) };
    return h(
      "tr",
      {},
      nameCell(one.source),
      nameCell(one.title),
      h("td", {}, languageName(one.language)),
      h("td", {}, dateName(one.date, "medium")),
      h(
        "td",
        {},
        plainAction("remove", () => remove(one.source), label),
      ),
    );
  };
  const heads = columnHeads(["file", "title", "language", "date"]);
  const head = h("thead", {}, h("tr", {}, heads, h("td", {})));
  const body = h("tbody", {}, documents.map(row));
  const table = h("table", { class: "sq-table sq-documents" }, head, body);
  return h("div", { class: "sq-card" }, h("h2", {}, t("documents")), wide(table));
}
