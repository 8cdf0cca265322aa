// How does the data block of this page become a map?
// Everything that came from a table enters the page as text (textContent), never as HTML and never as code.
(() => {
  const spec = JSON.parse(document.getElementById("map-data").textContent);
  const element = (tag, className, text) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };
  // for the two places where Leaflet takes HTML only: names in the layer control, and the attribution
  const escaped = (text) => element("i", "", text).innerHTML;
  let drawn = 0;
  // keys that never move a map
  const STILL_KEYS = new Set(["Tab", "Escape", "Shift", "Control", "Alt", "AltGraph", "Meta", "CapsLock", "NumLock", "Fn"]);
  // part of a map -> the layer whose notes it shows; map_keys.js walks over them
  const notes = new Map();

  const hatching = () => {
    const made = (tag, attributes) => {
      const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
      Object.entries(attributes).forEach(([key, value]) => node.setAttribute(key, value));
      return node;
    };
    const svg = made("svg", { width: 0, height: 0, class: "hatching", "aria-hidden": "true" });
    const pattern = made("pattern", { id: "hatch", width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" });
    pattern.append(made("rect", { width: 7, height: 7, fill: "#ffffff" }), made("rect", { width: 2, height: 7, fill: "#8a8a8a" }));
    svg.append(pattern);
    return svg;
  };

  const note = (said, index) => {
    const box = element("div", "note");
    if (said.text !== undefined) box.append(element("p", "", said.text));
    if (said.heads) box.append(element("p", "head", said.heads[index]));
    if (!said.rows) return box;
    const table = element("table");
    said.rows[index].forEach((value, at) => {
      const line = table.insertRow();
      if (said.fields) line.append(element("th", "", said.fields[at]));
      line.append(element("td", "", value));
    });
    box.append(table);
    return box;
  };

  const listParts = (drawing) => (drawing.getLayers ? drawing.getLayers().flatMap(listParts) : [drawing]);

  // the words of a note in one line, to be read aloud
  const wordsOf = (part, kind) => {
    const layer = notes.get(part);
    const lines = note(layer[kind] || layer.tooltip || layer.popup, part.place).querySelectorAll("p, tr");
    return [...lines].map((line) => [...(line.cells || [line])].map((cell) => cell.textContent).join(" ")).join("、");
  };

  const bindNotes = (drawing, layer) => {
    if (layer.tooltip) drawing.bindTooltip((part) => note(layer.tooltip, part.place), { sticky: true, ...layer.tooltip.options });
    if (layer.popup) drawing.bindPopup((part) => note(layer.popup, part.place), { maxWidth: 320 });
    // what lies within a group has its own notes first
    if (layer.tooltip || layer.popup) listParts(drawing).filter((part) => !notes.has(part)).forEach((part) => notes.set(part, layer));
    return drawing;
  };

  const highlight = (part, usual, hover) => {
    part.on("mouseover", () => part.setStyle(hover).bringToFront());
    part.on("mouseout", () => part.setStyle(usual));
  };

  // lines and rings are written as steps from point to point, in 0.00001 degrees (maps/_pack_shapes.py)
  const walk = (steps) => {
    const line = [];
    let [x, y] = [0, 0];
    for (let at = 0; at < steps.length; at += 2) {
      x += steps[at];
      y += steps[at + 1];
      line.push([x / 1e5, y / 1e5]);
    }
    return line;
  };

  const unpack = (coordinates) => (Array.isArray(coordinates[0]) ? coordinates.map(unpack) : walk(coordinates));

  const placeSteps = (geometry) => {
    if (geometry.geometries) return { ...geometry, geometries: geometry.geometries.map(placeSteps) };
    return geometry.type === "Point" ? geometry : { ...geometry, coordinates: unpack(geometry.coordinates) };
  };

  const shapes = (layer) => {
    const geometries = spec.geometries[layer.set].map(placeSteps);
    const features = geometries.map((geometry, place) => ({ type: "Feature", properties: { place }, geometry }));
    const styleOf = (feature) => layer.styles[layer.style_of[feature.properties.place]];
    const keep = (feature, part) => {
      part.place = feature.properties.place;
      drawn += layer.interactive ? 1 : 0;
      if (layer.hover) highlight(part, styleOf(feature), layer.styles[layer.hover[part.place]]);
    };
    return L.geoJson(features, {
      style: styleOf,
      interactive: layer.interactive,
      smoothFactor: 0.5,
      onEachFeature: keep,
      pointToLayer: (feature, at) => L.circleMarker(at, { radius: 6, ...styleOf(feature) }),
    });
  };

  const points = (layer) => {
    // a canvas takes every movement of the mouse from the areas below it: only where there are too many circles for shapes
    const many = layer.lat.length > 1000;
    const renderer = many ? L.canvas({ pane: "points", padding: 0.5, tolerance: 3 }) : L.svg({ pane: "points", padding: 0.5 });
    const circles = layer.lat.map((lat, place) => {
      const usual = { ...layer.styles[layer.style_of[place]], radius: layer.radius[place], renderer, pane: "points" };
      const circle = L.circleMarker([lat, layer.lon[place]], usual);
      circle.place = place;
      drawn += 1;
      return circle;
    });
    return L.featureGroup(circles);
  };

  const marker = (layer) => {
    const content = layer.text === null ? element("span", "pin") : element("span", "words", layer.text);
    if (layer.text === null) content.style.backgroundColor = layer.colour;
    const size = layer.text === null ? { iconSize: [22, 22], iconAnchor: [11, 26], tooltipAnchor: [10, -14], popupAnchor: [0, -22] } : { iconSize: null };
    return L.marker(layer.at, { keyboard: false, icon: L.divIcon({ html: content, className: "mark", ...size }) });
  };

  const makers = {
    shapes,
    points,
    marker,
    circle: (layer) => L.circle(layer.at, layer.style),
    circle_marker: (layer) => L.circleMarker(layer.at, layer.style),
    polyline: (layer) => L.polyline(layer.at, layer.style),
    polygon: (layer) => L.polygon(layer.at, layer.style),
    rectangle: (layer) => L.rectangle(layer.at, layer.style),
    group: (layer) => L.featureGroup(layer.layers.map((inner) => make(inner)[0])),
  };

  // give the drawing, and what to do once it is on the map
  const make = (layer) => {
    const drawing = bindNotes(makers[layer.kind](layer), layer);
    const inner = layer.kind === "group" ? drawing.getLayers() : [];
    drawing.opened = [...inner.flatMap((part) => part.opened || []), ...(layer.popup && layer.popup.open ? [drawing] : [])];
    return [drawing, layer];
  };

  const swatch = (entry) => {
    const made = element("span", `swatch ${entry.kind}`);
    if (entry.kind === "hatch") return made;
    made.style.backgroundColor = entry.colour;
    if (entry.kind === "circle") made.style.width = made.style.height = `${2 * entry.radius}px`;
    return made;
  };

  const legend = (told) => {
    const box = element("details", "legend");
    box.open = true;
    box.append(element("summary", "", told.title || "凡例"));
    if (told.unit) box.append(element("p", "unit", `単位: ${told.unit}`));
    const list = element("ul");
    told.entries.forEach((entry) => {
      const line = element("li");
      line.append(swatch(entry), element("span", "words", entry.label));
      list.append(line);
    });
    box.append(list);
    return box;
  };

  const control = (map, pane, made) => {
    const list = L.control.layers(null, null, pane.control).addTo(map);
    made.filter(([, layer]) => layer.name !== null).forEach(([drawing, layer]) => {
      if (layer.base) list.addBaseLayer(drawing, escaped(layer.name));
      else list.addOverlay(drawing, escaped(layer.name));
    });
  };

  const aim = (map, pane) => {
    if (pane.bounds) map.fitBounds(pane.bounds, { padding: [8, 8], animate: false });
    else map.setView(pane.center, pane.zoom, { animate: false });
  };

  // a frame may be hidden or of another size when the page opens: aim again until somebody has moved the map
  const stayAimed = (map, pane, box) => {
    let touched = false;
    ["pointerdown", "wheel"].forEach((event) => box.addEventListener(event, () => { touched = true; }));
    box.addEventListener("keydown", ({ key, altKey, ctrlKey, metaKey, defaultPrevented }) => {
      // keys that leave the map or walk over its parts do not move it, nor do those that only prepare another key
      if (!STILL_KEYS.has(key) && !altKey && !ctrlKey && !metaKey && !defaultPrevented) touched = true;
    });
    new ResizeObserver(() => {
      map.invalidateSize({ animate: false });
      if (!touched) aim(map, pane);
    }).observe(box);
  };

  // a wheel turned over a notebook scrolls the notebook; over a map that was clicked it zooms
  const wheelAfterClick = (map, box) => {
    box.addEventListener("pointerdown", () => map.scrollWheelZoom.enable());
    box.addEventListener("mouseleave", () => map.scrollWheelZoom.disable());
  };

  const draw = (pane, main) => {
    const section = element("section", "pane");
    if (pane.heading) section.append(element("h2", "", pane.heading));
    const inside = element("div", "inside");
    const box = element("div", "map");
    const side = element("aside");
    side.append(...pane.legends.map(legend));
    inside.append(box, side);
    section.append(inside);
    main.append(section);
    const map = L.map(box, { attributionControl: false, zoomControl: false, scrollWheelZoom: false, zoomSnap: pane.tiles ? 1 : 0.25, maxZoom: 18 });
    L.control.zoom({ zoomInTitle: "拡大", zoomOutTitle: "縮小" }).addTo(map);
    L.control.scale({ imperial: false }).addTo(map);
    // Leaflet would draw a canvas below all areas
    map.createPane("points").style.zIndex = 450;
    aim(map, pane);
    if (pane.tiles) {
      L.tileLayer(pane.tiles.url, { maxZoom: 18, attribution: escaped(pane.tiles.attribution) }).addTo(map);
      L.control.attribution({ prefix: false }).addTo(map);
    }
    const made = pane.layers.map(make);
    made.filter(([, layer]) => layer.show).forEach(([drawing]) => {
      drawing.addTo(map);
      drawing.opened.forEach((part) => part.openPopup());
    });
    if (pane.control) control(map, pane, made);
    const title = pane.heading || document.title.replace(/^地図$/, "") || "この図";
    const here = new Set(made.flatMap(([drawing]) => listParts(drawing)));
    mapKeys.walk(map, box, title, [...notes.keys()].filter((part) => here.has(part)), wordsOf);
    stayAimed(map, pane, box);
    wheelAfterClick(map, box);
    return map;
  };

  // Leaflet pans by whole pixels and drops the rest, so the others are set exactly once the move has ended
  const follow = (maps) => {
    let leading = false;
    const lead = (events, how) => maps.forEach((from) => from.on(events, () => {
      if (leading) return;
      leading = true;
      maps.filter((to) => to !== from).forEach((to) => to.setView(from.getCenter(), from.getZoom(), how));
      leading = false;
    }));
    lead("move zoomend", { animate: false });
    lead("moveend", { reset: true });
  };

  document.body.append(hatching());
  const main = document.getElementById("panes");
  main.className = spec.panes.length > 1 ? "several" : "one";
  const maps = spec.panes.map((pane) => draw(pane, main));
  if (maps.length > 1) follow(maps);
  document.getElementById("wait").remove();
  document.body.dataset.drawn = drawn;
})();
