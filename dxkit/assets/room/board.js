"use strict";
// The trainees' board: asks every two seconds, draws counts, changes nothing.
const POLL_MS = 2000;
let secret = "", drawn = "";

function drawTile(tile) {
  const row = make("li", undefined, tile.look);
  row.append(make("b", tile.label), make("span", tile.title), make("span", `解けた ${tile.solved}`), make("span", `考え中 ${tile.tried}`));
  return row;
}
function draw(state) {
  byId("board").hidden = false; byId("lost").hidden = true;
  const text = JSON.stringify(state);
  if (text === drawn) return;
  drawn = text;
  byId("total").textContent = `共有している人 ${state.total}`;
  byId("stops").replaceChildren(...(state.stops.length ? state.stops.map((text) => make("li", text, text.includes("少数") ? "few" : "")) : [make("li", "エラーで止まっている人はいません", "few")]));
  byId("cards").replaceChildren(...state.cards.map((card) => make("li", `${card.label} ${card.count}`, card.card)));
  byId("tiles").replaceChildren(...(state.tiles.length ? state.tiles.map(drawTile) : [make("li", "まだ練習は届いていません")]));
}
async function refresh() {
  try {
    const { status, said } = await ask("board/state", { headers: { "X-Room-Key": secret } });
    if (status === 200 && said.stops) { draw(said); byId("status").textContent = ""; }
    else if (status === 401) { byId("board").hidden = true; byId("lost").hidden = false; }
    else byId("status").textContent = "つながりません。";
  } catch { byId("status").textContent = "つながっていません。つながりしだい続けます。"; }
  setTimeout(refresh, POLL_MS);
}
secret = new URLSearchParams(location.hash.slice(1)).get("key") || sessionStorage.getItem("officer") || "";
sessionStorage.setItem("officer", secret);
// the secret does not stay in the address bar, where others see it
if (location.hash) history.replaceState(null, "", location.pathname);
refresh();
