"use strict";
// The projector's page: it asks once a second what the officer shows, and can change nothing.
const POLL_MS = 1000, LONG_LABEL = 60, MANY_BARS = 6, WORD_STEPS = 4;
const TONES = { "-2": "m2", "-1": "m1", 0: "z", 1: "p1", 2: "p2" };
let secret = "", shown = "", ends = null, more = 0;

function drawDoor(door) {
  const box = make("div", undefined, "door"), words = make("div");
  if (door.qr) { const picture = make("img"); picture.alt = "参加用のQRコード"; picture.src = door.qr; box.append(picture); }
  words.append(make("p", door.tickets ? "配られた参加券のQRコードで入ります" : door.qr ? "電話でQRコードを読むと参加できます" : "このパソコンのブラウザーから参加できます"));
  words.append(make("b", door.address));
  if (!door.tickets) { words.append(make("p", "会議コード")); words.append(make("b", door.code, "code")); }
  words.append(make("p", "お名前は聞きません"));
  box.append(words);
  return [box];
}
function drawAgenda(lines) {
  if (!lines.length) return [make("p", "次第", "center")];
  const list = make("ol", undefined, "agenda");
  for (const line of lines) list.append(make("li", line));
  return [make("h2", "次第"), list];
}
function drawBars(question) {
  const bars = make("div", undefined, question.bars.length > MANY_BARS ? "bars many" : "bars");
  const most = Math.max(1, ...question.bars.map((bar) => bar.count));
  for (const bar of question.bars) {
    const row = make("div", undefined, "bar"), track = make("div", undefined, "track"), fill = make("div", undefined, "fill " + TONES[bar.tone]);
    fill.style.width = 100 * bar.count / most + "%";
    track.append(fill);
    row.append(make("div", bar.label, "name"), track, make("div", bar.count + (question.is_points ? "点" : "票"), "number"));
    bars.append(row);
  }
  return bars;
}
function drawCards(cards) {
  const box = make("div", undefined, "cards");
  for (const card of cards) {
    const part = make("div", undefined, "card");
    if (card.title || card.group) part.append(make("b", card.title || card.group));
    part.append(card.text);
    if (card.support) part.append(make("b", `支持 ${card.support}`));
    box.append(part);
  }
  return box;
}
function drawWords(words) {
  const box = make("div", undefined, "words"), most = Math.max(1, ...words.map((word) => word.count));
  for (const word of words) box.append(make("span", word.count > 1 ? `${word.label} ×${word.count}` : word.label, "w" + Math.ceil(WORD_STEPS * word.count / most)));
  return box;
}
// a card of the table-top drill: what has happened, then the choices; opened, the shock and the scores of each choice
const count = (number, unit) => number === null || number === undefined ? "－" : Math.round(number).toLocaleString("ja-JP") + unit;
const percent = (share) => count(share === null ? null : 100 * share, "%");
function drawScores(question) {
  const table = make("table", undefined, "scores"), top = make("tr");
  for (const name of ["共有のしかた", "選んだ端末", "知る人", "根拠あり", "職員の時間", "最低の市町"]) top.append(make("th", name));
  table.append(top);
  for (const score of question.scores) {
    const row = make("tr");
    row.append(make("th", score.policy));
    for (const text of [count(score.phones, "台"), percent(score.known), percent(score.lawful_share), count(score.staff_hours, "時間"), percent(score.least_known)]) row.append(make("td", text));
    table.append(row);
  }
  return table;
}
function drawCard(question) {
  const head = make("h2", question.label, "long"), box = make("div", undefined, "drill");
  box.append(make("p", `${question.mark} ・ ${question.open && question.shock ? "起きたこと: " + question.shock : question.inject}`));
  if (!question.open) box.append(make("p", "グループごとに、電話1台で1つ選んでください", "large"));
  else if (question.scores.length) box.append(drawScores(question));
  else box.append(make("p", "点数を計算しています", "large"));
  return [head, box];
}
function drawQuestion(question) {
  if (question.inject) return drawCard(question);
  const head = make("h2", question.label, question.label.length > LONG_LABEL ? "long" : "");
  if (question.bars) return [head, drawBars(question)];
  if (question.words?.length) return [head, drawWords(question.words)];
  if (question.cards?.length) return [head, drawCards(question.cards.map((card) => ({ ...card, title: "", group: "" })))];
  if (question.open) return [head, make("p", question.kind === "words" || question.kind === "open" ? "まだありません" : `${question.least}票そろうと表示します`, "center")];
  return [head, make("p", "電話で答えてください", "center")];
}
// half a card at the edge is no card: what does not fit goes, and the number of all that is not shown is told
function dropWhatIsCut(total) {
  const box = document.querySelector(".cards, .words, .agenda");
  if (!box) return 0;
  while (box.children.length > 1 && (box.scrollHeight > box.clientHeight || box.lastChild.getBoundingClientRect().bottom > byId("view").getBoundingClientRect().bottom)) box.lastChild.remove();
  return (total ?? box.children.length) - box.children.length;
}
function draw(state) {
  byId("title").textContent = state.title;
  document.title = state.title;
  const drawn = JSON.stringify([state.step, state.door, state.agenda, state.cards, state.total, state.question]);
  if (drawn !== shown) {
    const parts = state.door ? drawDoor(state.door) : state.agenda ? drawAgenda(state.agenda) : state.question ? drawQuestion(state.question) : state.cards ? (state.cards.length ? [make("h2", "カード"), drawCards(state.cards)] : [make("p", "まだカードはありません", "center")]) : [];
    byId("view").replaceChildren(...parts);
  }
  if (drawn !== shown) more = dropWhatIsCut(state.agenda?.length ?? state.question?.total ?? state.total);
  shown = drawn;
  ends = state.timer_s === null ? null : Date.now() + 1000 * state.timer_s;
  const votes = state.question ? (state.question.votes === null ? "3人未満" : state.question.votes + (["words", "open"].includes(state.question.kind) ? "枚" : "票")) + " ・ " : "";
  byId("status").textContent = `${votes}つながった端末 ${state.joined}台${state.expected ? `／${state.expected}人` : ""}${more ? ` ・ ほか${more}${state.agenda ? "行" : state.question?.words ? "語" : "枚"}` : ""}${state.accepting ? "" : " ・ 受付は止まっています"}`;
  tick();
}
function tick() {
  byId("timer").hidden = ends === null;
  if (ends === null) return;
  const left = Math.round((ends - Date.now()) / 1000), size = Math.abs(left);
  byId("timer").textContent = `${left < 0 ? "超過 " : "あと "}${Math.floor(size / 60)}:${String(size % 60).padStart(2, "0")}`;
  byId("timer").className = left < 0 ? "over" : "";
}
async function refresh() {
  try {
    const { status, said } = await ask("stage/state", { headers: { "X-Room-Key": secret } });
    if (status === 200 && said.step) draw(said);
    else byId("status").textContent = said.error || "つながりません。";
  } catch { byId("status").textContent = "つながっていません。つながりしだい続けます。"; }
  setTimeout(refresh, POLL_MS);
}
function start() {
  secret = new URLSearchParams(location.hash.slice(1)).get("key") || sessionStorage.getItem("stage") || "";
  sessionStorage.setItem("stage", secret);
  // the secret does not stay in the address bar, which the projector shows
  if (location.hash) history.replaceState(null, "", location.pathname);
}
// one click or Enter fills the screen
function fillScreen() { if (!document.fullscreenElement) document.documentElement.requestFullscreen?.(); }
document.addEventListener("click", fillScreen);
document.addEventListener("keydown", (event) => { if (event.key === "Enter") fillScreen(); });
start();
setInterval(tick, 250);
refresh();
