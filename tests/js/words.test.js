import assert from "node:assert/strict";
import { test } from "node:test";
import { lineName, pageName, quotation } from "../../page/assets/js/facts.js";
import {
  dateName,
  languageName,
  numberName,
  percentName,
  speak,
  t,
} from "../../page/assets/js/words.js";

const WORDS = {
  also: "in {count} more, {count} in all",
  also_one: "in one more",
  line: "line {line}",
  lines: "lines {first}–{last}",
  page: "page {page}",
  pages: "pages {first}–{last}",
  quotation: "“{text}”",
  no_language: "unknown",
};

test("before the server sends its words, a name is its own word", () => {
  assert.equal(t("headline"), "headline");
  assert.equal(t("lost"), "The server does not answer.");
});

test("a word takes its values, and a count of one has its own form", () => {
  speak("en", WORDS, ["en-GB", "fr"]);
  assert.equal(t("also", { count: 2 }), "in 2 more, 2 in all");
  assert.equal(t("also", { count: 1 }), "in one more");
  assert.equal(t("line", { line: 1, count: 1 }), "line 1");
  assert.equal(t("line"), "line ");
});

test("dates, languages and numbers are named as the browser names them", () => {
  speak("en", WORDS, ["fr-FR", "en-GB"]);
  assert.equal(dateName("2020-01-17"), "17 January 2020");
  assert.equal(dateName("2020-01-17", "medium"), "17 Jan 2020");
  assert.equal(dateName("2020-13-01"), "2020-13-01");
  assert.equal(dateName(null), "");
  assert.equal(languageName("fr"), "French");
  assert.equal(languageName("und"), "unknown");
  assert.equal(languageName("not a code"), "not a code");
  assert.equal(numberName(12345), "12,345");
  assert.equal(percentName(0.5), "50%");
  speak("fr", WORDS, ["de"]);
  assert.equal(dateName("2020-01-17"), "17 janvier 2020");
});

test("a location names its lines, and its pages where there is more than one", () => {
  speak("en", WORDS, ["en-GB"]);
  assert.equal(lineName({ line: 5 }), "line 5");
  assert.equal(lineName({ line_start: 5, line_end: 5 }), "line 5");
  assert.equal(lineName({ line_start: 5, line_end: 9 }), "lines 5–9");
  assert.equal(pageName({ page: 3 }), "page 3");
  assert.equal(pageName({ page: 3, page_to: 3 }), "page 3");
  assert.equal(pageName({ page: 3, page_to: 4 }), "pages 3–4");
});

test("a quotation has its source, with pages rather than lines", () => {
  speak("en", WORDS, ["en-GB"]);
  const item = { title: "Title", source: "a.pdf", date: "2020-01-17", line_start: 5, page: null };
  assert.equal(quotation(" Words.\n", item), "“Words.”\n— Title, a.pdf, line 5, 17 January 2020");
  const pages = { title: "Title", source: "a.pdf", date: null, line_start: 5, page: 3, page_to: 4 };
  assert.equal(quotation("Words.", pages), "“Words.”\n— Title, a.pdf, pages 3–4");
});
