// The filters below the question: a file or folder, a language and dates.

import { h, plainAction } from "./dom.js";
import { call } from "./server.js";
import { languageName, t } from "./words.js";

let details = null;
let summary = null;
let sources = null;
let fields = {};

// Return the filters; `whenChanged` is called after the user changes or clears one.
export function buildFilters(whenChanged) {
  fields = buildFields();
  const change = () => {
    countFilters();
    whenChanged();
  };
  const clear = () => {
    for (const field of Object.values(fields)) field.value = "";
    change();
  };
  for (const field of Object.values(fields)) field.addEventListener("change", change);
  sources = h("datalist", { id: "sq-sources" });
  summary = h("summary", {}, t("filters"));
  details = h(
    "details",
    { class: "sq-filters", on: { toggle: offerSources } },
    summary,
    h(
      "div",
      { class: "sq-fields" },
      h("label", { for: "sq-in" }, t("filter_file"), fields.pattern, sources),
      h("label", { for: "sq-lang" }, t("filter_language"), fields.language),
      h("label", { for: "sq-since" }, t("filter_since"), fields.since),
      h("label", { for: "sq-until" }, t("filter_until"), fields.until),
      plainAction("clear", clear),
    ),
  );
  return details;
}

function buildFields() {
  return {
    pattern: h("input", {
      id: "sq-in",
      list: "sq-sources",
      placeholder: t("filter_file_hint"),
      autocomplete: "off",
    }),
    language: h("select", { id: "sq-lang" }, anyLanguage()),
    since: h("input", { id: "sq-since", type: "date" }),
    until: h("input", { id: "sq-until", type: "date" }),
  };
}

function anyLanguage() {
  return h("option", { value: "" }, t("any"));
}

export function chosenFilters() {
  const chosen = Object.entries(fields).map(([name, field]) => [name, field.value.trim()]);
  return Object.fromEntries(chosen);
}

export function setFilters(values) {
  const { language } = values;
  if (language && ![...fields.language.options].some((option) => option.value === language))
    fields.language.append(h("option", { value: language }, languageName(language)));
  for (const [name, field] of Object.entries(fields)) field.value = values[name];
  countFilters();
}

function countFilters() {
  const count = Object.values(chosenFilters()).filter(Boolean).length;
  summary.textContent = count ? t("filters_set", { count }) : t("filters");
}

async function offerSources() {
  if (!details.open || sources.childElementCount) return;
  const documents = await call("documents");
  if (Array.isArray(documents))
    sources.replaceChildren(...documents.map((one) => h("option", { value: one.source })));
}

// Forget which files there are: the index has changed.
export function forgetSources() {
  sources.replaceChildren();
}

export function offerLanguages(codes) {
  const select = fields.language;
  const known = [...select.options].map((option) => option.value).filter(Boolean);
  if (known.join() === codes.join()) return;
  const chosen = select.value;
  const options = codes.map((code) => h("option", { value: code }, languageName(code)));
  select.replaceChildren(anyLanguage(), ...options);
  select.value = codes.includes(chosen) ? chosen : "";
}
