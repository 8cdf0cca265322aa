"use strict";
// What all pages of the room share, served before each page's own script: parts of a page, a request with a limit of time,
// and a focus that outlives what is drawn anew.
const byId = (id) => document.getElementById(id);
const REQUEST_MS = 8000, NAME_LENGTH = 60;

function make(kind, text, name) {
  const part = document.createElement(kind);
  if (text !== undefined) part.textContent = text;
  if (name) part.className = name;
  return part;
}
// an answer whose body is no JSON is an empty one; a connection that breaks off is no answer at all
async function readJson(answer) {
  try { return await answer.json(); } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
async function ask(path, { headers = {}, body, wait = REQUEST_MS, read = readJson } = {}) {
  const stop = new AbortController(), timer = setTimeout(() => stop.abort(), wait);
  const isPlain = body !== undefined && !(body instanceof Blob);
  try {
    const answer = await fetch(path, {
      method: body === undefined ? "GET" : "POST", headers: isPlain ? { "Content-Type": "application/json", ...headers } : headers,
      body: isPlain ? JSON.stringify(body) : body, signal: stop.signal, cache: "no-store", credentials: "omit",
    });
    return { status: answer.status, said: await read(answer) };
  } finally { clearTimeout(timer); }
}

const isShown = (part) => Boolean(part) && part !== document.body && part.isConnected && !part.disabled && part.getClientRects().length > 0;
// the focus rests on a row or a section, never on another button: Enter pressed once more does nothing there
function rest(place) {
  if (!place) return;
  if (!place.hasAttribute("tabindex")) place.tabIndex = -1;
  if (!place.hasAttribute("aria-label")) place.setAttribute("aria-label", (place.querySelector("h1, h2, h3") ?? place.querySelector("p, b, span") ?? place).textContent.trim().slice(0, NAME_LENGTH));
  place.focus({ preventScroll: place.tagName !== "LI" });
}
// parts that are drawn anew: the focus goes to the control of the same name (data-focus), else to its row (data-row), else to
// the row that has come into its place
function replaceParts(box, parts) {
  const active = document.activeElement, place = [...box.children].findIndex((row) => row.contains(active));
  const name = active.dataset.focus, owner = box.children[place]?.dataset.row;
  box.replaceChildren(...parts);
  if (place < 0) return;
  const rows = [...box.children], same = name && [...box.querySelectorAll("[data-focus]")].find((part) => part.dataset.focus === name);
  if (isShown(same)) same.focus({ preventScroll: true });
  else rest(rows.find((row) => owner !== undefined && row.dataset.row === owner) ?? rows[Math.min(place, rows.length - 1)] ?? box.closest("section, main"));
}
// what had the focus may be gone, hidden or at rest after a change: the nearest part around it takes it
function keepFocus(change) {
  const before = document.activeElement, around = [];
  for (let part = before; part && part !== document.body; part = part.parentElement) around.push(part);
  change();
  const active = document.activeElement;
  if (!around.length || isShown(before) || active !== before && isShown(active)) return;
  rest(around.find((part) => part.matches("li, section, form, main") && isShown(part)) ?? document.querySelector("main:not([hidden])"));
}
