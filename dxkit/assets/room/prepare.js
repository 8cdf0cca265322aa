"use strict";
// The pages before the day: every answer of the server is the whole new state, and is drawn anew.
const STEPS = ["roster", "wishes", "groups", "papers", "day"];
const ROLES = { code: "団体", code_below: "団体（空欄は上の行と同じ）", person: "氏名", attends: "出欠（欠席の人を除く）", "": "そのまま使う", "-": "使わない" };
const USES = { "": "使わない", alike: "似た人どうし", different: "違う人どうし", spread: "各グループに分ける" };
const HOLD = "前の操作が終わってから、もう一度してください。";
const WAIT_MS = 240000, MAX_MB = 10, PAUSE_MS = 400;
const DAY = ["title", "date", "place", "items"], SIZES = ["low", "high", "separate"], LINES = ["first", "second", "what", "who", "until"];
let secret = "", state = null, picked = null, busy = false, before = null, unsent = null, newUses = {}, stops = {}, unsentSystems = null;

function button(text, press, label) {
  const part = make("button", text);
  part.type = "button";
  if (label) part.setAttribute("aria-label", label);
  part.addEventListener("click", press);
  return part;
}
function choice(options, value, label) {
  const part = make("select");
  part.setAttribute("aria-label", label);
  for (const [key, word] of Object.entries(options)) { const option = make("option", word); option.value = key; part.append(option); }
  part.value = value;
  return part;
}
function say(text, refused) {
  byId("status").textContent = text;
  document.body.className = refused ? "refused" : "";
}
const askRoom = (path, body, options) => ask(path, { headers: { "X-Room-Key": secret }, body: { meeting: state?.meeting, ...body }, wait: WAIT_MS, ...options });
// one request at a time; a state that another window changed is fetched and shown
async function run(send, done, waiting = "保存しています…") {
  if (busy) { say(HOLD, true); return false; }
  busy = true;
  say(waiting);
  try {
    const { status, said } = await send();
    if (status === 200) { draw(said); if (typeof done === "function") done(); else say(done); return true; }
    if (status === 401) { lose(); return false; }
    if ([409, 500].includes(status)) { const now = await askRoom("prepare/state"); if (now.status === 200) draw(now.said); }
    say(said.error || "できませんでした。もう一度押してください。", true);
  } catch { say("つながっていません。make room の窓が開いているか確かめて、もう一度押してください。", true); }
  finally { busy = false; }
  return false;
}
const act = (action, body, done = "保存しました。", waiting) => run(() => askRoom("prepare/do", { action, revision: state.revision, ...body }), done, waiting);
function lose() {
  for (const step of STEPS) byId(step).hidden = true;
  byId("lost").hidden = false;
}
function showStep() {
  const wanted = location.hash.slice(1), step = STEPS.includes(wanted) ? wanted : "roster";
  for (const name of STEPS) byId(name).hidden = name !== step;
  for (const link of document.querySelectorAll("nav a")) { if (link.hash === "#" + step) link.setAttribute("aria-current", "step"); else link.removeAttribute("aria-current"); }
  scrollTo(0, 0);
}
function list(id, texts) { byId(id).replaceChildren(...texts.map((text) => make("li", text))); }
function drawTable(id, columns, rows) {
  // an empty table is no place where Tab may stop
  byId(id).parentElement.hidden = !columns.length;
  const head = make("tr"), parts = [];
  for (const column of columns) head.append(make("th", column));
  for (const row of rows) { const line = make("tr"); for (const cell of row) line.append(make("td", cell)); parts.push(line); }
  byId(id).replaceChildren(...(columns.length ? [head] : []), ...parts);
}
function draw(next) {
  if (state && state.meeting !== next.meeting) forget();
  state = next;
  byId("lost").hidden = true;
  byId("made").hidden = !state.made;
  byId("meeting").replaceChildren(...state.meetings.map((name) => { const option = make("option", name); option.value = name; return option; }));
  byId("meeting").value = state.meeting;
  keepFocus(() => { drawDraft(); drawRoster(); drawWishes(); drawGroups(); drawDay(); });
}
function drawRoster() {
  const roster = state.roster;
  byId("roster-count").textContent = roster.persons ? `${roster.bodies}団体・${roster.persons}人（行）` : "まだありません。上でファイルを選んでください。";
  drawTable("roster-table", roster.persons ? roster.columns : [], roster.rows);
}
function drawDraft() {
  const draft = state.draft;
  byId("draft").hidden = !draft;
  if (!draft) { clearTimeout(unsent); unsent = null; return; }
  byId("draft-file").textContent = `（${draft.file}）`;
  byId("receipt").textContent = draft.receipt + (draft.made ? " 架空のデータと書いてあります。" : "");
  list("faults", draft.faults);
  byId("sheets").hidden = draft.sheets.length < 2;
  byId("sheet").replaceChildren(...draft.sheets.map((name) => { const option = make("option", name); option.value = name; return option; }));
  byId("sheet").value = draft.sheet;
  byId("unsure").hidden = draft.headings.every((entry) => entry.sure);
  const roles = [...byId("roles").querySelectorAll("select")], names = draft.headings.map((entry) => entry.heading);
  // a choice that is not sent yet stays
  if (unsent === null || JSON.stringify(roles.map((part) => part.dataset.heading)) !== JSON.stringify(names)) drawRoles(draft);
  byId("skipped").hidden = !draft.skipped.length;
  byId("skipped").querySelector("summary").textContent = `読まなかった行（${draft.skipped.length}行）`;
  byId("skipped").querySelector("ul").replaceChildren(...draft.skipped.map((text) => make("li", text)));
  list("remarks", draft.remarks);
  byId("accept").disabled = draft.faults.length > 0 || !draft.count || unsent !== null;
  drawTable("draft-table", draft.columns, draft.rows);
}
// what is to do next depends on what was read
function sayDraft(done) {
  const faults = state.draft?.faults.length || 0;
  say(faults ? `${done}直すところが${faults}つあります。下の赤い枠を見てください。` : `${done}下で確かめて、「この名簿を取り込む」を押してください。`, faults > 0);
}
function drawRoles(draft) {
  replaceParts(byId("roles"), draft.headings.map((entry) => {
    const box = make("div"), label = (entry.sure ? "" : "⚠ ") + entry.heading, part = choice(ROLES, entry.role, `列「${entry.heading}」の意味`);
    part.dataset.heading = part.dataset.focus = entry.heading;
    part.addEventListener("change", chooseColumns);
    box.append(make("div", label), part);
    if (entry.examples) box.append(make("p", `例: ${entry.examples}`, "hint"));
    return box;
  }));
}
// the arrow keys change a choice with every press: it is sent once they rest, and no other request runs
function chooseColumns() {
  clearTimeout(unsent);
  byId("accept").disabled = true;
  unsent = setTimeout(sendColumns, PAUSE_MS);
}
async function sendColumns() {
  if (busy) { chooseColumns(); return; }
  unsent = null;
  const roles = {}, meeting = state.meeting;
  for (const part of byId("roles").querySelectorAll("select")) roles[part.dataset.heading] = part.value;
  const isDone = await act("columns", { sheet: byId("sheet").value, roles }, () => sayDraft("読み直しました。"), "読み直しています…");
  if (!isDone && unsent === null && state.meeting === meeting) drawDraft();
}
function drawWishes() {
  const wishes = state.wishes;
  list("wish-remarks", wishes.remarks);
  for (const id of ["low", "high"]) fill(id, wishes[id]);
  if (!byId("separate").dataset.typed) byId("separate").checked = wishes.separate;
  replaceParts(byId("uses"), wishes.columns.map((column) => {
    const box = make("div"), part = choice(USES, newUses[column.name] ?? column.use, `列「${column.name}」の使い方`);
    part.dataset.column = part.dataset.focus = column.name;
    part.addEventListener("change", () => { newUses[column.name] = part.value; });
    box.append(make("div", `${column.name}（${column.kind}）`), part);
    return box;
  }));
  byId("labels").replaceChildren(...wishes.labels.map((text) => { const option = make("option"); option.value = text; return option; }));
  replaceParts(byId("links"), ["together", "apart"].flatMap((kind) => wishes.links[kind].map((link, position) => {
    const row = make("li"), text = link.join(" と ") + (kind === "together" ? " → 同じグループ" : " → 別のグループ");
    row.append(make("span", text), button("消す", () => act("unwish", { kind, position }, "希望を消しました。"), `${text} を消す`));
    return row;
  })));
}
const nameOf = (key) => key.filter(Boolean).join("・");
const isPicked = (key) => picked !== null && picked[0] === key[0] && picked[1] === key[1];
function drawMember(member, group) {
  const row = make("li"), part = button("", (event) => pick(member.key, event.detail === 0));
  part.append(make("span", nameOf(member.key)));
  if (member.facts.length) { const facts = make("small"); facts.append(...member.facts.map((fact) => make("span", fact))); part.append(make("br"), facts); }
  part.draggable = true;
  part.dataset.key = part.dataset.focus = JSON.stringify(member.key);
  part.tabIndex = -1;
  part.setAttribute("aria-pressed", isPicked(member.key));
  part.addEventListener("dragstart", (event) => { event.dataTransfer.setData("text/plain", part.dataset.key); event.dataTransfer.effectAllowed = "move"; });
  part.addEventListener("keydown", (event) => pressMember(event, part, member.key, group));
  row.append(part);
  return row;
}
function drawBoard(entry) {
  const box = make("section", undefined, "box board"), row = make("div", undefined, "row"), members = make("ul"), why = make("details");
  const here = button("ここへ", () => picked && move(picked, entry.group), `選んだ人を第${entry.group}グループへ動かす`);
  box.dataset.row = entry.group; here.dataset.focus = "here " + entry.group;
  here.disabled = picked === null || entry.members.some((member) => isPicked(member.key));
  row.append(make("h2", `第${entry.group}グループ（${entry.size}人）`), here);
  members.append(...entry.members.map((member) => drawMember(member, entry.group)));
  why.open = byId("boards").querySelector(`[data-row="${entry.group}"] details`)?.open ?? false;
  why.append(make("summary", entry.distance === null || state.groups.measures.length > 1 ? "理由" : `${state.groups.only_different ? "ちがい" : "似かた"} ${entry.distance}・理由`), make("p", entry.reason));
  why.firstChild.dataset.focus = "why " + entry.group;
  box.append(row, members, why);
  stopAt(members, members.querySelector(`[data-key="${CSS.escape(stops[entry.group] ?? "")}"]`) ?? members.querySelector("[data-key]"));
  box.addEventListener("dragover", (event) => { event.preventDefault(); box.classList.add("over"); });
  box.addEventListener("dragleave", () => box.classList.remove("over"));
  box.addEventListener("drop", (event) => {
    event.preventDefault();
    box.classList.remove("over");
    let key = null;
    try { key = JSON.parse(event.dataTransfer.getData("text/plain")); } catch { return; }
    if (Array.isArray(key) && !entry.members.some((member) => member.key[0] === key[0] && member.key[1] === key[1])) move(key, entry.group);
  });
  return box;
}
// of what should be alike and of what should differ apart: together they are no number that chance gives
function drawMeasures(measures) {
  const words = { alike: ["似た人どうし", "小さいほど似た人が集まり"], different: ["違う人どうし", "大きいほど違う人が混ざり"] };
  const texts = measures.map(({ role, value }) => `${words[role][0]} ${value}${before?.[role] !== undefined && before[role] !== value ? `（${before[role]} から）` : ""}（${words[role][1]}、でたらめに組むと 1）`);
  byId("quality").textContent = texts.join("　");
  before = measures.length ? Object.fromEntries(measures.map(({ role, value }) => [role, value])) : null;
}
function drawGroups() {
  const groups = state.groups, seated = groups.rows.length > 0;
  if (picked && !groups.rows.some((entry) => entry.members.some((member) => isPicked(member.key)))) picked = null;
  byId("form").disabled = !state.roster.persons;
  byId("form").textContent = seated ? "グループを組み直す" : "グループを組む";
  byId("undo").setAttribute("aria-disabled", !groups.can_undo); byId("redo").setAttribute("aria-disabled", !groups.can_redo);
  drawMeasures(groups.measures);
  byId("note").textContent = groups.note || (state.roster.persons ? "「グループを組む」を押すと、「2 希望」のとおりに組みます。" : "先に「1 名簿」で名簿を取り込んでください。");
  list("broken", groups.broken);
  byId("how").hidden = !seated;
  replaceParts(byId("boards"), groups.rows.map(drawBoard));
  drawPicked();
  const away = [...groups.absent.map((key) => [key, "欠席"]), ...groups.unseated.map((key) => [key, "席なし"])];
  byId("away").hidden = !away.length;
  replaceParts(byId("absent"), away.map(([key, word]) => {
    const row = make("li");
    row.dataset.row = JSON.stringify(key);
    row.append(make("span", `${nameOf(key)}（${word}）`), button("席を決める", () => act("seat", { member: key }, "席を決めました。", "席を探しています…"), `${nameOf(key)} の席を決める`));
    return row;
  }));
  for (const id of ["late", "follow", "onward", "go-late"]) byId(id).hidden = !seated;
  const fields = [{ name: "code", label: "団体", words: [] }, { name: "person", label: "氏名", words: [] }, ...state.wishes.columns.map((column) => ({ name: column.name, label: column.name, kind: column.kind, words: column.words }))];
  const shape = JSON.stringify(fields);
  // what is being typed is not overwritten
  if (byId("late-fields").dataset.shape !== shape) { byId("late-fields").dataset.shape = shape; byId("late-fields").replaceChildren(...fields.map(drawLateField)); }
  const lacking = [state.day.title ? "" : "会議の名前", state.day.items.length ? "" : "投票にかけること"].filter(Boolean);
  byId("paper-title").textContent = `会議の名前は「${state.day.title || state.meeting}」と載ります。` + (lacking.length ? `まだ決めていないもの（${lacking.join("・")}）は、印刷の前に、上で入れてください。` : "") + (state.day.items.length ? "" : "投票にかけることがないと、配布資料の「話し合うこと」は例のままです。");
  byId("no-groups").hidden = seated; byId("paper-buttons").hidden = !seated;
}
function drawLateField(entry, position) {
  const box = make("div"), id = `late-${position}`, label = make("label", entry.label);
  label.htmlFor = id;
  const part = entry.kind === "○の有無" ? choice({ "": "なし", "○": "○" }, "", entry.label) : make("input");
  if (part.tagName === "INPUT") {
    part.maxLength = 200; part.autocomplete = "off";
    const words = entry.name === "code" ? [...new Set(state.wishes.labels.filter((text) => !text.includes("・")))] : entry.words;
    const options = make("datalist");
    options.id = id + "-words";
    options.append(...words.map((text) => { const option = make("option"); option.value = text; return option; }));
    part.setAttribute("list", options.id);
    box.append(options);
  }
  part.id = id; part.dataset.name = entry.name;
  box.append(label, part);
  return box;
}
function fill(id, value) { if (document.activeElement !== byId(id) && !byId(id).dataset.typed) byId(id).value = value ?? ""; }
function drawDay() {
  const day = state.day, isOwn = state.meeting === state.room_meeting;
  for (const id of ["title", "date", "place"]) fill(id, day[id]);
  fill("items", day.items.join("\n"));
  byId("day-name").textContent = [day.title || state.meeting, day.date, day.place].filter(Boolean).join("　");
  list("day-items", day.items.length ? day.items : ["投票にかけることは、まだありません。"]);
  // a choice that is not sent yet stays
  if (unsentSystems === null) byId("systems").value = day.systems;
  byId("day-room").textContent = state.sealed ? "この会議は封をしてあります。" : isOwn ? "この会議の部屋は、いま開いています。" : `いま開いている部屋は「${state.room_meeting}」です。make room の窓を Ctrl+C で止め、もう一度 make room とすると、「${state.meeting}」の部屋が開きます。`;
  byId("officer").hidden = byId("stage").hidden = !isOwn;
  byId("officer").href = "officer#key=" + secret; byId("stage").href = state.stage_link;
  byId("decisions").replaceChildren(...day.decisions.map((entry) => make("li", [entry.what, entry.who && `担当: ${entry.who}`, entry.until && `期限: ${entry.until}`].filter(Boolean).join("　"))));
  byId("carried").replaceChildren(...(day.carried.length ? [make("h3", "前の会から残っていること"), ...day.carried.map((entry) => make("p", `${entry.what}　${entry.who}　${entry.until}（${entry.meeting}）`))] : []));
}
// as with columns: sent once the arrow keys rest, and no other request runs
function chooseSystems() {
  clearTimeout(unsentSystems);
  unsentSystems = setTimeout(sendSystems, PAUSE_MS);
}
async function sendSystems() {
  if (busy) { chooseSystems(); return; }
  const meeting = state.meeting;
  unsentSystems = null;
  const isDone = await act("day", { systems: byId("systems").value });
  if (!isDone && unsentSystems === null && state.meeting === meeting) drawDay();
}
async function upload(file) {
  if (!file) return;
  if (file.size > MAX_MB * 1048576) { say(`「${file.name}」は大きすぎます（${MAX_MB} MB まで）。名簿のシートだけのファイルにしてください。`, true); return; }
  const headers = { "X-Room-Key": secret, "Content-Type": "application/octet-stream", "X-File-Name": encodeURIComponent(file.name.toWellFormed?.() ?? file.name), "X-Meeting": encodeURIComponent(state.meeting), "X-Revision": String(state.revision) };
  await run(() => ask("prepare/upload", { headers, body: file, wait: WAIT_MS }), () => sayDraft("読みました。"), "読んでいます…");
  byId("file").value = "";
}
byId("file").addEventListener("change", () => upload(byId("file").files[0]));
for (const kind of ["dragover", "drop"]) addEventListener(kind, (event) => event.preventDefault());
byId("drop").addEventListener("dragover", () => byId("drop").classList.add("over"));
byId("drop").addEventListener("dragleave", () => byId("drop").classList.remove("over"));
byId("drop").addEventListener("drop", (event) => { byId("drop").classList.remove("over"); upload(event.dataTransfer.files[0]); });
byId("sheet").addEventListener("change", chooseColumns);
byId("accept").addEventListener("click", () => act("accept", {}, "取り込みました。次は「2 希望」です。"));
byId("discard").addEventListener("click", () => act("discard", {}, "やめました。名簿は前のままです。"));
byId("wish").addEventListener("submit", async (event) => {
  event.preventDefault();
  const kind = event.submitter?.value || "together";
  if (await act("wish", { kind, members: [byId("first").value, byId("second").value] }, "希望を足しました。")) { byId("first").value = ""; byId("second").value = ""; byId("first").focus(); }
});
byId("form").addEventListener("click", async () => await saveOpen() && hasNoneLeft(["first", "second"], "2 希望", "同じグループにする") && act("form", {}, "グループを組みました。", "グループを組んでいます…（数十秒かかることがあります）"));
// at the end they keep the focus: Enter pressed once too often must not press the button beside
byId("undo").addEventListener("click", () => state.groups.can_undo ? act("undo", {}, "元に戻しました。") : say("これより前には戻せません。"));
byId("redo").addEventListener("click", () => state.groups.can_redo ? act("redo", {}, "やり直しました。") : say("やり直しはありません。"));
byId("go-late").addEventListener("click", () => { byId("late").scrollIntoView({ block: "center" }); byId("late-0").focus({ preventScroll: true }); });
byId("late-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const row = {};
  for (const part of byId("late-fields").querySelectorAll("[data-name]")) row[part.dataset.name] = part.value;
  if (await act("late", { row }, "席を決めました。", "席を探しています…")) for (const part of byId("late-fields").querySelectorAll("[data-name]")) part.value = "";
});
byId("next").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (mayLeave() && await act("next", { name: byId("next-name").value }, "次の回を作りました。いま見ているのは、その会です。前の会は、上の「準備する会議」で選べます。", "グループを組んでいます…（数十秒かかることがあります）")) { byId("next-name").value = ""; scrollTo(0, 0); }
});
byId("meeting").addEventListener("change", () => {
  const name = byId("meeting").value;
  // until it is open, the list names the one that is shown
  byId("meeting").value = state.meeting;
  if (mayLeave()) run(() => askRoom("prepare/state", { meeting: name }), `「${name}」を準備しています。`, "開いています…");
});
byId("systems").addEventListener("change", chooseSystems);
byId("decide").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (await act("decide", { what: byId("what").value, who: byId("who").value, until: byId("until").value })) for (const id of ["what", "who", "until"]) byId(id).value = "";
});
// what was said of one step is not meant for the next
addEventListener("hashchange", () => {
  // a step is shown once its state is there: what was pressed before would be lost
  if (!state) return;
  showStep();
  // the browser takes the focus off the link that was followed
  if (!isShown(document.activeElement)) rest(STEPS.map(byId).find(isShown));
  scrollTo(0, 0);
  if (!busy) { say(""); saveOpen(); }
});
async function start() {
  secret = new URLSearchParams(location.hash.slice(1)).get("key") || sessionStorage.getItem("officer") || "";
  sessionStorage.setItem("officer", secret);
  // the secret does not stay in the address bar, where others see it; which meeting and step does
  if (location.hash.includes("key=")) history.replaceState(null, "", location.pathname);
  if (await run(() => askRoom("prepare/state"), "")) showStep();
}
// the other scripts of the page are there by then
addEventListener("DOMContentLoaded", start);
