"use strict";
// Who sits where, by mouse and by keys: each group is one stop of Tab, and arrows walk over the names. Uses what prepare.js
// defines.
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

const listNames = (members) => [...members.querySelectorAll("[data-key]")];
const findMember = (key) => listNames(byId("boards")).find((part) => part.dataset.key === JSON.stringify(key));
// a name that has moved may lie outside the window
function goTo(part) {
  part?.focus();
  part?.scrollIntoView({ block: "nearest" });
}
function stopAt(members, name) { for (const part of listNames(members)) part.tabIndex = part === name ? 0 : -1; }
function walk(part, [down, right]) {
  const boards = [...byId("boards").children], board = boards.findIndex((box) => box.contains(part));
  const place = listNames(boards[board]).indexOf(part), names = listNames(boards[(board + right + boards.length) % boards.length]);
  const next = right ? Math.min(place, names.length - 1) : Math.min(Math.max(place + down, 0), names.length - 1);
  names[next]?.focus();
}
function pressMember(event, part, key, group) {
  // these belong to the browser: Alt + ← goes back, Ctrl + 2 changes the tab
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (ARROWS[event.key]) { event.preventDefault(); walk(part, ARROWS[event.key]); return; }
  if (event.key === "Delete") { event.preventDefault(); cancelMember(key); return; }
  const target = Number(event.key);
  if (/^[1-9]$/.test(event.key) && target !== group && state.groups.rows.some((entry) => entry.group === target)) move(key, target);
}
byId("boards").addEventListener("focusin", ({ target }) => {
  if (!target.dataset.key) return;
  stops[target.closest("[data-row]").dataset.row] = target.dataset.key;
  stopAt(target.closest("ul"), target);
});

// who uses keys goes on in the bar of who is picked, and comes back to the name
function pick(key, byKeys) {
  picked = isPicked(key) ? null : key;
  drawGroups();
  say(picked ? `${nameOf(key)} を選びました。動かす先の「ここへ」を押すか、下の帯から選びます。` : "");
  if (picked && byKeys) byId("target").focus();
}
function unpick() {
  const key = picked;
  picked = null;
  drawGroups();
  say("");
  if (key) goTo(findMember(key));
}
function drawPicked() {
  byId("picked").hidden = picked === null;
  byId("picked-name").textContent = picked ? nameOf(picked) + " を" : "";
  if (!picked) return;
  const rows = state.groups.rows, own = rows.find((entry) => entry.members.some((member) => isPicked(member.key))), before = byId("target").value;
  const targets = [...rows.filter((entry) => entry !== own).map((entry) => [entry.group, `第${entry.group}グループ`]), [Math.max(...rows.map((entry) => entry.group)) + 1, "新しいグループ"]];
  byId("target").replaceChildren(...targets.map(([group, word]) => new Option(word, group)));
  if (targets.some(([group]) => String(group) === before)) byId("target").value = before;
}
async function move(member, group) {
  const isHere = isByKeys();
  picked = null;
  if (await act("move", { member, group }, `${nameOf(member)} を第${group}グループへ動かしました。`) && isHere) goTo(findMember(member));
}
async function cancelMember(member) {
  const isHere = isByKeys(), names = findMember(member).closest("ul"), place = listNames(names).indexOf(findMember(member)), group = names.closest("[data-row]").dataset.row;
  picked = null;
  if (!(await act("cancel", { member }, `${nameOf(member)} を欠席にしました。`, "席を直しています…")) || !isHere) return;
  const left = listNames(byId("boards").querySelector(`[data-row="${group}"]`) ?? byId("boards"));
  goTo(left[Math.min(place, left.length - 1)]);
}
const isByKeys = () => byId("boards").contains(document.activeElement) || byId("picked").contains(document.activeElement);
byId("unpick").addEventListener("click", unpick);
byId("move").addEventListener("click", () => picked && move(picked, Number(byId("target").value)));
byId("cancel").addEventListener("click", () => cancelMember(picked));
addEventListener("keydown", (event) => { if (event.key === "Escape" && picked && isByKeys()) unpick(); });
