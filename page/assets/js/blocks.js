// Cut the text of a document into blocks: the browser lays out a block when it is scrolled to.

import { h, marked } from "./dom.js";
import { t } from "./words.js";

const BLOCK = 4000;
const MAX_BLOCK = 20000;
const FIRST_HALF_OF_CHARACTER = /[\ud800-\udbff]/;

// Return the elements of a document; a piece named `page` holds the number of a page.
export function documentBlocks(pieces) {
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
        if (size > MAX_BLOCK || (size > BLOCK && part.endsWith("\n"))) begin();
      }
    }
  }
  return blocks;
}

// Cut a text into parts that end with a line where there is one; joined they are the text again.
export function* cut(text) {
  let start = 0;
  while (start < text.length) {
    const end = endOfPart(text, start);
    yield text.slice(start, end);
    start = end;
  }
}

function endOfPart(text, start) {
  const wished = start + BLOCK;
  if (wished >= text.length) {
    // a passage goes on in the last line: keep that line with it
    const line = text.lastIndexOf("\n", text.length - 1) + 1;
    return line > start && line < text.length ? line : text.length;
  }
  const line = text.indexOf("\n", wished);
  if (line >= 0 && line - start < MAX_BLOCK) return line + 1;
  const end = Math.min(text.length, start + MAX_BLOCK);
  return FIRST_HALF_OF_CHARACTER.test(text[end - 1]) ? end + 1 : end;
}
