import assert from "node:assert/strict";
import { test } from "node:test";
import { countChanges, shareDone } from "../../page/assets/js/status.js";

test("reading is a fifth of a rebuild, encoding is the rest", () => {
  const share = (phase, done, total) => shareDone({ phase, done, total });
  assert.equal(share("loading", 0, 0), 0);
  assert.equal(share("reading", 0, 0), 0);
  assert.equal(share("reading", 5, 10), 0.1);
  assert.equal(share("embedding", 0, 10), 0.2);
  assert.equal(share("embedding", 1, 4), 0.4);
  assert.equal(share("checking", 0, 0), 1);
});

test("changed and removed files count", () => {
  assert.equal(countChanges({ counts: { changed: 2, removed: 3, skipped: 7 } }), 5);
});
