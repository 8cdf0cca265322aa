// How is a map walked without a mouse?
// A map is one stop of the Tab key. Arrow keys go from part to part and do to each what a mouse does that rests on it;
// Enter and Space do what a click does. Nothing here waits for the next picture (requestAnimationFrame): a browser draws
// no pictures for a frame outside the view, and such a map must be ready all the same.
"use strict";
const mapKeys = (() => {
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const STEPS = { PageDown: 1, PageUp: -1 };
  const TIE_PX = 2;
  const HINT = "矢印キー: となりへ　PageUp・PageDown: 1つずつ　Enter: 説明　Esc: やめる　＋ −: 拡大・縮小　Shift + 矢印: 地図を動かす";
  const PLAIN_HINT = "矢印キー: 地図を動かす　＋ −: 拡大・縮小";
  // a white line below a black one: seen on every colour
  const OUTLINES = [{ color: "#ffffff", weight: 8 }, { color: "#111111", weight: 4 }];

  // Leaflet would make each shape with a tooltip a stop of its own
  L.Layer.include({ _addFocusListeners: () => {} });

  const listRings = (places) => (Array.isArray(places[0]) ? places.flatMap(listRings) : [places]);

  const measureBox = (ring) => {
    const bounds = L.latLngBounds(ring);
    return (bounds.getEast() - bounds.getWest()) * (bounds.getNorth() - bounds.getSouth());
  };

  // of an area with islands: the middle of its largest ring
  const findMiddle = (map, part) => {
    if (part.getLatLng) return part.getLatLng();
    if (!(part instanceof L.Polygon)) return part.getCenter();
    const rings = listRings(part.getLatLngs());
    const largest = rings.reduce((best, ring) => (measureBox(ring) > measureBox(best) ? ring : best));
    return L.PolyUtil.polygonCenter(largest, map.options.crs);
  };

  const findNearest = (places, start, [right, down]) => {
    let nearest = null;
    let least = Infinity;
    places.forEach(([part, spot]) => {
      const along = (spot.x - start.x) * right + (spot.y - start.y) * down;
      const across = Math.abs((spot.x - start.x) * down) + Math.abs((spot.y - start.y) * right);
      // what lies sideways counts twice; what lies behind not at all
      if (along <= 0 || across > 2 * along || along + 2 * across >= least) return;
      nearest = part;
      least = along + 2 * across;
    });
    return nearest;
  };

  const copyOutline = (part, style) => {
    if (part instanceof L.Circle) return L.circle(part.getLatLng(), { ...style, radius: part.getRadius() });
    if (part instanceof L.CircleMarker) return L.circleMarker(part.getLatLng(), { ...style, radius: part.getRadius() + 3 });
    if (part instanceof L.Polygon) return L.polygon(part.getLatLngs(), style);
    return part instanceof L.Polyline ? L.polyline(part.getLatLngs(), style) : L.circleMarker(part.getLatLng(), { ...style, radius: 18 });
  };

  const makeOutliner = (map) => {
    map.createPane("chosen").style.zIndex = 460;
    const renderer = L.svg({ pane: "chosen", padding: 0.5 });
    const outlines = L.layerGroup().addTo(map);
    return (part) => {
      outlines.clearLayers();
      const style = { pane: "chosen", renderer, fill: false, interactive: false, smoothFactor: 0.5, opacity: 1 };
      if (part) OUTLINES.forEach((line) => outlines.addLayer(copyOutline(part, { ...style, ...line })));
    };
  };

  const addWords = (box, title, hint) => {
    const speaker = L.DomUtil.create("p", "speaker", box.parentNode);
    speaker.setAttribute("role", "status");
    const line = L.DomUtil.create("p", "keys", box);
    line.textContent = hint;
    line.setAttribute("aria-hidden", "true");
    box.setAttribute("role", "application");
    box.setAttribute("aria-label", `${title}の地図。${hint}`);
    // plus and minus do what they do, so they need no stop of their own
    box.querySelectorAll(".leaflet-control-zoom a").forEach((button) => { button.tabIndex = -1; });
    return speaker;
  };

  // shapes: what has a note, shown or not; wordsOf(part, "tooltip" or "popup"): the words of its note
  const walk = (map, box, title, shapes, wordsOf) => {
    const speaker = addWords(box, title, shapes.length ? HINT : PLAIN_HINT);
    const outline = makeOutliner(map);
    const list = () => shapes.filter((part) => map.hasLayer(part));
    let chosen = null;
    // where the walk goes on after it was left
    let place = null;
    const leave = () => {
      if (chosen) chosen.fire("mouseout", {}, true);
      outline(null);
      speaker.textContent = "";
      chosen = null;
    };
    const show = () => {
      if (chosen) map.panInside(findMiddle(map, chosen), { padding: [40, 40], animate: false });
    };
    const choose = (part) => {
      if (part === chosen) return;
      leave();
      chosen = part;
      place = part;
      show();
      part.fire("mouseover", { latlng: findMiddle(map, part) }, true);
      outline(part);
      speaker.textContent = wordsOf(part, "tooltip");
    };
    const locate = (part) => map.latLngToContainerPoint(findMiddle(map, part));
    const findMiddlemost = (parts) => {
      const middle = map.getSize().divideBy(2);
      const measure = (part) => locate(part).distanceTo(middle);
      // of two as near, the later one: no half pixel decides
      return parts.reduce((best, part) => (measure(part) < measure(best) + TIE_PX ? part : best));
    };
    const step = (parts, key) => {
      if (!parts.includes(place)) return findMiddlemost(parts);
      if (!chosen) return place;
      if (key in STEPS) return parts[(parts.indexOf(chosen) + STEPS[key] + parts.length) % parts.length];
      const others = parts.filter((part) => part !== chosen).map((part) => [part, locate(part)]);
      return findNearest(others, locate(chosen), ARROWS[key]) || chosen;
    };
    const open = () => {
      chosen.fire("click", { latlng: findMiddle(map, chosen) }, true);
      speaker.textContent = wordsOf(chosen, "popup");
    };
    box.addEventListener("keydown", (event) => {
      const { key } = event;
      const parts = list();
      if (event.target !== box || event.altKey || event.ctrlKey || event.metaKey || !parts.length) return;
      if (key === "Escape") leave();
      if (event.shiftKey || !(key in ARROWS || key in STEPS || key === "Enter" || key === " ")) return;
      // else Leaflet moves the map and the page scrolls
      event.preventDefault();
      event.stopPropagation();
      if (key in ARROWS || key in STEPS) choose(step(parts, key));
      else if (parts.includes(chosen)) open();
      else choose(step(parts, key));
    });
    box.addEventListener("blur", leave);
    map.on("zoomend", show);
    map.on("layerremove", ({ layer }) => { if (layer === chosen) leave(); });
  };

  return { walk };
})();
