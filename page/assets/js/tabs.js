// The tabs and the panels they show, one at a time.

import { h } from "./dom.js";
import { t } from "./words.js";

const STEPS = { ArrowLeft: -1, ArrowRight: 1 };

let tabs = [];

export function buildPanel(name, attributes, ...children) {
  const own = { id: `sq-${name}`, role: "tabpanel", "aria-labelledby": `sq-tab-${name}` };
  return h("section", { ...own, ...attributes }, children);
}

// Return the row of tabs. Each view has a name, its panel and `whenShown`.
export function buildTabs(views) {
  tabs = views.map((view) => ({ ...view, button: tabButton(view.name) }));
  const buttons = tabs.map((tab) => tab.button);
  return h("div", { class: "sq-tabs", role: "tablist", "aria-label": t("views") }, buttons);
}

function tabButton(name) {
  const attributes = {
    type: "button",
    role: "tab",
    id: `sq-tab-${name}`,
    "aria-controls": `sq-${name}`,
    on: { click: () => showTab(name), keydown: moveTab },
  };
  return h("button", attributes, t(`${name}_tab`));
}

export function showTab(name) {
  for (const tab of tabs) {
    const on = tab.name === name;
    tab.button.setAttribute("aria-selected", String(on));
    tab.button.tabIndex = on ? 0 : -1;
    tab.panel.hidden = !on;
  }
  tabs.find((tab) => tab.name === name).whenShown();
}

export function isShown(name) {
  return !tabs.find((tab) => tab.name === name).panel.hidden;
}

function moveTab(event) {
  const last = tabs.length - 1;
  const at = tabs.findIndex((tab) => tab.button === event.currentTarget);
  const step = STEPS[event.key];
  let next = null;
  if (event.key === "Home") next = 0;
  else if (event.key === "End") next = last;
  else if (step) next = (at + step + tabs.length) % tabs.length;
  if (next === null) return;
  event.preventDefault();
  showTab(tabs[next].name);
  tabs[next].button.focus();
}
