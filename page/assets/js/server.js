// The server functions of ui.py.

import { spokenLanguage, t } from "./words.js";

let functions = {};

export function connect(server) {
  functions = server;
}

// Call a server function; an error is a value, as from the server. Where there is no answer Gradio
// returns nothing.
export async function call(name, wanted) {
  const lost = { error: { text: t("lost") } };
  try {
    return (await functions[name]({ speaks: spokenLanguage(), ...wanted })) ?? lost;
  } catch {
    return lost;
  }
}
