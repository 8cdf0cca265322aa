"use strict";
// A plan waits in this phone's own store until the laptop has said that it is kept.
const POLL_MS = 3000, THUMB = 44, CROWDED = 0.6;
let memory = {}, state = null, plan = [], zoom = 1, drawn = "";
function read(name, otherwise) {
  try { return JSON.parse(localStorage.getItem("room." + name)) ?? otherwise; } catch { return memory[name] ?? otherwise; }
}
function keep(name, value) {
  memory[name] = value;
  try { localStorage.setItem("room." + name, JSON.stringify(value)); } catch { /* this page's memory has it */ }
}
function say(text, look) { byId("status").textContent = text; document.body.className = look || ""; }
const askRoom = (path, body) => ask(path, { headers: { "X-Room-Token": read("token", "") }, body });
// places nearer than a thumb are moved apart; a line shows where each belongs
function spread(sites, width, height, apart) {
  const spots = sites.map((site) => ({ x: site.x * width, y: site.y * height }));
  const edge = apart / 2;
  for (let round = 0; round < 300; round += 1) {
    let moved = false;
    for (let i = 0; i < spots.length; i += 1) for (let j = 0; j < i; j += 1) {
      let dx = spots[i].x - spots[j].x, dy = spots[i].y - spots[j].y;
      const far = Math.hypot(dx, dy);
      if (far >= apart) continue;
      // places on one spot go apart in a direction of their own
      if (far < 0.01) { dx = Math.cos(i); dy = Math.sin(i); }
      const push = (apart + 0.2 - far) / 2 / Math.max(Math.hypot(dx, dy), 0.01);
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
    if (button.parentElement.id === "board") button.firstChild.textContent = place >= 0 ? place + 1 : "";
  }
  const names = new Map(state.sites.map((site) => [site.base, site.name]));
  byId("chosen").replaceChildren(...plan.map((base) => make("li", names.get(base))));
  byId("left").textContent = plan.length < state.count ? `あと${state.count - plan.length}か所` : "もう一度押すと外れます";
  byId("send").disabled = plan.length !== state.count;
}
// at first the whole map, or as much larger as a thumb needs
function chooseZoom() {
  const picture = byId("picture"), width = byId("frame").clientWidth;
  if (!picture.clientWidth) return zoom;
  // its laid-out sides: an SVG without width and height has no natural ones in some browsers
  const height = width * picture.clientHeight / picture.clientWidth;
  return [1, 2, 4].find((times) => fitTarget(times * width, times * height) >= THUMB) ?? 4;
}
// the side of a target: a thumb's, or less where so many places would not fit on the picture
function fitTarget(width, height) { return Math.min(THUMB, Math.sqrt(CROWDED * width * height / state.sites.length)); }
function drawBoard() {
  const board = byId("board"), picture = byId("picture");
  board.style.width = zoom * 100 + "%";
  const width = board.clientWidth, height = picture.clientHeight;
  if (!height) return;
  for (const part of board.querySelectorAll("button, svg, .town")) part.remove();
  const side = fitTarget(width, height), spots = spread(state.sites, width, height, side);
  board.style.setProperty("--side", side + "px");
  for (const town of state.towns) {
    const name = make("span", town.name, "town");
    name.style.left = town.x * 100 + "%"; name.style.top = town.y * 100 + "%";
    board.append(name);
  }
  const space = "http://www.w3.org/2000/svg", lines = document.createElementNS(space, "svg");
  state.sites.forEach((site, i) => {
    const line = document.createElementNS(space, "line");
    for (const [name, value] of [["x1", site.x * width], ["y1", site.y * height], ["x2", spots[i].x], ["y2", spots[i].y]]) line.setAttribute(name, value);
    lines.append(line);
    const button = make("button");
    button.append(make("span"));
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
    byId("picture").onload = () => { zoom = chooseZoom(); drawBoard(); };
    byId("picture").src = state.picture;
    drawList();
    mark();
  }
}
async function refresh() {
  try {
    const { status, said } = await askRoom("game/state");
    if (status === 200 && said.sites) { state = said; draw(); }
    else if (status === 401) say("先に、会議の画面でコードを入れて参加してください。", "refused");
    else say(said.error || "つながりません。", "waiting");
  } catch { say("つながっていません。置いた場所はこの端末に残っています。", "waiting"); }
}
async function send() {
  const group = byId("group").value;
  if (!group) { say("グループを選んでください。", "refused"); return; }
  try {
    const { status, said } = await askRoom("game/place", { group, bases: plan });
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
