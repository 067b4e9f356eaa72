// The address of a question: it holds the question and its filters, so it can be sent or kept.

const PARAMETERS = { pattern: "in", language: "lang", since: "since", until: "until" };

// Return the address of a question with its filters; of the empty question, that of the page.
export function addressOf(question, filters, href) {
  const url = new URL(href ?? window.location.href);
  url.search = "";
  url.hash = "";
  if (!question) return url;
  url.searchParams.set("q", question);
  for (const [name, parameter] of Object.entries(PARAMETERS)) {
    if (filters[name]) url.searchParams.set(parameter, filters[name]);
  }
  return url;
}

// Return the question and the filters of an address; what it lacks is empty.
export function readAddress(href) {
  const given = new URL(href ?? window.location.href).searchParams;
  const filters = Object.entries(PARAMETERS).map(([name, key]) => [name, given.get(key) ?? ""]);
  return { question: given.get("q") ?? "", filters: Object.fromEntries(filters) };
}
