// What the browser keeps between visits: the questions asked before and the colours chosen.

const HISTORY_KEY = "seedqa.questions";
const THEME_KEY = "seedqa.theme";
const MAX_HISTORY = 20;

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

export function keptQuestions() {
  return recall(HISTORY_KEY, []);
}

export function keepQuestion(question) {
  const others = keptQuestions().filter((one) => one !== question);
  remember(HISTORY_KEY, [question, ...others].slice(0, MAX_HISTORY));
}

export function forgetQuestions() {
  remember(HISTORY_KEY, []);
}

export function keptTheme() {
  return recall(THEME_KEY, "auto");
}

export function keepTheme(theme) {
  remember(THEME_KEY, theme);
}
