// The words of the page in the language it speaks, and names of languages, dates and numbers in it.

const spoken = { words: { lost: "The server does not answer." }, language: "en", locale: "en" };

// Speak a language: its words come from the server, its form of dates from the browser.
export function speak(language, words, wished) {
  spoken.language = language;
  spoken.words = words;
  spoken.locale = wished.find((tag) => tag.split("-")[0] === language) ?? language;
}

export function spokenLanguage() {
  return spoken.language;
}

// Return the words of a name; `{key}` in them is replaced by a value, and a count of 1 has its own.
export function t(name, values) {
  const one = values?.count === 1 ? spoken.words[`${name}_one`] : null;
  const form = one || (spoken.words[name] ?? name);
  return form.replace(/\{(\w+)\}/g, (_, key) => String(values?.[key] ?? ""));
}

export function languageName(code) {
  if (!code || code === "und") return t("no_language");
  try {
    return new Intl.DisplayNames([spoken.locale], { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}

export function dateName(text, style) {
  if (!/^\d{4}-\d\d-\d\d/.test(text ?? "")) return text ?? "";
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  if (Number.isNaN(day.getTime())) return text;
  const options = { dateStyle: style ?? "long", timeZone: "UTC" };
  return new Intl.DateTimeFormat(spoken.locale, options).format(day);
}

export function momentName(text) {
  const moment = new Date(text);
  if (Number.isNaN(moment.getTime())) return text;
  const options = { dateStyle: "medium", timeStyle: "short" };
  return new Intl.DateTimeFormat(spoken.locale, options).format(moment);
}

export function numberName(count, options) {
  return new Intl.NumberFormat(spoken.locale, options).format(count);
}

export function percentName(share) {
  return numberName(share, { style: "percent" });
}
