"use strict";
// What is entered waits in this phone's own store until the laptop has said that it is kept; a retry carries the same id.
const byId = (id) => document.getElementById(id);
const SCALE = [[-2, "反対"], [-1, "やや反対"], [0, "どちらでもない"], [1, "やや賛成"], [2, "賛成"]];
const WAIT_MS = 8000, POLL_MS = 8000, SLOWEST_MS = 15000;
let busy = false, pause = 1000, shown = "";

function read(name, otherwise) {
  try { return JSON.parse(localStorage.getItem("room." + name)) ?? otherwise; } catch { return otherwise; }
}
function keep(name, value) {
  try { localStorage.setItem("room." + name, JSON.stringify(value)); } catch { say("この端末には記録を置けません。画面を閉じずにお待ちください。", "waiting"); }
}
let token = read("token", ""), queue = read("queue", []), mine = read("mine", {});

function freshId() {
  // crypto.randomUUID is missing on plain http
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
function say(text, state) {
  byId("status").textContent = text;
  document.body.className = state || "";
}
async function ask(path, body) {
  const stop = new AbortController(), timer = setTimeout(() => stop.abort(), WAIT_MS);
  const headers = { "X-Room-Token": token };
  if (body) headers["Content-Type"] = "application/json";
  try {
    const answer = await fetch(path, { method: body ? "POST" : "GET", headers, body: body && JSON.stringify(body), signal: stop.signal, cache: "no-store", credentials: "omit" });
    let said = {};
    try { said = await answer.json(); } catch { /* an empty answer */ }
    return { status: answer.status, said };
  } finally { clearTimeout(timer); }
}
function show(place) {
  byId("door").hidden = place !== "door";
  byId("room").hidden = place !== "room";
}

async function join(code) {
  try {
    const { status, said } = await ask("join", { code });
    if (status !== 200) { show("door"); say(said.error || "参加できませんでした。", "refused"); return; }
    if (said.meeting !== read("meeting", "")) { queue = []; mine = {}; keep("queue", queue); keep("mine", mine); }
    token = said.token;
    keep("token", token); keep("meeting", said.meeting);
    await refresh();
    flush();
  } catch { show("door"); say("つながりません。Wi-Fi を確かめて、もう一度押してください。", "waiting"); }
}

function drawItem(item) {
  const row = document.createElement("li"), name = document.createElement("p"), scale = document.createElement("div");
  name.className = "item"; name.textContent = item.label; name.id = "label-" + item.key;
  scale.className = "scale"; scale.setAttribute("role", "radiogroup"); scale.setAttribute("aria-labelledby", name.id);
  for (const [value, word] of SCALE) {
    const button = document.createElement("button"), small = document.createElement("small");
    button.type = "button"; button.setAttribute("role", "radio"); button.dataset.value = value; button.dataset.item = item.key;
    button.textContent = value > 0 ? "+" + value : String(value).replace("-", "−");
    small.textContent = word;
    button.append(small);
    button.addEventListener("click", () => enter("vote", { item: item.key, value }));
    scale.append(button);
  }
  scale.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key], all = [...scale.children];
    if (step) all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
  });
  row.append(name, scale);
  return row;
}
function mark() {
  const waiting = new Set(queue.filter((job) => job.path === "vote").map((job) => job.body.item));
  for (const button of document.querySelectorAll(".scale button")) {
    const chosen = mine[button.dataset.item] === Number(button.dataset.value);
    button.setAttribute("aria-checked", chosen);
    button.classList.toggle("unsent", chosen && waiting.has(button.dataset.item));
  }
}
function draw(state) {
  const now = JSON.stringify([state.title, state.items]);
  byId("title").textContent = state.title;
  if (now !== shown) byId("items").replaceChildren(...state.items.map(drawItem));
  shown = now;
  byId("notes").replaceChildren(...state.notes.map((note) => {
    const row = document.createElement("li");
    if (note.title || note.group) { const head = document.createElement("b"); head.textContent = note.title || note.group; row.append(head); }
    row.append(note.text);
    return row;
  }));
  mark();
}
async function refresh() {
  if (!token) return;
  try {
    const { status, said } = await ask("state");
    if (status === 200) { draw(said); show("room"); tell(); }
    if (status === 401) { token = ""; keep("token", ""); start(); }
  } catch { tell(true); }
}

function tell(offline) {
  if (queue.length) say(`まだ送れていません（${queue.length}件）。つながりしだい自動で送ります。このまま操作できます。`, "waiting");
  else if (offline) say("つながっていません。入力すると、つながりしだい送ります。", "waiting");
  else say(Object.keys(mine).length ? "すべて送信しました。" : "");
}
function enter(path, body) {
  queue.push({ path, body: { ...body, id: freshId() } });
  keep("queue", queue);
  if (path === "vote") { mine[body.item] = body.value; keep("mine", mine); }
  mark();
  flush();
}
async function flush() {
  if (busy || !token) return;
  busy = true;
  let trouble = "", refusal = "";
  while (queue.length && !trouble) {
    try {
      const { status, said } = await ask(queue[0].path, queue[0].body);
      if (status === 200) { queue.shift(); pause = 1000; }
      else if ([400, 413].includes(status)) { queue.shift(); refusal = said.error || "送れない内容でした。"; }
      else if (status === 401) { token = ""; keep("token", ""); trouble = "door"; }
      else trouble = said.error || "wait";
    } catch { trouble = "wait"; }
    keep("queue", queue);
    mark();
  }
  busy = false;
  tell();
  if (refusal) say(refusal, "refused");
  if (trouble === "door") { start(); return; }
  if (trouble) {
    if (trouble !== "wait") say(`${trouble}（未送信 ${queue.length}件は、この端末に残っています）`, "waiting");
    setTimeout(flush, pause);
    pause = Math.min(pause * 2, SLOWEST_MS);
  } else refresh();
}

function start() {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  // the code does not stay in the address bar, where others see it
  if (code) history.replaceState(null, "", location.pathname);
  if (token) { refresh(); flush(); } else if (code) join(code); else show("door");
}
byId("join").addEventListener("submit", (event) => { event.preventDefault(); join(byId("code").value); });
byId("card").addEventListener("submit", (event) => {
  event.preventDefault();
  enter("note", { text: byId("text").value, group: byId("group").value });
  byId("text").value = "";
});
window.addEventListener("online", flush);
setInterval(() => { if (!document.hidden && !busy) { refresh(); flush(); } }, POLL_MS);
start();
