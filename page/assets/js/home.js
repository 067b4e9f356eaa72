// What the page shows before a question: a welcome, examples and the questions asked before.

import { h, plainAction } from "./dom.js";
import { forgetQuestions, keptQuestions } from "./storage.js";
import { t } from "./words.js";

const MAX_SHOWN = 6;

let welcome = null;
let home = null;
let choose = null;
let examples = [];

export function buildWelcome() {
  welcome = h("div", { class: "sq-welcome" }, h("h2", {}, t("headline")), h("p", {}, t("lead")));
  return welcome;
}

// Return the lists of questions; `whenChosen` is called with the one that is pressed, and without
// one when the kept questions are forgotten.
export function buildHome(whenChosen) {
  home = h("div", { class: "sq-home" });
  choose = whenChosen;
  return home;
}

export function setExamples(questions) {
  examples = questions;
}

export function showHome() {
  welcome.hidden = false;
  const forget = plainAction("forget", () => {
    forgetQuestions();
    showHome();
    choose("");
  });
  const asked = keptQuestions().slice(0, MAX_SHOWN);
  const parts = [questionList(t("examples"), examples), questionList(t("recent"), asked, forget)];
  home.replaceChildren(...parts.filter(Boolean));
}

export function hideHome() {
  welcome.hidden = true;
  home.replaceChildren();
}

function questionList(title, questions, more) {
  if (!questions.length) return null;
  const items = questions.map((question) => {
    const attributes = { type: "button", dir: "auto", on: { click: () => choose(question) } };
    return h("li", {}, h("button", attributes, question));
  });
  const heading = h("h2", { class: "sq-label" }, title);
  return h("section", { class: "sq-questions" }, heading, h("ul", {}, items), more);
}
