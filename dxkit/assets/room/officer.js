"use strict";
// The officer's page: every button is one request, whose answer is the whole new state.
const POLL_MS = 2000, SEAL_MS = 90000;
let secret = "", state = null, drawn = {}, ends = null;

function button(text, action, body) {
  const part = make("button", text);
  part.type = "button"; part.dataset.focus = JSON.stringify([action, body]);
  part.addEventListener("click", () => act(action, body));
  return part;
}
// a seal may wait for a page that is open, and then clears memory
const askRoom = (path, body) => ask(path, { headers: { "X-Room-Key": secret }, body, wait: body?.action === "seal" ? SEAL_MS : REQUEST_MS });
function say(text, refused) {
  byId("status").textContent = text;
  document.body.className = refused ? "refused" : "";
}
async function act(action, body) {
  try {
    const { status, said } = await askRoom("officer/do", { action, ...body });
    if (status === 200) { draw(said); say(""); return true; }
    say(said.error || "できませんでした。もう一度押してください。", true);
  } catch { say("つながっていません。もう一度押してください。", true); }
  return false;
}
// a list is drawn again only when it has changed: else the focus would be lost every two seconds
function renew(id, content, parts) {
  const text = JSON.stringify(content);
  if (drawn[id] === text) return;
  drawn[id] = text;
  replaceParts(byId(id), parts());
}
function fill(id, value) {
  // what is being typed is not overwritten
  if (document.activeElement !== byId(id) && !byId(id).dataset.typed) byId(id).value = value ?? "";
}
function drawStep(entry) {
  const row = make("li"), part = button(entry.label, "go", { step: entry.step });
  part.setAttribute("aria-pressed", entry.step === state.step);
  row.append(part);
  return row;
}
function drawCard(card) {
  const row = make("li", undefined, card.verdict), box = make("div", undefined, "row"), head = card.title || card.group;
  row.dataset.row = card.id;
  if (head) row.append(make("b", head));
  row.append(make("p", card.text));
  if (card.verdict !== "shown") box.append(button("映す", "card", { id: card.id, verdict: "shown" }));
  if (card.verdict !== "hidden") box.append(button(card.verdict === "waiting" ? "映さない" : "隠す", "card", { id: card.id, verdict: "hidden" }));
  box.append(button("投票にかける", "votable", { id: card.id }));
  row.append(box);
  return row;
}
function sumUp(question) {
  const count = question.votes === null ? "3人未満" : question.votes + (["words", "open"].includes(question.kind) ? "枚" : "票");
  const bars = (question.bars || question.words || []).map((bar) => `${bar.label}: ${bar.count}`).join("、");
  const mean = question.mean === undefined ? "" : `平均 ${question.mean > 0 ? "+" : ""}${question.mean}`;
  return [count, mean, bars].filter(Boolean).join(" ・ ");
}
function drawQuestion(question) {
  const row = make("li"), box = make("div", undefined, "row"), reveal = button(question.open ? "結果を隠す" : "結果を映す", question.open ? "hide_result" : "show_result", { key: question.key });
  row.dataset.row = question.key;
  // one button, whatever it does next
  reveal.dataset.focus = "reveal " + question.key;
  row.append(make("b", question.label), make("p", `${state.kinds[question.kind]} ・ ${sumUp(question)}`));
  box.append(button("前の画面に映す", "go", { step: "question:" + question.key }));
  box.append(reveal);
  if (question.added) box.append(button("消す", "unask", { key: question.key }));
  row.append(box);
  return row;
}
function drawAddress(entry) {
  const part = button(`${entry.address}（${entry.interface}、${entry.note}）`, "move", { address: entry.address });
  part.setAttribute("aria-pressed", entry.address === state.host);
  return part;
}
function draw(next) { keepFocus(() => drawState(next)); }
function drawState(next) {
  state = next;
  byId("desk").hidden = false; byId("lost").hidden = true;
  const current = state.questions.find((question) => "question:" + question.key === state.step);
  const persons = state.expected ? `／${state.expected}人` : "";
  byId("counts").textContent = `${state.title} ・ 入った端末 ${state.joined}台${persons}（いま ${state.present}台）${state.readers ? ` ・ 教材を読むPC ${state.readers}台` : ""} ・ 接続テスト ${state.tested}台 ・ ${state.sealed ? "封をしました" : state.accepting ? "受付中" : "受付は止まっています"}`;
  renew("warnings", state.warnings, () => state.warnings.map((text) => make("li", text)));
  byId("now").textContent = "いま: " + state.steps.find((entry) => entry.step === state.step).label;
  renew("steps", [state.steps, state.step], () => state.steps.map(drawStep));
  byId("reveal").setAttribute("aria-disabled", !current);
  byId("reveal").textContent = current?.open ? "結果を隠す" : "結果を映す";
  byId("stage").href = state.stage_link;
  byId("board").href = "board#key=" + secret;
  byId("course").textContent = state.course_link ? `${state.course_link} を開いて会議コードを入れると、研修の教材を読めます。投票する人の数には入りません。` : state.no_course;
  byId("accept").textContent = state.accepting ? "受付を止める" : "受付を始める";
  byId("accept").disabled = state.sealed;
  byId("moderated").checked = state.moderated;
  fill("expected", state.expected); fill("name", state.title); fill("agenda", state.agenda.join("\n"));
  byId("waiting").textContent = state.waiting ? `${state.waiting}枚が待っています` : state.cards.length ? "待っているカードはありません" : "まだカードはありません";
  byId("pass").hidden = !state.waiting;
  renew("cards", state.cards, () => state.cards.map(drawCard));
  renew("questions", state.questions, () => state.questions.map(drawQuestion));
  renew("kind", state.kinds, () => Object.entries(state.kinds).map(([kind, word]) => { const option = make("option", word); option.value = kind; return option; }));
  byId("address").textContent = state.door.address; byId("code").textContent = state.door.code;
  renew("addresses", [state.addresses, state.host], () => state.addresses.length ? state.addresses.map(drawAddress) : [make("p", "ネットワークの住所がありません。Wi-Fi かモバイル ホットスポットにつないでください。")]);
  byId("remote").hidden = !state.remote_qr;
  if (state.remote_qr) byId("remote-qr").src = state.remote_qr;
  byId("print").hidden = !state.tickets;
  ends = state.timer_s === null ? null : Date.now() + 1000 * state.timer_s;
  tick();
}
function tick() {
  const left = ends === null ? 0 : Math.round((ends - Date.now()) / 1000), size = Math.abs(left);
  byId("left").textContent = ends === null ? "" : `${left < 0 ? "超過 " : "あと "}${Math.floor(size / 60)}:${String(size % 60).padStart(2, "0")}`;
}
async function refresh() {
  try {
    const { status, said } = await askRoom("officer/state");
    if (status === 200) { draw(said); if (byId("status").textContent.startsWith("つながって")) say(""); }
    else if (status === 401) { byId("desk").hidden = true; byId("lost").hidden = false; }
    else say(said.error || "つながりません。", true);
  } catch { say("つながっていません。つながりしだい続けます。", true); }
  setTimeout(refresh, POLL_MS);
}
for (const part of document.querySelectorAll("[data-action]")) part.addEventListener("click", () => act(part.dataset.action));
// not disabled: it would lose the focus when another window goes on
byId("reveal").addEventListener("click", () => byId("reveal").ariaDisabled === "true" ? say("問いを映しているときに使えます。") : act(byId("reveal").textContent === "結果を隠す" ? "hide_result" : "show_result"));
byId("accept").addEventListener("click", () => act("accept", { on: !state.accepting }));
byId("moderated").addEventListener("change", () => act("moderate", { on: byId("moderated").checked }));
byId("timer").addEventListener("submit", (event) => { event.preventDefault(); act("timer", { minutes: Number(byId("minutes").value) }); });
byId("persons").addEventListener("submit", (event) => { event.preventDefault(); const count = byId("expected").value; act("expected", { count: count ? Number(count) : null }); });
byId("ask").addEventListener("submit", async (event) => {
  event.preventDefault();
  const kind = byId("kind").value;
  if (await act("ask", { label: byId("label").value, kind, options: ["choice", "ranking"].includes(kind) ? byId("options").value : "" })) { byId("label").value = ""; byId("options").value = ""; byId("label").focus(); }
});
byId("kind").addEventListener("change", () => { byId("with-options").hidden = !["choice", "ranking"].includes(byId("kind").value); });
for (const id of ["name", "agenda"]) byId(id).addEventListener("input", () => { byId(id).dataset.typed = "1"; });
byId("meeting").addEventListener("submit", async (event) => {
  event.preventDefault();
  const title = byId("name").value, text = byId("agenda").value;
  if (await act("title", { title }) && await act("agenda", { text })) { for (const id of ["name", "agenda"]) delete byId(id).dataset.typed; say("書き換えました。"); }
});
byId("seal").addEventListener("submit", (event) => { event.preventDefault(); say("封をしています。そのままお待ちください。"); act("seal", { confirm: byId("confirm").value }); });
byId("print").addEventListener("click", async () => {
  const { status, said } = await askRoom("officer/tickets");
  if (status !== 200) { say(said.error || "できませんでした。", true); return; }
  byId("tickets").replaceChildren(...said.tickets.map((ticket) => {
    const part = make("div", undefined, "ticket"), picture = make("img");
    picture.src = ticket.qr; picture.alt = "";
    part.append(make("div", state.title), picture, make("b", ticket.code.replace(/(.{4})(?=.)/g, "$1 ")), make("div", "1枚で1台。ほかの人に見せないでください"));
    return part;
  }));
  window.print();
});
// a presenter's clicker sends these keys
document.addEventListener("keydown", (event) => {
  if (event.target.matches("input, textarea, select")) return;
  const action = { PageDown: "next", PageUp: "back" }[event.key];
  if (action) { event.preventDefault(); act(action); }
});
function start() {
  secret = new URLSearchParams(location.hash.slice(1)).get("key") || sessionStorage.getItem("officer") || "";
  sessionStorage.setItem("officer", secret);
  // the secret does not stay in the address bar, where others see it
  byId("prepare").href = "prepare#key=" + secret;
  if (location.hash) history.replaceState(null, "", location.pathname);
}
start();
setInterval(tick, 500);
refresh();
