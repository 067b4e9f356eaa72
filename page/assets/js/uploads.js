// Adding documents: chosen or dropped, each sent by itself.

import { h } from "./dom.js";
import { spokenLanguage, t } from "./words.js";

const MEBIBYTE = 2 ** 20;

// What became of the files that were sent last; kept while the card is drawn again.
let outcomes = null;

// Return the card for documents; `whenAdded` is called after at least one was added.
export function uploadCard(setup, whenAdded) {
  outcomes ??= h("ul", { class: "sq-uploads", role: "status" });
  const send = async (files) => {
    outcomes.replaceChildren();
    let added = false;
    for (const file of files) {
      const answer = await upload(file, setup);
      added ||= Boolean(answer.source);
      outcomes.append(outcomeLine(file, answer));
    }
    if (added) await whenAdded();
  };
  const types = setup.extensions;
  const hint = t("upload_hint", { types: types.join(" "), size: sizeLimit(setup) });
  const input = h("input", {
    type: "file",
    id: "sq-upload",
    multiple: true,
    accept: types.join(","),
    on: { change: () => send(input.files) },
  });
  const label = h("label", { for: "sq-upload" }, hint, input);
  const card = h("div", { class: "sq-card sq-drop" }, h("h2", {}, t("upload")), label, outcomes);
  takeDrops(card, send);
  return card;
}

function sizeLimit(setup) {
  return Math.floor(setup.most_bytes / MEBIBYTE);
}

function outcomeLine(file, { source, error }) {
  if (source) return h("li", { class: "sq-good" }, t("uploaded", { name: source }));
  const reason = error.text;
  return h("li", { class: "sq-bad" }, t("not_uploaded", { name: file.name, reason }));
}

function takeDrops(card, send) {
  card.addEventListener("dragover", (event) => {
    event.preventDefault();
    card.classList.add("sq-over");
  });
  card.addEventListener("dragleave", () => card.classList.remove("sq-over"));
  card.addEventListener("drop", (event) => {
    event.preventDefault();
    card.classList.remove("sq-over");
    send(event.dataTransfer.files);
  });
}

async function upload(file, setup) {
  if (file.size > setup.most_bytes)
    return { error: { text: t("too_large", { size: sizeLimit(setup) }) } };
  const target = uploadAddress(document.baseURI, setup.upload);
  target.searchParams.set("name", file.name);
  target.searchParams.set("speaks", spokenLanguage());
  const headers = { "Content-Type": "application/octet-stream" };
  try {
    const answer = await fetch(target, { method: "POST", body: file, headers });
    return await answer.json();
  } catch {
    return { error: { text: t("lost") } };
  }
}

// Return the address of a path of the server below the folder of the page, which a proxy may move.
export function uploadAddress(page, path) {
  const folder = page.replace(/[?#].*$/, "").replace(/[^/]*$/, "");
  return new URL(path.replace(/^\//, ""), folder);
}
