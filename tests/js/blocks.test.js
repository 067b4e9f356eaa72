import assert from "node:assert/strict";
import { test } from "node:test";
import { cut } from "../../page/assets/js/blocks.js";

const lengths = (text) => [...cut(text)].map((part) => part.length);

function assertJoined(text) {
  assert.equal([...cut(text)].join(""), text);
}

test("a short text is one part, and its last line another", () => {
  assert.deepEqual([...cut("")], []);
  assert.deepEqual([...cut("one")], ["one"]);
  assert.deepEqual([...cut("one\n")], ["one\n"]);
  assert.deepEqual([...cut("one\ntwo\nthree")], ["one\ntwo\n", "three"]);
});

test("a part ends with the first line that ends after 4,000 characters", () => {
  const text = `${"x".repeat(2999)}\n`.repeat(4);
  assert.deepEqual(lengths(text), [6000, 6000]);
  assertJoined(text);
});

test("a line without an end is cut at 20,000 characters", () => {
  const text = "x".repeat(50_001);
  assert.deepEqual(lengths(text), [20_000, 20_000, 10_001]);
  assertJoined(text);
});

test("a cut is never inside a character", () => {
  const text = `x${"🚲".repeat(20_000)}`;
  assert.deepEqual(lengths(text), [20_001, 20_000]);
  assertJoined(text);
  for (const part of cut(text)) assert.ok(part.isWellFormed());
});
