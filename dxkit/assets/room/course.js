"use strict";
// The course around its pages. A page stands in a frame that is cut off from network and storage; it may say three things:
// what to remember, which exercise stands how, which page to open. Reports leave only while 共有する holds.
const RETRY_MS = 5000, JOIN_MS = 2000, MOST_WAITING = 50, LONGEST_NAME = 64, LONGEST_VALUE = 2000, MOST_REMEMBERED = 500;
const SHARING = "共有しています。", NOT_SHARING = "いまは、何も送っていません。", UNREACHABLE = "会場に届きません。練習はこのまま続けられます。";
let folder = "", pages = [], towns = [], frame = null, shown = "", busy = false, volatile = {};

function read(name, otherwise) {
  // what could not be stored is newer than what is
  if (name in volatile) return volatile[name];
  try { return JSON.parse(localStorage.getItem(name)) ?? otherwise; } catch { return otherwise; }
}
function keep(name, value) {
  try { localStorage.setItem(name, JSON.stringify(value)); delete volatile[name]; } catch { volatile[name] = value; /* it holds until the window is closed */ }
}
let token = read("course.token", ""), queue = read("course.queue", []), card = "";
// the same as on the page for votes; there it votes, here it only reads
let device = read("room.device", "");
if (!device) {
  device = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  keep("room.device", device);
}
const today = () => new Date().toLocaleDateString("sv-SE", { timeZone: "Asia/Tokyo" });
const isSharing = () => Boolean(token) && read("course.share", "") === today();

function say(text) { byId("status").textContent = text; }
const askRoom = (path, body) => ask(path, { headers: { "X-Room-Token": token }, body });

// ---------- the door
function showDoor(words = "") {
  for (const id of ["bar", "course", "place", "terms"]) byId(id).hidden = true;
  byId("door").hidden = false;
  say(words);
  byId("code").focus();
}
async function join(way) {
  try {
    const { status, said } = await askRoom("join", { ...way, device, reader: true });
    // a crowd at the door: this computer knocks again by itself, unless somebody types
    if (status === 429 && !("code" in way)) { say(said.error); setTimeout(() => join(way), JOIN_MS + Math.random() * JOIN_MS); return; }
    if (status !== 200) { showDoor(said.error || "入れませんでした。"); return; }
    if (said.meeting !== read("course.meeting", "")) { keep("course.share", ""); queue = []; keep("course.queue", queue); }
    token = said.token;
    keep("course.token", token); keep("course.meeting", said.meeting);
    await enter();
  } catch { showDoor("つながりません。ネットワークを確かめて、もう一度押してください。"); }
}
// a token of an earlier meeting gives way to the link that has just been opened
async function enter(way = {}) {
  const again = () => setTimeout(() => enter(way), RETRY_MS);
  try {
    const { status, said } = await askRoom("course/list");
    if (status === 401) {
      token = ""; keep("course.token", "");
      if (Object.keys(way).length) join(way); else showDoor();
      return;
    }
    if (status !== 200) { say(said.error || UNREACHABLE); again(); return; }
    ({ folder, pages, towns } = said);
  } catch { say(UNREACHABLE); again(); return; }
  say("");
  byId("door").hidden = true;
  byId("bar").hidden = false;
  byId("none").hidden = pages.length > 0;
  byId("pages").replaceChildren(...pages.map(drawPage));
  byId("where").hidden = !towns.length;
  byId("town").replaceChildren(byId("town").options[0], ...towns.map((name) => new Option(name)));
  tell();
  open();
  flush();
}

// ---------- pages
// names in Japanese, or with a number sign
const escapeAddress = (address) => address.split("/").map(encodeURIComponent).join("/");
function readAddress(text) {
  try { return decodeURIComponent(text); } catch { return text; }
}
function drawPage(page) {
  const row = document.createElement("li"), link = document.createElement("a"), minutes = document.createElement("span");
  link.href = "#/" + escapeAddress(page.address);
  link.append(page.question);
  minutes.textContent = page.minutes;
  link.append(minutes);
  row.append(link);
  return row;
}
// the page whose address stands behind #/, or the list
function open() {
  if (!folder) return;
  const address = location.hash.startsWith("#/") ? readAddress(location.hash.slice(2)) : "";
  byId("course").hidden = Boolean(address);
  byId("town").value = read("course.memory", {}).town ?? "";
  byId("place").hidden = !address;
  if (address === shown && frame) return;
  shown = address;
  frame?.remove();
  frame = null;
  if (!address) { document.title = "研修の教材"; return; }
  frame = document.createElement("iframe");
  frame.title = pages.find((page) => page.address === address)?.question ?? "教材";
  document.title = frame.title;
  frame.setAttribute("sandbox", "allow-scripts allow-forms");
  // what the page remembered, handed over with its window
  frame.name = JSON.stringify(read("course.memory", {}));
  frame.src = folder + escapeAddress(address);
  byId("place").append(frame);
}
function follow(target) {
  const at = new URL(target, new URL(escapeAddress(shown), "http://page/"));
  if (at.host !== "page") { say(`外のページ（${at.href}）は、ここからは開きません。`); return; }
  const address = at.pathname.slice(1);
  location.hash = address === "index.html" ? "#/" : "#/" + address;
}
function remember([name, value]) {
  const text = JSON.stringify(value), memory = read("course.memory", {});
  if (typeof name !== "string" || name.length > LONGEST_NAME || !text || text.length > LONGEST_VALUE) return;
  if (!(name in memory) && Object.keys(memory).length >= MOST_REMEMBERED) return;
  keep("course.memory", { ...memory, [name]: value });
  if (name === "town") byId("town").value = value;
}
addEventListener("message", ({ source, data }) => {
  if (!frame || source !== frame.contentWindow || typeof data !== "object" || data === null) return;
  if (Array.isArray(data.keep)) remember(data.keep);
  if (typeof data.exercise === "object" && data.exercise) report({ exercise: { id: String(data.exercise.id), state: data.exercise.state === "solved" ? "solved" : "tried" } });
  if (typeof data.open === "string") follow(data.open);
});
addEventListener("hashchange", open);

byId("town").addEventListener("change", () => remember(["town", byId("town").value]));

// ---------- reports
function tell() {
  const sharing = isSharing();
  for (const button of document.querySelectorAll("[data-card]")) {
    button.disabled = !sharing;
    button.setAttribute("aria-pressed", String(sharing && card === button.dataset.card && card !== ""));
  }
  byId("share").textContent = sharing ? "共有しています" : "進行役と共有する";
}
function report(words) {
  if (!isSharing()) return;
  queue = [...queue, words].slice(-MOST_WAITING);
  keep("course.queue", queue);
  flush();
}
// consent holds for a day: of what waits since then, only the word that sharing has ended may go
function dropReports() {
  queue = queue.filter(({ share }) => share === false);
  keep("course.queue", queue);
}
async function flush() {
  if (busy) return;
  busy = true;
  while (queue.length && token) {
    if (!isSharing()) dropReports();
    if (!queue.length) break;
    const first = queue[0];
    let answer = null;
    try { answer = await askRoom("progress", first); } catch { /* out of reach */ }
    if (answer?.status === 401) { token = ""; keep("course.token", ""); break; }
    if (!answer || answer.status === 429 || answer.status >= 500) { say(UNREACHABLE); setTimeout(flush, RETRY_MS); break; }
    if (byId("status").textContent === UNREACHABLE) say("");
    // whoever has ended sharing meanwhile has emptied the queue
    if (queue[0] === first) queue = queue.slice(1);
    keep("course.queue", queue);
  }
  busy = false;
  if (!token) showDoor();
}
byId("share").addEventListener("click", () => {
  byId("terms").hidden = !byId("terms").hidden;
  byId("share").setAttribute("aria-expanded", String(!byId("terms").hidden));
  if (!byId("terms").hidden) byId("begin").focus();
});
function close() {
  byId("terms").hidden = true;
  byId("share").setAttribute("aria-expanded", "false");
  byId("share").focus();
}
byId("begin").addEventListener("click", () => {
  keep("course.share", today());
  report({ share: true });
  say(SHARING);
  tell();
  close();
});
byId("end").addEventListener("click", () => {
  const wasSharing = isSharing();
  queue = [];
  card = "";
  if (wasSharing) report({ share: false });
  keep("course.share", "");
  say(NOT_SHARING);
  tell();
  close();
});
for (const button of document.querySelectorAll("[data-card]")) {
  button.addEventListener("click", () => {
    card = button.dataset.card;
    report({ card });
    say(`「${button.textContent}」を送りました。`);
    tell();
  });
}

// the next person at this computer inherits neither answers nor consent
byId("erase").addEventListener("click", () => {
  if (!confirm("このPCに残っている答え・市町・共有のしるしを消します。よろしいですか。")) return;
  queue = []; token = "";
  try {
    for (const name of Object.keys(localStorage)) if (name.startsWith("course.") || name === "room.device") localStorage.removeItem(name);
  } catch { /* nothing is stored */ }
  location.replace(location.pathname);
});

byId("join").addEventListener("submit", (event) => {
  event.preventDefault();
  const typed = byId("code").value, plain = typed.normalize("NFKC").replace(/[^0-9A-Za-z]/g, "");
  join(plain.length === 12 ? { ticket: plain } : { code: typed });
});
function start() {
  const parts = new URLSearchParams(location.hash.slice(1)), way = {};
  for (const name of ["key", "ticket", "code"]) if (parts.get(name)) way[name] = parts.get(name);
  // the secret does not stay in the address bar, where others see it
  if (Object.keys(way).length) history.replaceState(null, "", location.pathname);
  if (token) enter(way);
  else if (Object.keys(way).length) join(way);
  else showDoor();
}
start();
