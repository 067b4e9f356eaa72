// The chip at the top: whether the index is as the folder is, and the button that refreshes it.

import { h, say } from "./dom.js";
import { rebuild } from "./index.js";
import { canRefresh, countChanges, shareDone } from "./status.js";
import { showTab } from "./tabs.js";
import { percentName, t } from "./words.js";

let chip = null;
let readOnly = false;

export function buildChip(setup) {
  readOnly = setup.read_only;
  chip = h("button", { type: "button", class: "sq-fresh", on: { click: press } });
  return chip;
}

// Show how fresh the index is; only what a user can act on is spoken.
export function showFreshness(status) {
  if (status.error) {
    showChip("not_fresh", t("not_fresh"));
    return;
  }
  const count = countChanges(status);
  if (status.rebuild.running) {
    const percent = percentName(shareDone(status.rebuild));
    showChip("refreshing", t("refreshing", { percent }));
  } else if (status.problem) showChip("not_fresh", t("not_fresh"));
  else if (count) {
    const text = t(readOnly ? "changed" : "changed_refresh", { count });
    if (showChip("changed", text)) say(text);
  } else showChip("fresh", t("fresh"));
}

// Return whether the text changed.
function showChip(kind, text) {
  if (chip.textContent === text) return false;
  chip.className = `sq-fresh sq-fresh-${kind}`;
  chip.textContent = text;
  chip.title = text;
  return true;
}

function press() {
  if (canRefresh() && !readOnly) rebuild();
  else showTab("index");
}
