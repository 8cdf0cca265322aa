"use strict";
// What the pages before the day save and print; uses what prepare.js defines.
async function save(kind) {
  if (!(await saveOpen())) return;
  if (kind.startsWith("record") && !hasNoneLeft(["what", "who", "until"], "5 当日", "決まったことに足す")) return;
  if (busy) { say(HOLD, true); return; }
  busy = true;
  say("作っています…");
  try {
    const read = (answer) => answer.status === 200 ? answer.blob() : readJson(answer);
    const { status, said } = await askRoom("prepare/file", { kind, start: byId("start").value }, { read });
    if (status !== 200) { say(said.error || "作れませんでした。", true); return; }
    const link = make("a"), address = URL.createObjectURL(said);
    link.href = address;
    // no character that a file's name may not hold
    link.download = `${state.meeting.replace(/[\\/:*?"<>|\x00-\x1f]/g, "_").slice(0, 60)}_${kind}`;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 60000);
    say(`「${link.download}」を保存しました。`);
  } catch { say("つながっていません。もう一度押してください。", true); }
  finally { busy = false; }
}
// not named print: that would take the place of the browser's own
function printOut(kind) {
  const title = byId("title").value || state.meeting, mark = state.made ? "（架空のデータ）" : "";
  const parts = state.groups.rows.flatMap((entry) => kind === "names" ? entry.members.map((member) => {
    const card = make("div", undefined, "card");
    card.append(make("span", title + mark), make("b", member.key[1] || member.key[0]), drawPlace(member.key[1] ? member.key[0] : "", entry.group));
    return card;
  }) : [drawSheet(entry, mark)]);
  byId("print").className = kind;
  byId("print").replaceChildren(...(kind === "names" ? [] : [make("h1", `${title} グループの一覧${mark}`)]), ...parts);
  window.print();
}
// a long name of a body wraps, the group's number does not
function drawPlace(body, group) {
  const place = make("span", body && `${body}　`);
  place.append(make("span", `第${group}グループ`, "whole"));
  return place;
}
function drawSheet(entry) {
  const part = make("div", undefined, "sheet"), table = make("table"), head = make("tr");
  head.append(make("th", "団体"), make("th", "氏名"));
  table.append(head, ...entry.members.map((member) => { const row = make("tr"); row.append(make("td", member.key[0]), make("td", member.key[1])); return row; }));
  part.append(make("h2", `第${entry.group}グループ（${entry.size}人）`), table);
  return part;
}
for (const part of document.querySelectorAll("[data-file]")) part.addEventListener("click", () => save(part.dataset.file));
for (const part of document.querySelectorAll("[data-print]")) part.addEventListener("click", () => printOut(part.dataset.print));
