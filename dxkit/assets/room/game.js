"use strict";
// A plan waits in this phone's own store until the laptop has said that it is kept.
const byId = (id) => document.getElementById(id);
const POLL_MS = 3000, WAIT_MS = 8000, APART = 26;
let memory = {}, state = null, plan = [], zoom = 1, drawn = "";
function read(name, otherwise) {
  try { return JSON.parse(localStorage.getItem("room." + name)) ?? otherwise; } catch { return memory[name] ?? otherwise; }
}
function keep(name, value) {
  memory[name] = value;
  try { localStorage.setItem("room." + name, JSON.stringify(value)); } catch { /* this page's memory has it */ }
}
function say(text, look) { byId("status").textContent = text; document.body.className = look || ""; }
function make(kind, text, name) {
  const part = document.createElement(kind);
  if (text !== undefined) part.textContent = text;
  if (name) part.className = name;
  return part;
}
async function ask(path, body) {
  const stop = new AbortController(), timer = setTimeout(() => stop.abort(), WAIT_MS);
  const headers = { "X-Room-Token": read("token", "") };
  if (body) headers["Content-Type"] = "application/json";
  try {
    const answer = await fetch(path, { method: body ? "POST" : "GET", headers, body: body && JSON.stringify(body), signal: stop.signal, cache: "no-store", credentials: "omit" });
    return { status: answer.status, said: await answer.json() };
  } finally { clearTimeout(timer); }
}
// places nearer than a fingertip are moved apart; a line shows where each belongs
function spread(sites, width, height) {
  const spots = sites.map((site) => ({ x: site.x * width, y: site.y * height }));
  const edge = APART / 2;
  for (let round = 0; round < 300; round += 1) {
    let moved = false;
    for (let i = 0; i < spots.length; i += 1) for (let j = 0; j < i; j += 1) {
      let dx = spots[i].x - spots[j].x, dy = spots[i].y - spots[j].y;
      const far = Math.hypot(dx, dy);
      if (far >= APART) continue;
      // places on one spot go apart in a direction of their own
      if (far < 0.01) { dx = Math.cos(i); dy = Math.sin(i); }
      const push = (APART + 0.2 - far) / 2 / Math.max(Math.hypot(dx, dy), 0.01);
      spots[i].x += dx * push; spots[i].y += dy * push; spots[j].x -= dx * push; spots[j].y -= dy * push;
      moved = true;
    }
    for (const spot of spots) { spot.x = Math.min(width - edge, Math.max(edge, spot.x)); spot.y = Math.min(height - edge, Math.max(edge, spot.y)); }
    if (!moved) break;
  }
  return spots;
}
function toggle(base) {
  if (state.shown) return;
  plan = plan.includes(base) ? plan.filter((name) => name !== base) : plan.length < state.count ? [...plan, base] : plan;
  keep("game.plan", plan);
  mark();
}
function mark() {
  for (const button of document.querySelectorAll("button[data-base]")) {
    const place = plan.indexOf(button.dataset.base);
    button.setAttribute("aria-pressed", place >= 0);
    if (button.parentElement.id === "board") button.textContent = place >= 0 ? place + 1 : "";
  }
  const names = new Map(state.sites.map((site) => [site.base, site.name]));
  byId("chosen").replaceChildren(...plan.map((base) => make("li", names.get(base))));
  byId("send").disabled = plan.length !== state.count;
}
function drawBoard() {
  const board = byId("board"), picture = byId("picture");
  board.style.width = zoom * 100 + "%";
  const width = board.clientWidth, height = picture.clientHeight;
  if (!height) return;
  for (const part of board.querySelectorAll("button, svg")) part.remove();
  const spots = spread(state.sites, width, height), space = "http://www.w3.org/2000/svg", lines = document.createElementNS(space, "svg");
  state.sites.forEach((site, i) => {
    const line = document.createElementNS(space, "line");
    for (const [name, value] of [["x1", site.x * width], ["y1", site.y * height], ["x2", spots[i].x], ["y2", spots[i].y]]) line.setAttribute(name, value);
    lines.append(line);
    const button = make("button");
    button.type = "button"; button.dataset.base = site.base; button.setAttribute("aria-label", site.name); button.title = site.name;
    button.style.left = spots[i].x + "px"; button.style.top = spots[i].y + "px";
    button.addEventListener("click", () => toggle(site.base));
    board.append(button);
  });
  board.insertBefore(lines, picture.nextSibling);
  for (const button of document.querySelectorAll("[data-zoom]")) button.setAttribute("aria-pressed", Number(button.dataset.zoom) === zoom);
  mark();
}
function drawList() {
  byId("list").replaceChildren(...state.sites.map((site) => {
    const button = make("button", site.name);
    button.type = "button"; button.dataset.base = site.base;
    button.addEventListener("click", () => toggle(site.base));
    return button;
  }));
}
const percent = (share) => share === null || share === undefined ? "—" : (share * 100).toFixed(1) + "%";
function drawScore(row) {
  const box = make("section", undefined, row.plan.startsWith("最適") ? "score best" : "score"), list = make("dl");
  const parts = [["届く人", `${Math.round(row.people).toLocaleString("ja-JP")}人（${percent(row.share)}）`], ["遠い人のうち", percent(row.need_share)], ["届く割合がいちばん低い市町", percent(row.worst_share)]];
  if (row.days_share !== null) parts.push(["飛べる日の割合", percent(row.days_share)]);
  for (const [name, value] of parts) list.append(make("dt", name), make("dd", value));
  box.append(make("h3", row.plan), make("p", row.names.join("、"), "hint"), list);
  return box;
}
function draw() {
  byId("title").textContent = state.title;
  byId("source").textContent = state.source;
  if (state.shown && byId("result").hidden) scrollTo(0, 0);
  byId("play").hidden = state.shown; byId("result").hidden = !state.shown;
  if (state.shown) { say(""); byId("scores").replaceChildren(...state.scores.map(drawScore)); return; }
  byId("ask").textContent = `地図の丸を押して、拠点を${state.count}か所置いてください（1か所から${state.range_km.toFixed(1)} kmまで届きます）。ほかのグループの案と最適は、全部のグループが記録するまで出ません。`;
  byId("waiting").textContent = `記録したグループ ${state.recorded.length} / ${state.groups.length}${state.recorded.length ? "（" + state.recorded.join("、") + "）" : ""}`;
  const now = JSON.stringify([state.sites, state.groups]);
  if (now !== drawn) {
    drawn = now;
    byId("group").replaceChildren(...["", ...state.groups].map((group) => { const option = make("option", group || "グループを選ぶ"); option.value = group; return option; }));
    byId("group").value = state.group ?? read("game.group", "");
    if (!plan.length && state.plan) plan = state.plan;
    plan = plan.filter((base) => state.sites.some((site) => site.base === base)).slice(0, state.count);
    byId("picture").onload = drawBoard;
    byId("picture").src = state.picture;
    drawList();
    mark();
  }
}
async function refresh() {
  try {
    const { status, said } = await ask("game/state");
    if (status === 200) { state = said; draw(); }
    else if (status === 401) say("先に、会議の画面でコードを入れて参加してください。", "refused");
    else say(said.error || "つながりません。", "waiting");
  } catch { say("つながっていません。置いた場所はこの端末に残っています。", "waiting"); }
}
async function send() {
  const group = byId("group").value;
  if (!group) { say("グループを選んでください。", "refused"); return; }
  try {
    const { status, said } = await ask("game/place", { group, bases: plan });
    if (status === 200) say("記録しました。全部のグループが記録するまでは、置き直して、もう一度記録できます。");
    else say(said.error || "記録できませんでした。", "refused");
  } catch { say("つながっていません。もう一度「この案を記録」を押してください。", "waiting"); return; }
  await refresh();
}
plan = read("game.plan", []);
byId("send").addEventListener("click", send);
byId("group").addEventListener("change", () => keep("game.group", byId("group").value));
for (const button of document.querySelectorAll("[data-zoom]")) button.addEventListener("click", () => { zoom = Number(button.dataset.zoom); drawBoard(); });
addEventListener("resize", () => state && !state.shown && drawBoard());
refresh();
setInterval(refresh, POLL_MS);
