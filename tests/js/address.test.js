import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf, readAddress } from "../../page/assets/js/address.js";
import { uploadAddress } from "../../page/assets/js/uploads.js";

const NO_FILTERS = { pattern: "", language: "", since: "", until: "" };

test("an address holds the question and the filters that are set", () => {
  const filters = { pattern: "notes/*.md", language: "en", since: "", until: "2020-12-31" };
  const { href } = addressOf("when & where?", filters, "http://one.example/qa/?q=before#top");
  assert.equal(
    href,
    "http://one.example/qa/?q=when+%26+where%3F&in=notes%2F*.md&lang=en&until=2020-12-31",
  );
  assert.deepEqual(readAddress(href), { question: "when & where?", filters });
});

test("the address of no question is that of the page", () => {
  const { href } = addressOf("", NO_FILTERS, "http://one.example/qa/?q=before&lang=en");
  assert.equal(href, "http://one.example/qa/");
  assert.deepEqual(readAddress(href), { question: "", filters: NO_FILTERS });
});

test("documents are sent below the folder of the page", () => {
  const sent = (page) => uploadAddress(page, "/seedqa/documents").href;
  assert.equal(sent("http://one.example/"), "http://one.example/seedqa/documents");
  assert.equal(sent("http://one.example/qa/?q=a/b#c"), "http://one.example/qa/seedqa/documents");
  assert.equal(sent("http://one.example/qa/page"), "http://one.example/qa/seedqa/documents");
});
