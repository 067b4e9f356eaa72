// The colours: as the system has them, or light or dark by a button.

import { h, ICONS, icon } from "./dom.js";
import { keepTheme, keptTheme } from "./storage.js";
import { t } from "./words.js";

const THEMES = ["auto", "light", "dark"];

let button = null;

export function buildTheme() {
  button = h(
    "button",
    { type: "button", class: "sq-bare", on: { click: next } },
    icon(ICONS.theme),
  );
  show();
  return button;
}

function next() {
  keepTheme(THEMES[(THEMES.indexOf(keptTheme()) + 1) % THEMES.length]);
  show();
}

function show() {
  const theme = keptTheme();
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  button.setAttribute("aria-label", t(`theme_${theme}`));
  button.title = t(`theme_${theme}`);
}
