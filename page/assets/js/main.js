// Where the page begins. Gradio runs the joined script with `element`, where the page goes, and
// `server`, the functions of ui.py.

import { addressOf, readAddress } from "./address.js";
import {
  askFor,
  buildForm,
  buildResults,
  clearResults,
  focusQuestion,
  isNothingAsked,
  offerAgain,
  selectQuestion,
} from "./ask.js";
import { buildDocument, closeDocument, isDocumentOpen } from "./document.js";
import { buildLive, h } from "./dom.js";
import { forgetSources, offerLanguages } from "./filters.js";
import { buildChip, showFreshness } from "./freshness.js";
import { buildHome, buildWelcome, setExamples, showHome } from "./home.js";
import { buildIndex, showIndex } from "./index.js";
import { call, connect } from "./server.js";
import { watchStatus } from "./status.js";
import { buildPanel, buildTabs, isShown, showTab } from "./tabs.js";
import { buildTheme } from "./theme.js";
import { speak, spokenLanguage } from "./words.js";

function buildPage(root, setup) {
  const ask = buildPanel("ask", {}, [
    buildWelcome(),
    buildForm(),
    buildHome(chooseQuestion),
    h("div", { class: "sq-split" }, buildResults(), buildDocument(root, focusQuestion)),
  ]);
  const index = buildIndex(setup);
  const tabs = buildTabs([
    { name: "ask", panel: ask, whenShown: focusQuestion },
    { name: "index", panel: index, whenShown: showIndex },
  ]);
  const name = h("a", { href: "?", on: { click: pressName } }, "seedqa");
  const tools = h("div", { class: "sq-tools" }, buildChip(setup), buildTheme());
  const head = h("header", { class: "sq-head" }, h("h1", { class: "sq-name" }, name), tabs, tools);
  root.replaceChildren(head, ask, index, buildLive());
  showTab("ask");
}

function chooseQuestion(question) {
  if (question) askFor(question, { push: true });
  else focusQuestion();
}

function pressName(event) {
  event.preventDefault();
  window.history.pushState({}, "", addressOf(""));
  showStart();
}

function showStart() {
  document.title = "seedqa";
  clearResults();
  showHome();
  showTab("ask");
}

// Show what the address holds, as after a visit, a reload, or the browser's back button.
function followAddress() {
  const { question, filters } = readAddress();
  askFor(question, { filters, push: false });
  if (question) showTab("ask");
  else showStart();
}

// Bring every part of the page up to date with a new status of the index.
async function followStatus(status, before) {
  showFreshness(status);
  if (status.error) return;
  offerLanguages(Object.keys(status.languages));
  if (before && before.generation !== status.generation) await renewExamples();
  if (isShown("index") && JSON.stringify(before) !== JSON.stringify(status)) showIndex();
  offerAgain(status.generation);
}

async function renewExamples() {
  forgetSources();
  const setup = await call("start", { languages: [...navigator.languages] });
  setExamples(setup.examples ?? []);
  if (isNothingAsked()) showHome();
}

function pressKey(event) {
  if (event.key === "Escape" && isDocumentOpen()) {
    event.preventDefault();
    closeDocument(true);
  } else if (event.key === "/" && !event.target.closest?.("input, textarea, select")) {
    event.preventDefault();
    showTab("ask");
    selectQuestion();
  }
}

async function begin(root) {
  const setup = await call("start", { languages: [...navigator.languages] });
  if (setup.error) {
    const attributes = { role: "alert", lang: setup.error.language };
    root.replaceChildren(h("p", attributes, setup.error.text));
    return;
  }
  speak(setup.language, setup.words, navigator.languages);
  document.documentElement.lang = spokenLanguage();
  setExamples(setup.examples);
  buildPage(root, setup);
  document.addEventListener("keydown", pressKey);
  window.addEventListener("popstate", followAddress);
  followAddress();
  watchStatus(root, followStatus);
}

connect(server);
begin(element.querySelector("[data-seedqa]"));
