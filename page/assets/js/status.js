// The state of the index: asked for every few seconds, and changed by a rebuild.

import { call } from "./server.js";

const STATUS_MS = 2500;
const PROGRESS_MS = 400;
// Encoding takes most of a rebuild: its share of the whole, after reading.
const READING_SHARE = 0.2;

let current = null;
let follow = null;

const pause = (wait) => new Promise((resolve) => setTimeout(resolve, wait));

// Check the index as long as `page` is shown; `listener` gets each status and the one before, or an
// error.
export async function watchStatus(page, listener) {
  follow = listener;
  while (page.isConnected) {
    const wait = document.visibilityState === "visible" ? await checkStatus() : STATUS_MS;
    await pause(wait);
  }
}

// Return the last status, or ask for it where there is none.
export async function latestStatus() {
  const status = current ?? (await call("status"));
  if (!status.error) current = status;
  return status;
}

async function checkStatus() {
  const status = await call("status");
  const before = current;
  if (!status.error) current = status;
  await follow(status, before);
  return status.rebuild?.running ? PROGRESS_MS : STATUS_MS;
}

// Rebuild the index and return when it is done; the value is an error where it did not begin.
export async function refreshIndex() {
  const begun = await call("refresh");
  if (begun.error) return begun.error;
  await checkStatus();
  while (current?.rebuild.running) {
    await pause(PROGRESS_MS);
    await checkStatus();
  }
  return null;
}

export function countChanges({ counts }) {
  return counts.changed + counts.removed;
}

export function canRefresh() {
  return Boolean(current && countChanges(current) && !current.rebuild.running);
}

// Return how much of a rebuild is done, from 0 to 1.
export function shareDone({ phase, done, total }) {
  const share = total ? done / total : 0;
  if (phase === "checking") return 1;
  if (phase === "reading") return share * READING_SHARE;
  return phase === "embedding" ? READING_SHARE + share * (1 - READING_SHARE) : 0;
}
