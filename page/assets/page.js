// The script of the page. It asks the server functions of ui.py and puts what they return into the
// page as text: nothing that comes from a document, a name or a question is ever parsed as HTML.
// Gradio hands it `element`, where the page goes, and `server`, the functions.
"use strict";

const root = element.querySelector("[data-seedqa]");
const HISTORY_KEY = "seedqa.questions";
const THEME_KEY = "seedqa.theme";
const MOST_HISTORY = 20;
const STATUS_MS = 2500;
const PROGRESS_MS = 400;
const NARROW = window.matchMedia("(max-width: 60rem)");
// A block of a long document is laid out when it is scrolled to; of this many characters.
const BLOCK = 4000;
const LONGEST_BLOCK = 20000;
const FILTERS = { pattern: "in", language: "lang", since: "since", until: "until" };

const state = {
  setup: null,
  words: {},
  language: "en",
  locale: "en",
  turn: 0,
  result: null,
  status: null,
  opener: null,
  opening: 0,
  rebuilds: 0,
  watching: false,
};

// -- small helpers ------------------------------------------------------------------------------

function t(name, values) {
  const form = (values?.count === 1 && state.words[`${name}_one`]) || (state.words[name] ?? name);
  return form.replace(/\{(\w+)\}/g, (_, key) => String(values?.[key] ?? ""));
}

// Make an element; strings among the children become text.
function h(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) made.addEventListener(event, listener);
    } else if (name === "value") made.value = value;
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat(3)) {
    if (child !== null && child !== undefined && child !== false) made.append(child);
  }
  return made;
}

function icon(path) {
  const space = "http://www.w3.org/2000/svg";
  const made = document.createElementNS(space, "svg");
  for (const [name, value] of [["viewBox", "0 0 20 20"], ["aria-hidden", "true"], ["class", "sq-icon"]])
    made.setAttribute(name, value);
  const line = document.createElementNS(space, "path");
  line.setAttribute("d", path);
  made.append(line);
  return made;
}

const ICONS = {
  ask: "M3 10h12M10.5 5.5 15 10l-4.5 4.5",
  close: "M5 5l10 10M15 5 5 15",
  copy: "M7 7V4h9v9h-3M4 7h9v9H4z",
  link: "M8.5 11.5l3-3M7 9 5 11a2.8 2.8 0 0 0 4 4l2-2M13 11l2-2a2.8 2.8 0 0 0-4-4L9 7",
  open: "M5 4h7l3 3v9H5zM8 9h4M8 12h4",
  theme: "M10 3a7 7 0 1 0 0 14zM10 3a7 7 0 0 1 0 14",
};

function languageName(code) {
  if (!code || code === "und") return t("no_language");
  try {
    return new Intl.DisplayNames([state.locale], { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}

function dateName(text, style) {
  if (!/^\d{4}-\d\d-\d\d/.test(text ?? "")) return text ?? "";
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  if (Number.isNaN(day.getTime())) return text;
  return new Intl.DateTimeFormat(state.locale, { dateStyle: style ?? "long", timeZone: "UTC" }).format(day);
}

function momentName(text) {
  const moment = new Date(text);
  if (Number.isNaN(moment.getTime())) return text;
  return new Intl.DateTimeFormat(state.locale, { dateStyle: "medium", timeStyle: "short" }).format(moment);
}

const numberName = (count) => new Intl.NumberFormat(state.locale).format(count);
const percentName = (share) => new Intl.NumberFormat(state.locale, { style: "percent" }).format(share);

function remember(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // a browser that keeps nothing still answers questions
  }
}

function recall(key, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

// Call a server function; an error is a value, as from the server. Where there is no answer Gradio
// returns nothing.
async function call(name, wanted) {
  const lost = { error: { text: state.words.lost ?? "The server does not answer." } };
  try {
    return (await server[name]({ speaks: state.language, ...wanted })) ?? lost;
  } catch {
    return lost;
  }
}

function errorCard(error) {
  return h("div", { class: "sq-card sq-problem", role: "alert" },
    h("h2", {}, t("error")), h("p", { class: "sq-own", lang: error.language }, error.text));
}

function say(text) {
  ui.live.textContent = text;
}

async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = h("textarea", { value: text, class: "sq-hidden" });
    root.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  const label = button.querySelector("span");
  const before = label.textContent;
  label.textContent = t("copied");
  say(t("copied"));
  setTimeout(() => { label.textContent = before; }, 1600);
}

function action(name, path, listener, more) {
  const button = h("button", { type: "button", class: "sq-action", ...more }, icon(path), h("span", {}, t(name)));
  button.addEventListener("click", (event) => { event.stopPropagation(); listener(button); });
  return button;
}

// Facts in a row, with dots between them.
function run(...facts) {
  return h("span", { class: "sq-run" }, facts);
}

// Text in pieces, each with the names of its marks.
function marked(pieces) {
  return pieces.map(([text, names]) =>
    names ? h("mark", { class: names.split(" ").map((name) => `sq-${name}`).join(" ") }, text) : text);
}

// -- the frame ----------------------------------------------------------------------------------

const ui = {};

function buildFrame() {
  document.documentElement.lang = state.language;
  ui.live = h("div", { class: "sq-hidden", role: "status", "aria-live": "polite" });
  ui.chip = h("button", { type: "button", class: "sq-fresh", on: { click: pressChip } });
  ui.theme = h("button", { type: "button", class: "sq-bare", on: { click: nextTheme } }, icon(ICONS.theme));
  ui.tabs = ["ask", "index"].map((name) => h("button", {
    type: "button", role: "tab", id: `sq-tab-${name}`, "aria-controls": `sq-${name}`,
    on: { click: () => showTab(name), keydown: moveTab },
  }, t(`${name}_tab`)));
  ui.ask = h("section", { id: "sq-ask", role: "tabpanel", "aria-labelledby": "sq-tab-ask" }, buildAsk());
  ui.index = h("section", { id: "sq-index", role: "tabpanel", "aria-labelledby": "sq-tab-index", hidden: true, tabindex: "0" });
  root.replaceChildren(
    h("header", { class: "sq-head" },
      h("h1", { class: "sq-name" }, h("a", { href: "?", on: { click: goHome } }, "seedqa")),
      h("div", { class: "sq-tabs", role: "tablist", "aria-label": t("views") }, ui.tabs),
      h("div", { class: "sq-tools" }, ui.chip, ui.theme)),
    ui.ask, ui.index, ui.live);
  showTheme();
  showTab("ask");
}

function showTab(name) {
  for (const tab of ui.tabs) {
    const on = tab.id === `sq-tab-${name}`;
    tab.setAttribute("aria-selected", String(on));
    tab.tabIndex = on ? 0 : -1;
  }
  ui.ask.hidden = name !== "ask";
  ui.index.hidden = name !== "index";
  if (name === "index") showIndex();
  else ui.box?.focus();
}

function moveTab(event) {
  if (!["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) return;
  event.preventDefault();
  const other = event.currentTarget === ui.tabs[0] ? ui.tabs[1] : ui.tabs[0];
  const next = event.key === "Home" ? ui.tabs[0] : event.key === "End" ? ui.tabs[1] : other;
  showTab(next.id.replace("sq-tab-", ""));
  next.focus();
}

function nextTheme() {
  const order = ["auto", "light", "dark"];
  remember(THEME_KEY, order[(order.indexOf(recall(THEME_KEY, "auto")) + 1) % 3]);
  showTheme();
}

function showTheme() {
  const theme = recall(THEME_KEY, "auto");
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  ui.theme.setAttribute("aria-label", t(`theme_${theme}`));
  ui.theme.title = t(`theme_${theme}`);
}

// -- asking -------------------------------------------------------------------------------------

function buildAsk() {
  ui.box = h("input", {
    id: "sq-question", type: "search", autocomplete: "off", enterkeyhint: "search", maxlength: "10000",
    dir: "auto", spellcheck: "true", "aria-label": t("question"), placeholder: t("question"),
  });
  ui.fields = {
    pattern: h("input", { id: "sq-in", list: "sq-sources", placeholder: t("filter_file_hint"), autocomplete: "off" }),
    language: h("select", { id: "sq-lang" }, h("option", { value: "" }, t("any"))),
    since: h("input", { id: "sq-since", type: "date" }),
    until: h("input", { id: "sq-until", type: "date" }),
  };
  for (const field of Object.values(ui.fields)) field.addEventListener("change", changeFilters);
  ui.sources = h("datalist", { id: "sq-sources" });
  ui.summary = h("summary", {}, t("filters"));
  ui.filters = h("details", { class: "sq-filters", on: { toggle: offerSources } }, ui.summary,
    h("div", { class: "sq-fields" },
      h("label", { for: "sq-in" }, t("filter_file"), ui.fields.pattern, ui.sources),
      h("label", { for: "sq-lang" }, t("filter_language"), ui.fields.language),
      h("label", { for: "sq-since" }, t("filter_since"), ui.fields.since),
      h("label", { for: "sq-until" }, t("filter_until"), ui.fields.until),
      h("button", { type: "button", class: "sq-action", on: { click: clearFilters } }, h("span", {}, t("clear")))));
  ui.welcome = h("div", { class: "sq-welcome" }, h("h2", {}, t("headline")), h("p", {}, t("lead")));
  ui.home = h("div", { class: "sq-home" });
  ui.answer = h("div", { class: "sq-answers" });
  ui.passages = h("div", { class: "sq-passages" });
  ui.foot = h("p", { class: "sq-foot" });
  ui.results = h("div", { class: "sq-results" }, ui.answer, ui.passages, ui.foot);
  ui.document = h("aside", { class: "sq-document", hidden: true, "aria-label": t("document"), on: { keydown: trapKeys } });
  return [
    ui.welcome,
    h("form", { class: "sq-form", role: "search", on: { submit: submit } },
      h("div", { class: "sq-box" }, ui.box,
        h("button", { class: "sq-go", "aria-label": t("ask") }, h("span", {}, t("ask")), icon(ICONS.ask))),
      ui.filters),
    ui.home,
    h("div", { class: "sq-split" }, ui.results, ui.document),
  ];
}

function submit(event) {
  event.preventDefault();
  ask(ui.box.value, true);
}

function filters() {
  return Object.fromEntries(Object.entries(ui.fields).map(([name, field]) => [name, field.value.trim()]));
}

function changeFilters() {
  countFilters();
  if (state.result) ask(ui.box.value, true);
}

function countFilters() {
  const count = Object.values(filters()).filter(Boolean).length;
  ui.summary.textContent = count ? t("filters_set", { count }) : t("filters");
}

function clearFilters() {
  for (const field of Object.values(ui.fields)) field.value = "";
  changeFilters();
}

async function offerSources() {
  if (!ui.filters.open || ui.sources.childElementCount) return;
  const documents = await call("documents");
  if (Array.isArray(documents))
    ui.sources.replaceChildren(...documents.map((one) => h("option", { value: one.source })));
}

function offerLanguages(codes) {
  const select = ui.fields.language;
  const known = [...select.options].map((option) => option.value).filter(Boolean);
  if (known.join() === codes.join()) return;
  const chosen = select.value || select.dataset.wished || "";
  select.replaceChildren(h("option", { value: "" }, t("any")),
    ...codes.map((code) => h("option", { value: code }, languageName(code))));
  select.value = codes.includes(chosen) ? chosen : "";
}

function address(question) {
  const url = new URL(window.location.href);
  url.search = "";
  url.hash = "";
  if (question) {
    url.searchParams.set("q", question);
    for (const [name, value] of Object.entries(filters())) if (value) url.searchParams.set(FILTERS[name], value);
  }
  return url;
}

async function ask(typed, push) {
  const question = typed.trim();
  if (!question) return ui.box.focus();
  const turn = ++state.turn;
  if (push) window.history.pushState({}, "", address(question));
  document.title = `${question} · seedqa`;
  keepQuestion(question);
  closeDocument(false);
  ui.welcome.hidden = true;
  ui.home.replaceChildren();
  ui.foot.textContent = "";
  ui.answer.replaceChildren(h("div", { class: "sq-card sq-waiting" }, t("searching")));
  ui.results.setAttribute("aria-busy", "true");
  ui.passages.classList.add("sq-old");
  const wanted = { question, ...filters() };
  const found = await call("ask", { ...wanted, read: false });
  if (turn !== state.turn) return;
  if (!found.error) {
    showPassages(found);
    ui.answer.replaceChildren(h("div", { class: "sq-card sq-waiting" }, t("reading")));
    say(t("announce_passages", { count: found.passages.length }));
  }
  const read = found.error ? found : await call("ask", { ...wanted, read: true });
  if (turn !== state.turn) return;
  ui.results.removeAttribute("aria-busy");
  if (read.error) {
    ui.answer.replaceChildren(errorCard(read.error));
    if (found.error) ui.passages.replaceChildren();
    return;
  }
  state.result = read;
  showPassages(read);
  showAnswers(read);
  showTimings(found, read);
}

function showTimings(found, read) {
  const spent = ({ refresh_ms, encode_ms, search_ms }) => refresh_ms + encode_ms + search_ms;
  ui.foot.textContent = t("timings", {
    search: t("milliseconds", { count: Math.round(spent(found.timings)) }),
    read: t("milliseconds", { count: Math.round(spent(read.timings) + read.timings.read_ms) }),
    documents: numberName(read.index.documents),
    count: read.index.documents,
  });
}

// -- answers ------------------------------------------------------------------------------------

function showAnswers(result) {
  const cards = result.answers.length
    ? result.answers.map((one, position) => answerCard(one, position, result))
    : [nothingCard(result)];
  const [best, ...others] = result.answers;
  if (others.length) cards.unshift(h("p", { class: "sq-differ" }, t("answers_differ", { count: result.answers.length })));
  ui.answer.replaceChildren(...cards);
  if (others.length) say(t("announce_differ", { texts: result.answers.map((one) => one.text).join(" / ") }));
  else say(best ? t("announce_answer", { text: best.text, band: t(best.band) }) : t("not_found"));
}

function answerCard(answer, position, result) {
  const sentence = answer.sentence.map(([text]) => text).join("");
  const count = result.answers.length;
  const name = count > 1 ? t("answer_of", { number: position + 1, total: count }) : t("answer");
  const place = result.passages[answer.passage] ?? { ...answer, text: sentence, start: answer.sentence_start };
  const opener = action("open", ICONS.open, () => open(), count > 1 ? { "aria-label": `${t("open")}, ${name}` } : {});
  const open = () => openDocument(place, [[answer.start, answer.end]], opener);
  return pressable(open, h("article", { class: `sq-card sq-answer-card sq-${answer.band}`, "aria-labelledby": `sq-answer-${position}` },
    h("div", { class: "sq-row" },
      h("h2", { id: `sq-answer-${position}`, class: "sq-label" }, name),
      h("span", { class: `sq-band sq-band-${answer.band}` }, t(answer.band))),
    answer.whole ? null : h("p", { class: "sq-exact sq-own", lang: answer.language, dir: "auto" }, answer.text),
    h("blockquote", { class: `sq-sentence sq-own ${answer.whole ? "sq-exact" : ""}`, lang: answer.language, dir: "auto" },
      marked(answer.sentence)),
    h("p", { class: "sq-from" }, h("bdi", { class: "sq-title" }, answer.title)),
    h("p", { class: "sq-meta" }, run(placeName(answer.source, answer), meta(answer),
      result.newest === position ? h("span", { class: "sq-newest" }, t("newest")) : null)),
    h("div", { class: "sq-actions" },
      opener,
      action("copy_quote", ICONS.copy, (button) => copy(quotation(sentence, answer), button)),
      position ? null : action("copy_link", ICONS.link, (button) => copy(address(result.question).href, button)),
      h("details", { class: "sq-fold" }, h("summary", {}, t("why_sure")),
        h("p", {}, t("confidence_detail", { percent: percentName(Math.floor(answer.confidence * 100) / 100) }))))));
}

// A card that opens its document wherever it is clicked, but for what is there to be pressed or
// selected.
function pressable(open, card) {
  card.addEventListener("click", (event) => {
    if (event.target.closest("details, button, a") || String(window.getSelection())) return;
    open();
  });
  return card;
}

function nothingCard(result) {
  return h("article", { class: "sq-card sq-nothing" },
    h("h2", {}, t("not_found")),
    h("p", {}, result.passages.length ? t("not_found_near") : t("not_found_none")),
    h("div", { class: "sq-actions" },
      action("copy_link", ICONS.link, (button) => copy(address(result.question).href, button)),
      h("details", { class: "sq-fold" }, h("summary", {}, t("why_sure")),
        h("p", {}, t("not_found_detail", { confidence: result.confidence.toFixed(2), threshold: result.threshold.toFixed(2) })))));
}

function placeName(source, { line, line_start: first, line_end: last, page }) {
  const lines = first && last && first !== last ? t("lines", { first, last }) : t("line", { line: line ?? first });
  return [
    h("bdi", { class: "sq-source" }, source),
    page ? h("span", {}, t("page", { page })) : null,
    h("span", {}, lines),
  ];
}

function meta({ date, language, stale }) {
  return [
    date ? h("span", {}, dateName(date)) : null,
    h("span", {}, languageName(language)),
    stale ? h("span", { class: "sq-stale" }, t("stale")) : null,
  ];
}

function quotation(text, item) {
  const lines = item.page ? t("page", { page: item.page }) : t("line", { line: item.line ?? item.line_start });
  const facts = [item.title, item.source, lines, dateName(item.date)].filter(Boolean);
  return `${t("quotation", { text: text.trim() })}\n— ${facts.join(", ")}`;
}

// -- passages -----------------------------------------------------------------------------------

function showPassages(result) {
  const cards = [...ui.passages.querySelectorAll(".sq-passage")];
  const focused = cards.findIndex((card) => card.contains(document.activeElement));
  ui.passages.classList.remove("sq-old");
  ui.passages.replaceChildren();
  if (!result.passages.length) return;
  const nothing = result.read && !result.answers.length;
  ui.passages.append(
    h("h2", { class: "sq-label" }, t(nothing ? "near_misses" : "passages")),
    h("ol", { class: "sq-list" }, result.passages.map((passage, position) => h("li", {}, passageCard(passage, position)))));
  if (focused >= 0) ui.passages.querySelectorAll(".sq-passage h3 button")[focused]?.focus();
}

function passageCard(passage, position) {
  const button = h("button", { type: "button", "aria-label": t("open_passage", { title: passage.title }) },
    h("bdi", {}, passage.title));
  const open = () => openDocument(passage, passage.answers, button);
  button.addEventListener("click", (event) => { event.stopPropagation(); open(); });
  const { ranks } = passage;
  const rank = (place) => (place ? t("rank", { rank: place }) : t("no_rank"));
  return pressable(open, h("article", { class: "sq-card sq-passage", "data-passage": position },
    h("div", { class: "sq-row" }, h("span", { class: "sq-number", "aria-hidden": "true" }, position + 1), h("h3", {}, button)),
    h("p", { class: "sq-meta" }, run(placeName(passage.source, passage), meta(passage))),
    h("p", { class: "sq-quote sq-own", lang: passage.language, dir: "auto" }, marked(passage.pieces)),
    h("div", { class: "sq-actions" },
      action("copy_quote", ICONS.copy, (pressed) => copy(quotation(passage.text, passage), pressed)),
      passage.also_in.length
        ? h("details", { class: "sq-fold" }, h("summary", {}, t("also_in", { count: passage.also_in.length })),
          h("ul", {}, passage.also_in.map((source) => h("li", {}, h("bdi", {}, source)))))
        : null,
      h("details", { class: "sq-fold" }, h("summary", {}, t("ranking")),
        h("p", {}, t("ranking_detail", {
          score: passage.score.toFixed(3), dense: rank(ranks.dense), lexical: rank(ranks.lexical),
          start: passage.start, end: passage.end,
        }))))));
}

// -- the document -------------------------------------------------------------------------------

async function openDocument(passage, answers, opener) {
  const opening = ++state.opening;
  state.opener = opener ?? null;
  ui.document.hidden = false;
  root.classList.add("sq-reading");
  for (const card of root.querySelectorAll(".sq-open")) card.classList.remove("sq-open");
  opener?.closest?.(".sq-card")?.classList.add("sq-open");
  if (NARROW.matches) {
    ui.document.setAttribute("role", "dialog");
    ui.document.setAttribute("aria-modal", "true");
  } else {
    ui.document.removeAttribute("role");
    ui.document.removeAttribute("aria-modal");
  }
  const heading = h("h2", { tabindex: "-1" }, h("bdi", {}, passage.title));
  const body = h("div", { class: "sq-scroll", tabindex: "0", role: "region", "aria-label": passage.title }, t("opening"));
  const notice = h("p", { class: "sq-notice", hidden: true, role: "status" });
  ui.document.replaceChildren(
    h("header", {},
      h("div", {}, heading, h("p", { class: "sq-meta" }, run(h("bdi", { class: "sq-source" }, passage.source), meta({ ...passage, stale: false })))),
      h("button", { type: "button", class: "sq-bare", "aria-label": t("close"), title: t("close"), on: { click: () => closeDocument(true) } }, icon(ICONS.close))),
    notice, body);
  heading.focus({ preventScroll: true });
  const view = await call("open_document", { source: passage.source, quote: passage.text, start: passage.start, answers });
  if (opening !== state.opening) return;
  if (view.error) return body.replaceChildren(errorCard(view.error));
  notice.hidden = view.found && !view.moved;
  notice.textContent = view.found ? t("moved") : t("gone");
  body.lang = view.language;
  body.replaceChildren(...documentBlocks(view.pieces));
  const place = body.querySelector("mark.sq-answer") ?? body.querySelector("mark.sq-passage");
  if (!place) return;
  // twice: the first time lays out the blocks around it, at their true height
  scrollTo(body, place);
  requestAnimationFrame(() => {
    scrollTo(body, place);
    for (const mark of body.querySelectorAll("mark.sq-answer")) mark.classList.add("sq-pulse");
  });
}

// Bring a place to the middle of what scrolls; scrollIntoView would move the whole page too.
function scrollTo(body, place) {
  const [inner, outer] = [place.getBoundingClientRect(), body.getBoundingClientRect()];
  const room = Math.max(24, (outer.height - inner.height) / 2);
  body.scrollTop += inner.top - outer.top - room;
}

function documentBlocks(pieces) {
  const blocks = [];
  let block = null;
  let size = 0;
  const begin = () => {
    block = h("div", { class: "sq-block sq-own" });
    size = 0;
    blocks.push(block);
  };
  begin();
  for (const [text, names] of pieces) {
    if (names === "page") {
      blocks.push(h("p", { class: "sq-page" }, t("page_title", { page: text })));
      begin();
    } else if (names) {
      block.append(...marked([[text, names]]));
      size += text.length;
    } else {
      for (const part of cut(text)) {
        block.append(part);
        size += part.length;
        if (size > LONGEST_BLOCK || (size > BLOCK && part.endsWith("\n"))) begin();
      }
    }
  }
  return blocks;
}

// Cut a text into parts that end with a line where there is one.
function* cut(text) {
  for (let start = 0; start < text.length;) {
    let end = Math.min(text.length, start + BLOCK);
    if (end < text.length) {
      const line = text.indexOf("\n", end);
      end = line >= 0 && line - start < LONGEST_BLOCK ? line + 1 : Math.min(text.length, start + LONGEST_BLOCK);
      if (/[\ud800-\udbff]/.test(text[end - 1] ?? "")) end += 1; // not through the middle of a character
    } else {
      // a passage goes on in the last line: keep that line with it
      const line = text.lastIndexOf("\n", end - 1) + 1;
      if (line > start && line < end) end = line;
    }
    yield text.slice(start, end);
    start = end;
  }
}

function closeDocument(back) {
  if (ui.document.hidden) return;
  state.opening += 1;
  ui.document.hidden = true;
  ui.document.replaceChildren();
  root.classList.remove("sq-reading");
  for (const card of root.querySelectorAll(".sq-open")) card.classList.remove("sq-open");
  if (back) (state.opener?.isConnected ? state.opener : ui.box).focus();
}

function trapKeys(event) {
  if (event.key !== "Tab" || ui.document.getAttribute("role") !== "dialog") return;
  const stops = [...ui.document.querySelectorAll("button, [tabindex='0']")];
  const at = stops.indexOf(document.activeElement);
  const last = stops.length - 1;
  if (event.shiftKey ? at <= 0 : at === last) {
    event.preventDefault();
    stops[event.shiftKey ? last : 0].focus();
  }
}

// -- home, history, links -----------------------------------------------------------------------

function keepQuestion(question) {
  const asked = recall(HISTORY_KEY, []).filter((one) => one !== question);
  remember(HISTORY_KEY, [question, ...asked].slice(0, MOST_HISTORY));
}

function goHome(event) {
  event?.preventDefault();
  state.turn += 1;
  state.result = null;
  if (event) window.history.pushState({}, "", address(""));
  document.title = "seedqa";
  ui.box.value = "";
  closeDocument(false);
  ui.answer.replaceChildren();
  ui.passages.replaceChildren();
  ui.foot.textContent = "";
  ui.results.removeAttribute("aria-busy");
  ui.welcome.hidden = false;
  showHome();
  showTab("ask");
}

function showHome() {
  const questions = (title, list, extra) => list.length
    ? h("section", { class: "sq-questions" },
      h("h2", { class: "sq-label" }, title),
      h("ul", {}, list.map((question) => h("li", {},
        h("button", { type: "button", dir: "auto", on: { click: () => { ui.box.value = question; ask(question, true); } } }, question)))),
      extra)
    : null;
  const forget = h("button", { type: "button", class: "sq-action", on: { click: () => { remember(HISTORY_KEY, []); showHome(); ui.box.focus(); } } },
    h("span", {}, t("forget")));
  const parts = [
    questions(t("examples"), state.setup.examples),
    questions(t("recent"), recall(HISTORY_KEY, []).slice(0, 6), forget),
  ];
  ui.home.replaceChildren(...parts.filter(Boolean));
}

function readAddress() {
  const given = new URL(window.location.href).searchParams;
  for (const [name, key] of Object.entries(FILTERS)) {
    const value = given.get(key) ?? "";
    const field = ui.fields[name];
    if (name === "language" && value && ![...field.options].some((option) => option.value === value))
      field.append(h("option", { value }, languageName(value)));
    field.value = value;
  }
  countFilters();
  const question = given.get("q") ?? "";
  if (!question) return goHome();
  ui.box.value = question;
  showTab("ask");
  ask(question, false);
}

// -- freshness ----------------------------------------------------------------------------------

async function watch() {
  if (state.watching) return;
  state.watching = true;
  while (root.isConnected) {
    let wait = STATUS_MS;
    if (document.visibilityState === "visible") wait = await look();
    await new Promise((resolve) => { setTimeout(resolve, wait); });
  }
}

async function look() {
  const status = await call("status");
  if (status.error) {
    showChip("not_fresh", t("not_fresh"), true);
    return STATUS_MS;
  }
  const before = state.status;
  state.status = status;
  offerLanguages(Object.keys(status.languages));
  showFreshness(status);
  if (before && before.generation !== status.generation) {
    ui.sources.replaceChildren();
    state.setup.examples = (await call("start", { languages: navigator.languages })).examples ?? [];
    if (!state.result && !ui.box.value) showHome();
  }
  if (!ui.index.hidden && JSON.stringify(before) !== JSON.stringify(status)) showIndex();
  if (state.result && state.result.index.generation !== status.generation) offerAgain();
  return status.rebuild.running ? PROGRESS_MS : STATUS_MS;
}

function showFreshness(status) {
  const { rebuild } = status;
  const count = status.counts.changed + status.counts.removed;
  if (rebuild.running) showChip("refreshing", t("refreshing", { percent: percentName(shareDone(rebuild)) }), true);
  else if (status.problem) showChip("not_fresh", t("not_fresh"), true);
  else if (count) showChip("changed", t(state.setup.read_only ? "changed" : "changed_refresh", { count }), false);
  else showChip("fresh", t("fresh"), true);
}

function shareDone({ phase, done, total }) {
  const share = total ? done / total : 0;
  if (phase === "checking") return 1;
  return phase === "reading" ? share * 0.2 : phase === "embedding" ? 0.2 + share * 0.8 : 0;
}

function showChip(kind, text, quiet) {
  if (ui.chip.textContent === text) return;
  ui.chip.className = `sq-fresh sq-fresh-${kind}`;
  ui.chip.textContent = text;
  ui.chip.title = text;
  if (!quiet) say(text);
}

function pressChip() {
  const { status } = state;
  const changed = status && status.counts.changed + status.counts.removed && !status.rebuild.running;
  if (changed && !state.setup.read_only) refresh();
  else showTab("index");
}

async function refresh() {
  const begun = await call("refresh");
  if (begun.error) {
    if (ui.index.hidden) showTab("index");
    ui.outcome?.replaceChildren(errorCard(begun.error));
    return;
  }
  await look();
  while (state.status?.rebuild.running) {
    await new Promise((resolve) => { setTimeout(resolve, PROGRESS_MS); });
    await look();
  }
}

function offerAgain() {
  if (ui.answer.querySelector(".sq-newer")) return;
  ui.answer.prepend(h("p", { class: "sq-newer" }, t("newer"), " ",
    h("button", { type: "button", class: "sq-action", on: { click: () => ask(ui.box.value || state.result.question, false) } },
      h("span", {}, t("ask_again")))));
}

// -- the index ----------------------------------------------------------------------------------

async function showIndex() {
  const status = state.status ?? await call("status");
  if (status.error) return ui.index.replaceChildren(errorCard(status.error));
  state.status = status;
  const focused = document.activeElement?.dataset?.keep;
  const scrolled = window.scrollY;
  ui.outcome = h("div", { class: "sq-outcome" }, outcome(status.rebuild));
  const documents = state.setup.remove ? await call("documents") : [];
  ui.index.replaceChildren(...[
    h("div", { class: "sq-card" },
      h("div", { class: "sq-row" }, h("h2", {}, t("coverage")),
        state.setup.read_only
          ? h("span", { class: "sq-soft" }, t("read_only"))
          : h("button", { type: "button", class: "sq-button", "data-keep": "refresh", disabled: status.rebuild.running, on: { click: refresh } }, t("rebuild"))),
      ui.outcome, status.problem ? errorCard(status.problem) : null, facts(status)),
    languagesCard(status),
    state.setup.upload ? uploadCard() : null,
    listCard("skipped", status.counts.skipped, status.skipped.map(({ source, reason }) => [source, reason]), ["file", "reason"]),
    listCard("changed_files", status.counts.changed, status.changed.map((source) => [source]), ["file"]),
    listCard("removed_files", status.counts.removed, status.removed.map((source) => [source]), ["file"]),
    listCard("duplicates", status.counts.duplicates, status.duplicates.map((group) => [group.join(" = ")]), ["file"]),
    Array.isArray(documents) && documents.length ? documentsCard(documents) : null,
  ].filter(Boolean));
  if (focused) ui.index.querySelector(`[data-keep="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  window.scrollTo(0, scrolled);
}

function outcome(rebuild) {
  if (rebuild.running) {
    const name = t(`phase_${rebuild.phase}`, { done: numberName(rebuild.done), total: numberName(rebuild.total) });
    return [
      h("label", { class: "sq-progress" }, name, h("progress", { max: "1", value: shareDone(rebuild) })),
      h("p", { class: "sq-soft" }, t("still_answering")),
    ];
  }
  if (rebuild.error) return errorCard(rebuild.error);
  if (!rebuild.report) return null;
  return h("p", { class: "sq-done", role: "status" }, t("rebuilt", { ...rebuild.report, seconds: numberName(Math.round(rebuild.report.seconds * 10) / 10) }),
    rebuild.report.notes.map((note) => h("span", {}, ` ${note}`)));
}

function facts(status) {
  const rows = [
    ["folder", status.folder],
    ["documents", status.documents ? numberName(status.documents) : t("nothing")],
    ["chunks", t("chunks_size", { count: numberName(status.chunks), size: status.chunk_settings.size })],
    ["skipped", numberName(status.counts.skipped)],
    ["duplicates", numberName(status.counts.duplicates)],
    ["changed_files", numberName(status.counts.changed)],
    ["removed_files", numberName(status.counts.removed)],
    ["model", `${status.model} (${status.fingerprint.slice(0, 8)})`],
    ["generation", numberName(status.generation)],
    ["built", momentName(status.built)],
    ["size", t("mebibytes", { count: new Intl.NumberFormat(state.locale, { maximumFractionDigits: 1 }).format(status.size / 2 ** 20) })],
  ];
  return h("div", { class: "sq-wide" }, h("table", { class: "sq-facts" }, h("tbody", {},
    rows.map(([name, value]) => h("tr", {}, h("th", { scope: "row" }, t(name)), h("td", {}, h("bdi", {}, value)))))));
}

function languagesCard(status) {
  const counts = Object.entries(status.languages).sort((one, other) => other[1] - one[1]);
  if (!counts.length) return null;
  const most = counts[0][1];
  return h("div", { class: "sq-card" }, h("h2", {}, t("languages")),
    h("table", { class: "sq-bars" },
      h("thead", { class: "sq-hidden" }, h("tr", {}, h("th", { scope: "col" }, t("language")), h("th", { scope: "col" }, t("documents")))),
      h("tbody", {}, counts.map(([code, count]) => {
        const bar = h("span", { class: "sq-bar", "aria-hidden": "true" });
        bar.style.setProperty("--share", count / most);
        return h("tr", {}, h("th", { scope: "row" }, languageName(code)),
          h("td", {}, bar, h("span", {}, numberName(count))));
      }))));
}

function listCard(title, count, rows, heads) {
  if (!rows.length) return null;
  return h("details", { class: "sq-card", open: rows.length <= 10 },
    h("summary", {}, h("h2", {}, `${t(title)} (${numberName(count)})`)),
    h("div", { class: "sq-wide" }, h("table", { class: "sq-table" },
      h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col" }, t(head))))),
      h("tbody", {}, rows.map((row) => h("tr", {}, row.map((cell) => h("td", {}, h("bdi", {}, cell)))))))),
    count > rows.length ? h("p", { class: "sq-soft" }, t("and_more", { count: numberName(count - rows.length) })) : null);
}

function documentsCard(documents) {
  return h("div", { class: "sq-card" }, h("h2", {}, t("documents")),
    h("div", { class: "sq-wide" }, h("table", { class: "sq-table sq-documents" },
      h("thead", {}, h("tr", {}, ["file", "title", "language", "date"].map((head) => h("th", { scope: "col" }, t(head))),
        h("td", {}))),
      h("tbody", {}, documents.map((one) => h("tr", {},
        h("td", {}, h("bdi", {}, one.source)), h("td", {}, h("bdi", {}, one.title)),
        h("td", {}, languageName(one.language)), h("td", {}, dateName(one.date, "medium")),
        h("td", {}, h("button", {
          type: "button", class: "sq-action", "aria-label": t("remove_named", { name: one.source }),
          on: { click: () => removeDocument(one.source) },
        }, h("span", {}, t("remove"))))))))));
}

async function removeDocument(source) {
  if (!window.confirm(t("remove_sure", { name: source }))) return;
  const done = await call("remove", { source });
  if (done.error) return ui.outcome.replaceChildren(errorCard(done.error));
  await refresh();
}

function uploadCard() {
  const size = Math.floor(state.setup.most_bytes / 2 ** 20);
  const said = h("ul", { class: "sq-uploads", role: "status" }, state.uploads ?? []);
  const input = h("input", { type: "file", id: "sq-upload", multiple: true, accept: state.setup.extensions.join(","),
    on: { change: () => uploadAll(input.files, said) } });
  const card = h("div", { class: "sq-card sq-drop" }, h("h2", {}, t("upload")),
    h("label", { for: "sq-upload" }, t("upload_hint", { types: state.setup.extensions.join(" "), size }), input),
    said);
  card.addEventListener("dragover", (event) => { event.preventDefault(); card.classList.add("sq-over"); });
  card.addEventListener("dragleave", () => card.classList.remove("sq-over"));
  card.addEventListener("drop", (event) => {
    event.preventDefault();
    card.classList.remove("sq-over");
    uploadAll(event.dataTransfer.files, said);
  });
  return card;
}

async function uploadAll(files, said) {
  const lines = [];
  for (const file of files) {
    const added = await upload(file);
    const line = added.source
      ? h("li", { class: "sq-good" }, t("uploaded", { name: added.source }))
      : h("li", { class: "sq-bad" }, t("not_uploaded", { name: file.name, reason: added.error.text }));
    lines.push(line);
    said.append(line);
  }
  state.uploads = lines;
  if (lines.some((line) => line.classList.contains("sq-good"))) await refresh();
}

async function upload(file) {
  const size = Math.floor(state.setup.most_bytes / 2 ** 20);
  if (file.size > state.setup.most_bytes) return { error: { text: t("too_large", { size }) } };
  try {
    const base = document.baseURI.replace(/[?#].*$/, "").replace(/[^/]*$/, "");
    const target = new URL(state.setup.upload.replace(/^\//, ""), base);
    target.searchParams.set("name", file.name);
    target.searchParams.set("speaks", state.language);
    const answer = await fetch(target, { method: "POST", body: file, headers: { "Content-Type": "application/octet-stream" } });
    return await answer.json();
  } catch {
    return { error: { text: t("lost") } };
  }
}

// -- keys and beginning -------------------------------------------------------------------------

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !ui.document?.hidden) {
    event.preventDefault();
    closeDocument(true);
  } else if (event.key === "/" && !event.target.closest?.("input, textarea, select")) {
    event.preventDefault();
    showTab("ask");
    ui.box.select();
  }
});

(async () => {
  const setup = await call("start", { languages: [...navigator.languages] });
  if (setup.error) {
    root.replaceChildren(h("p", { role: "alert", lang: setup.error.language }, setup.error.text));
    return;
  }
  state.setup = setup;
  state.words = setup.words;
  state.language = setup.language;
  state.locale = navigator.languages.find((tag) => tag.split("-")[0] === setup.language) ?? setup.language;
  buildFrame();
  window.addEventListener("popstate", readAddress);
  readAddress();
  watch();
})();
