// Asking: the passages of a question come first, then the answer above them.

import { addressOf } from "./address.js";
import { announcement, answerCards } from "./answers.js";
import { closeDocument } from "./document.js";
import { errorCard, h, ICONS, icon, plainAction, say } from "./dom.js";
import { buildFilters, chosenFilters, setFilters } from "./filters.js";
import { hideHome } from "./home.js";
import { buildPassages, clearPassages, palePassages, showPassages } from "./passages.js";
import { call } from "./server.js";
import { keepQuestion } from "./storage.js";
import { numberName, t } from "./words.js";

const MAX_QUESTION = 10000;

let box = null;
let answer = null;
let foot = null;
let results = null;
let result = null;
// Counts the questions, so that what comes for an earlier one is dropped.
let turn = 0;

export function buildForm() {
  box = h("input", {
    id: "sq-question",
    type: "search",
    autocomplete: "off",
    enterkeyhint: "search",
    maxlength: MAX_QUESTION,
    dir: "auto",
    spellcheck: "true",
    "aria-label": t("question"),
    placeholder: t("question"),
  });
  const submit = (event) => {
    event.preventDefault();
    ask(box.value, true);
  };
  const go = { class: "sq-go", "aria-label": t("ask") };
  return h(
    "form",
    { class: "sq-form", role: "search", on: { submit } },
    h("div", { class: "sq-box" }, box, h("button", go, h("span", {}, t("ask")), icon(ICONS.ask))),
    buildFilters(() => {
      if (result) ask(box.value, true);
    }),
  );
}

export function buildResults() {
  answer = h("div", { class: "sq-answers" });
  foot = h("p", { class: "sq-foot" });
  results = h("div", { class: "sq-results" }, answer, buildPassages(), foot);
  return results;
}

export function focusQuestion() {
  box.focus();
}

export function selectQuestion() {
  box.select();
}

// Put a question and, where given, its filters into the form, and ask it.
export function askFor(question, { filters, push }) {
  if (filters) setFilters(filters);
  box.value = question;
  if (question) ask(question, push);
}

// Return to a page on which nothing has been asked.
export function clearResults() {
  turn += 1;
  result = null;
  box.value = "";
  closeDocument(false);
  answer.replaceChildren();
  clearPassages();
  foot.textContent = "";
  results.removeAttribute("aria-busy");
}

export function isNothingAsked() {
  return !result && !box.value;
}

async function ask(typed, push) {
  const question = typed.trim();
  if (!question) {
    box.focus();
    return;
  }
  turn += 1;
  const own = turn;
  if (push) window.history.pushState({}, "", addressOf(question, chosenFilters()));
  document.title = `${question} · seedqa`;
  keepQuestion(question);
  showWaiting();
  const wanted = { question, ...chosenFilters() };
  const found = await call("ask", { ...wanted, read: false });
  if (own !== turn) return;
  if (!found.error) showFound(found);
  const read = found.error ? found : await call("ask", { ...wanted, read: true });
  if (own !== turn) return;
  results.removeAttribute("aria-busy");
  if (read.error) {
    answer.replaceChildren(errorCard(read.error));
    if (found.error) clearPassages();
    return;
  }
  showRead(found, read);
}

function showWaiting() {
  closeDocument(false);
  hideHome();
  foot.textContent = "";
  answer.replaceChildren(waitingCard("searching"));
  results.setAttribute("aria-busy", "true");
  palePassages();
}

function waitingCard(name) {
  return h("div", { class: "sq-card sq-waiting" }, t(name));
}

function showFound(found) {
  showPassages(found);
  answer.replaceChildren(waitingCard("reading"));
  say(t("announce_passages", { count: found.passages.length }));
}

function showRead(found, read) {
  result = read;
  showPassages(read);
  answer.replaceChildren(...answerCards(read));
  say(announcement(read));
  foot.textContent = timingsOf(found, read);
}

function timingsOf(found, read) {
  const spent = ({ refresh_ms: refresh, encode_ms: encode, search_ms: search }) =>
    refresh + encode + search;
  const named = (time) => t("milliseconds", { count: Math.round(time) });
  return t("timings", {
    search: named(spent(found.timings)),
    read: named(spent(read.timings) + read.timings.read_ms),
    documents: numberName(read.index.documents),
    count: read.index.documents,
  });
}

// Offer to ask again where the index has changed since the result was made.
export function offerAgain(generation) {
  if (!result || result.index.generation === generation) return;
  if (answer.querySelector(".sq-newer")) return;
  const again = plainAction("ask_again", () => ask(box.value || result.question, false));
  answer.prepend(h("p", { class: "sq-newer" }, t("newer"), " ", again));
}
