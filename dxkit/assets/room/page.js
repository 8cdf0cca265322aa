"use strict";
// What is entered waits in this phone's own store until the laptop has said that it is kept; a retry carries the same id.
const POLL_MS = 4000, SLOWEST_MS = 15000, JOIN_MS = 2000;
let busy = false, pause = 1000, shown = "", scale = [], memory = {};

function read(name, otherwise) {
  try { return JSON.parse(localStorage.getItem("room." + name)) ?? otherwise; } catch { return memory[name] ?? otherwise; }
}
function keep(name, value) {
  memory[name] = value;
  try { localStorage.setItem("room." + name, JSON.stringify(value)); } catch { say("この端末には記録を置けません。画面を閉じずにお待ちください。", "waiting"); }
}
let token = read("token", ""), queue = read("queue", []), mine = read("mine", {}), receipts = read("receipts", {});

function freshId() {
  // crypto.randomUUID is missing on plain http
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
// this phone's own secret, made before it first comes in: an answer that got lost makes no second phone of it
let device = read("device", "");
if (!device) { device = freshId(); keep("device", device); }

function say(text, state) {
  byId("status").textContent = text;
  document.body.className = state || "";
}
const askRoom = (path, body) => ask(path, { headers: { "X-Room-Token": token }, body });
function show(place) {
  keepFocus(() => {
    byId("door").hidden = place !== "door";
    byId("room").hidden = place !== "room";
  });
}

async function join(way) {
  try {
    const { status, said } = await askRoom("join", { ...way, device });
    // a crowd at the door: this phone knocks again by itself, unless somebody types
    if (status === 429 && !("code" in way)) { say(said.error, "waiting"); setTimeout(() => join(way), JOIN_MS + Math.random() * JOIN_MS); return; }
    if (status !== 200) { show("door"); say(said.error || "参加できませんでした。", "refused"); return; }
    if (said.meeting !== read("meeting", "")) { queue = []; mine = {}; receipts = {}; keep("queue", queue); keep("mine", mine); keep("receipts", receipts); }
    token = said.token;
    keep("token", token); keep("meeting", said.meeting); keep("way", way);
    await refresh();
    flush();
  } catch { show("door"); say("つながりません。Wi-Fi を確かめて、もう一度押してください。", "waiting"); }
}

function pick(item, value, text) {
  const button = make("button");
  button.type = "button"; button.setAttribute("role", "radio"); button.dataset.value = value; button.dataset.item = item.key;
  button.textContent = text;
  return button;
}
// arrows walk over the answers of a question, Tab goes to the next question
function arrows(group) {
  group.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key], all = [...group.querySelectorAll("button[data-item]")];
    if (!step || !all.length) return;
    event.preventDefault();
    all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
  });
  group.addEventListener("focusin", ({ target }) => { if (target.dataset.item) stopAt(group, target); });
}
function stopAt(group, button) { for (const part of group.querySelectorAll("button[data-item]")) part.tabIndex = part === button ? 0 : -1; }
function drawScale(item, group) {
  group.className = "scale";
  for (const [value, word] of scale) {
    const button = pick(item, value, value > 0 ? "+" + value : String(value).replace("-", "−"));
    // narrow buttons break lines where words end
    button.append(make("small", word.replace(/やや|どちら|でも/g, "$&\u200b")));
    button.addEventListener("click", () => enter("vote", { item: item.key, value }));
    group.append(button);
  }
}
function drawChoice(item, group) {
  group.className = "options";
  for (const option of item.options) {
    const button = pick(item, option, option);
    button.addEventListener("click", () => enter("vote", { item: item.key, option }));
    group.append(button);
  }
}
function drawRanking(item, group) {
  // tapped in order; a second tap on the last one takes it back
  group.className = "options";
  group.setAttribute("role", "group");
  const places = Math.min(3, item.options.length);
  for (const option of item.options) {
    const button = pick(item, option, option);
    button.setAttribute("role", "button");
    button.addEventListener("click", () => {
      const before = ranks[item.key] ?? mine[item.key] ?? [];
      const without = before.filter((name) => name !== option);
      ranks[item.key] = before.includes(option) ? without : before.length < places ? [...before, option] : [option];
      if (ranks[item.key].length === places) { enter("vote", { item: item.key, ranking: ranks[item.key] }); delete ranks[item.key]; }
      mark();
    });
    group.append(button);
  }
}
function drawText(item, group) {
  const form = make("form", undefined, "words"), field = make(item.kind === "words" ? "input" : "textarea"), send = make("button", "送る", "main");
  field.required = true; field.maxLength = item.kind === "words" ? 20 : 1000; field.setAttribute("aria-labelledby", "label-" + item.key); field.autocomplete = "off";
  send.type = "submit";
  form.append(field, send);
  form.addEventListener("submit", (event) => { event.preventDefault(); enter("vote", { item: item.key, text: field.value }); field.value = ""; });
  group.removeAttribute("role");
  group.append(form);
}
const ranks = {};
const DRAW = { scale: drawScale, choice: drawChoice, ranking: drawRanking, words: drawText, open: drawText };
const HINT = { ranking: "1位から順に押してください（3位まで）。押し直すと外れます。", words: "20文字まで。いくつでも送れます。", open: "いくつでも送れます。" };
function drawItem(item) {
  const row = make("li"), name = make("p", item.label, "item"), group = make("div");
  row.dataset.key = item.key;
  row.dataset.shape = JSON.stringify([item, scale]);
  name.id = "label-" + item.key;
  group.setAttribute("role", "radiogroup"); group.setAttribute("aria-labelledby", name.id);
  DRAW[item.kind](item, group);
  if (!["words", "open"].includes(item.kind)) arrows(group);
  stopAt(group, group.querySelector("button[data-item]"));
  row.append(name);
  if (HINT[item.kind]) row.append(make("p", HINT[item.kind], "hint"));
  row.append(group, make("p", "", "receipt"));
  return row;
}
function mark() {
  for (const row of byId("items").children) {
    const code = receipts[row.dataset.key];
    row.querySelector(".receipt").textContent = code ? `控え ${code}（会議の記録の控えの一覧にあれば、この票は数えられています）` : "";
  }
  const waiting = new Set(queue.filter((job) => job.path === "vote").map((job) => job.body.item));
  for (const button of document.querySelectorAll("#items button[data-item]")) {
    const key = button.dataset.item, answer = ranks[key] ?? mine[key];
    const place = Array.isArray(answer) ? answer.indexOf(button.dataset.value) : -1;
    const chosen = place >= 0 || String(answer) === button.dataset.value && !Array.isArray(answer);
    if (button.getAttribute("role") === "button") { button.setAttribute("aria-pressed", chosen); button.dataset.place = place >= 0 ? place + 1 + "位" : ""; }
    else button.setAttribute("aria-checked", chosen);
    button.classList.toggle("unsent", chosen && waiting.has(key));
    if (chosen && !button.parentElement.contains(document.activeElement)) stopAt(button.parentElement, button);
  }
}
// what is typed into a question, and the focus, outlive a question that comes in addition
function drawItems(items) {
  const box = byId("items"), before = new Map([...box.children].map((row) => [row.dataset.shape, row]));
  const rows = items.map((item) => before.get(JSON.stringify([item, scale])) ?? drawItem(item));
  for (const row of [...box.children]) if (!rows.includes(row)) row.remove();
  rows.forEach((row, place) => { if (box.children[place] !== row) box.insertBefore(row, box.children[place] ?? null); });
}
function drawNote(note) {
  const row = make("li"), head = note.title || note.group, supports = read("supports", []);
  if (head) row.append(make("b", head));
  row.append(note.text);
  const button = make("button", "", "support");
  button.type = "button"; button.dataset.focus = note.id;
  // it is not disabled: the focus of who uses keys would be lost
  const markSupport = (isDone) => { button.setAttribute("aria-disabled", isDone); button.textContent = isDone ? "支持しました" : "支持する"; };
  markSupport(supports.includes(note.id));
  button.addEventListener("click", () => {
    if (read("supports", []).includes(note.id)) return;
    keep("supports", [...read("supports", []), note.id]);
    markSupport(true);
    enter("support", { card: note.id });
  });
  row.append(button);
  if (note.support) row.append(make("small", `支持 ${note.support}`));
  return row;
}
function draw(state) { keepFocus(() => drawState(state)); }
function drawState(state) {
  scale = state.scale;
  const now = JSON.stringify([state.title, state.items]);
  byId("title").textContent = state.title;
  if (now !== shown) drawItems(state.items);
  shown = now;
  // the question on the projector stands first and alone
  for (const row of byId("items").children) row.hidden = state.current !== null && row.dataset.key !== state.current && !byId("all").checked;
  byId("all").parentElement.hidden = state.current === null;
  byId("closed").hidden = state.accepting;
  byId("game").hidden = !state.game;
  byId("moderated").hidden = !state.moderated;
  const notes = JSON.stringify(state.notes);
  if (byId("notes").dataset.shown !== notes) replaceParts(byId("notes"), state.notes.map(drawNote));
  byId("notes").dataset.shown = notes;
  mark();
}
let latest = null;
async function refresh() {
  if (!token) return;
  try {
    const { status, said } = await askRoom("state");
    if (status === 200) { latest = said; draw(said); show("room"); tell(); }
    if (status === 401) leave();
  } catch { tell(true); }
}
// the token of another meeting, or of one that was begun anew: the way in may still be known
function leave() {
  token = ""; keep("token", "");
  start();
}

function tell(offline) {
  if (queue.length) say(`まだ送れていません（${queue.length}件）。つながりしだい自動で送ります。このまま操作できます。`, "waiting");
  else if (offline) say("つながっていません。入力すると、つながりしだい送ります。", "waiting");
  else say(Object.keys(mine).length || read("sent", false) ? "すべて送信しました。" : "");
}
function enter(path, body) {
  queue.push({ path, body: { ...body, id: freshId() } });
  keep("queue", queue);
  keep("sent", true);
  const answer = body.value ?? body.option ?? body.ranking;
  if (path === "vote" && answer !== undefined) { mine[body.item] = answer; keep("mine", mine); }
  mark();
  flush();
}
async function flush() {
  if (busy || !token) return;
  busy = true;
  let trouble = "", refusal = "";
  while (queue.length && !trouble) {
    try {
      const { status, said } = await askRoom(queue[0].path, queue[0].body);
      if (status === 200) {
        const job = queue.shift();
        pause = 1000;
        if (said.receipt) { receipts[job.body.item] = said.receipt; keep("receipts", receipts); }
      }
      else if ([400, 413].includes(status)) { queue.shift(); refusal = said.error || "送れない内容でした。"; }
      else if (status === 401) trouble = "door";
      else trouble = said.error || "wait";
    } catch { trouble = "wait"; }
    keep("queue", queue);
    mark();
  }
  busy = false;
  tell();
  if (refusal) say(refusal, "refused");
  if (trouble === "door") { leave(); return; }
  if (trouble) {
    if (trouble !== "wait") say(`${trouble}（未送信 ${queue.length}件は、この端末に残っています）`, "waiting");
    setTimeout(flush, pause);
    pause = Math.min(pause * 2, SLOWEST_MS);
  } else refresh();
}

function start() {
  const parts = new URLSearchParams(location.hash.slice(1)), way = {};
  for (const name of ["key", "ticket", "code"]) if (parts.get(name)) way[name] = parts.get(name);
  // the secret does not stay in the address bar, where others see it
  if (location.hash) history.replaceState(null, "", location.pathname);
  if (token) { refresh(); flush(); }
  else if (Object.keys(way).length) join(way);
  else show("door");
}
byId("join").addEventListener("submit", (event) => {
  event.preventDefault();
  const typed = byId("code").value, plain = typed.normalize("NFKC").replace(/[^0-9A-Za-z]/g, "");
  join(plain.length === 12 ? { ticket: plain } : { code: typed });
});
byId("card").addEventListener("submit", (event) => {
  event.preventDefault();
  enter("note", { text: byId("text").value, group: byId("group").value });
  byId("text").value = "";
});
byId("test").addEventListener("click", async () => {
  const begun = performance.now();
  byId("tested").textContent = "確かめています…";
  try {
    const { status, said } = await askRoom("test", {});
    byId("tested").textContent = status === 200 ? `つながっています（${Math.round(performance.now() - begun)}ミリ秒）。確かめた端末は${said.tested}台です。` : said.error || "つながりません。係の人に知らせてください。";
  } catch { byId("tested").textContent = "つながりません。Wi-Fi を確かめ、係の人に知らせてください。"; }
});
byId("all").addEventListener("change", () => { if (latest) draw(latest); });
window.addEventListener("online", flush);
window.addEventListener("hashchange", start);
setInterval(() => { if (!document.hidden && !busy) { refresh(); flush(); } }, POLL_MS);
start();
