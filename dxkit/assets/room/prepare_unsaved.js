"use strict";
// What is chosen or typed and not sent yet: it is saved before anything is made from it. Uses what prepare.js defines.
let saving = Promise.resolve(true);

// nothing that is typed for one meeting goes into another
function forget() {
  for (const id of [...DAY, ...SIZES]) delete byId(id).dataset.typed;
  for (const id of [...LINES, "start"]) byId(id).value = "";
  newUses = {};
  delete byId("late-fields").dataset.shape;
  clearTimeout(unsent);
  unsent = null;
}
function mayLeave() {
  const lines = [...LINES.map(byId), ...byId("late-fields").querySelectorAll("[data-name]")];
  const typed = [...DAY, ...SIZES].some((id) => byId(id).dataset.typed) || lines.some((part) => part.value) || Object.keys(newUses).length;
  return !typed || confirm("まだ保存していない入力があります。捨てて、別の会議に移りますか。");
}
// what is typed counts as typed until it is stored; what was typed meanwhile still does
async function saveTyped(action, body, ids, uses = {}) {
  for (const id of ids) if (byId(id).dataset.typed) byId(id).dataset.typed = "sent";
  if (!(await act(action, body))) return false;
  for (const id of ids) if (byId(id).dataset.typed === "sent") delete byId(id).dataset.typed;
  for (const [column, use] of Object.entries(uses)) if (newUses[column] === use) delete newUses[column];
  drawWishes(); drawDay();
  return true;
}
function saveRules() {
  const uses = {};
  for (const part of byId("uses").querySelectorAll("select")) uses[part.dataset.column] = part.value;
  return saveTyped("rules", { low: byId("low").value, high: byId("high").value, separate: byId("separate").checked, uses }, SIZES, uses);
}
const saveDay = () => saveTyped("day", Object.fromEntries(DAY.map((id) => [id, byId(id).value])), DAY);
const isTyped = (ids) => ids.some((id) => byId(id).dataset.typed);
// who goes on without pressing the button of a form meant what stands in it; false where it is refused
async function saveUnsent() {
  if ((isTyped(SIZES) || Object.keys(newUses).length) && !(await saveRules())) return false;
  return !isTyped(DAY) || saveDay();
}
function saveOpen() {
  // one save that failed does not stop the next
  saving = saving.catch(() => false).then(saveUnsent);
  return saving;
}
// a line that is typed and not added is neither taken nor lost: what to do is said
function hasNoneLeft(ids, step, press) {
  const left = ids.map((id) => byId(id).value.trim()).filter(Boolean);
  if (left.length) say(`「${step}」に、まだ足していない「${left[0]}」があります。「${press}」などを押すか、その文字を消してから、もう一度押してください。`, true);
  return !left.length;
}
for (const id of [...DAY, ...SIZES]) byId(id).addEventListener("input", () => { byId(id).dataset.typed = "1"; });
byId("rules").addEventListener("submit", (event) => { event.preventDefault(); saveRules(); });
byId("day-form").addEventListener("submit", (event) => { event.preventDefault(); saveDay(); });
