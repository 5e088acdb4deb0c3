// The latent map: the page side of gentutor.widgets.latent_map. A fragment, joined after controls.js, picture.js
// and mlp.js. Everything it needs is in `settings`; nothing is asked of a kernel or a network.
//
//   latentMap(host, settings)    fills `host`, in a shadow root, so that maps and page leave each other alone
//
// Parts: makePlane draws points, tiles and handles and knows where the mouse is; makeNeighbours answers which test
// image lies next to a code; latentMap holds the state (a walker z, two ends A and B) and shows it everywhere.

const SIGN = (value, digits = 2) => value.toFixed(digits).replace("-", "−");
const MAP_MARGIN = { left: 34, right: 10, top: 10, bottom: 28 };
const STRIP = 7;   // pictures on the way from A to B
const TILES = 15;  // decoded pictures along each side of the map

// The markers of gentutor.plots, as polygons of about equal area; map_still.py has the same.
const MAP_SHAPES = (() => {
  const ring = (angles, ...radii) => angles.map((angle, i) => {
    const turn = (angle * Math.PI) / 180, r = radii[i % radii.length];
    return [r * Math.sin(turn), -r * Math.cos(turn)];
  });
  const plus = [[-0.4, -1.1], [0.4, -1.1], [0.4, -0.4], [1.1, -0.4], [1.1, 0.4], [0.4, 0.4], [0.4, 1.1], [-0.4, 1.1],
    [-0.4, 0.4], [-1.1, 0.4], [-1.1, -0.4], [-0.4, -0.4]];
  return {
    s: ring([45, 135, 225, 315], 1.2), D: ring([0, 90, 180, 270], 1.25), P: plus,
    X: plus.map(([x, y]) => [(x - y) * 0.7071, (x + y) * 0.7071]),
    "^": ring([0, 120, 240], 1.35), v: ring([60, 180, 300], 1.35),
    "<": ring([30, 150, 270], 1.35), ">": ring([90, 210, 330], 1.35),
    "*": ring([...Array(10).keys()].map((i) => i * 36), 1.5, 0.65),
  };
})();

function drawMarker(pen, x, y, radius, { colour, marker }, edge) {
  const shape = MAP_SHAPES[marker];
  pen.beginPath();
  if (shape) shape.forEach(([a, b]) => pen.lineTo(x + radius * a, y + radius * b));
  else pen.arc(x, y, radius, 0, 2 * Math.PI);
  pen.closePath();
  pen.fillStyle = colour;
  pen.fill();
  if (edge) { pen.strokeStyle = edge; pen.lineWidth = 1; pen.stroke(); }
}

// A canvas as large in device pixels as it is shown, with a pen that counts in pixels of the page.
function sharpPen(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  return pen;
}

// Which points lie next to a code, and what the five nearest of them are called.
function makeNeighbours(z, labels, extent) {
  const far = 0.15 * extent;  // farther than that from every test image, the map is empty
  return ([a, b]) => {
    const order = [];
    for (let i = 0; i < labels.length; i++) {
      const distance = Math.hypot(z[2 * i] - a, z[2 * i + 1] - b);
      if (order.length === 5 && distance >= order[4].distance) continue;
      let at = order.length;
      while (at > 0 && order[at - 1].distance > distance) at--;
      order.splice(at, 0, { i, distance });
      if (order.length > 5) order.pop();
    }
    const votes = new Map();
    for (const { i } of order) votes.set(labels[i], (votes.get(labels[i]) ?? 0) + 1);
    const label = [...votes].reduce((best, one) => (one[1] > best[1] ? one : best))[0];
    return { index: order[0].i, label, empty: order[0].distance > far };
  };
}

// The plane: a canvas of points and tiles that is drawn rarely, and handles above it that move often.
function makePlane(settings, z, decodeTile) {
  const { extent, points, classes } = settings;
  const canvas = make("canvas", { "aria-hidden": "true" });
  const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
  const lines = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  lines.setAttribute("aria-hidden", "true");
  lines.append(line);
  const tip = make("div", { class: "gt-tip", hidden: true, "aria-hidden": "true" });
  const el = make("div", { class: "gt-plane" }, canvas, lines, tip);
  const look = { tiles: false, points: true, only: null, chosen: -1 };
  let side = 0;
  let tiles = null;  // decoded once, when they are first wanted

  const width = () => side - MAP_MARGIN.left - MAP_MARGIN.right;
  const toPage = ([a, b]) => [
    MAP_MARGIN.left + ((a / extent + 1) / 2) * width(),
    MAP_MARGIN.top + ((1 - b / extent) / 2) * width(),
  ];
  const toCode = (x, y) => [
    (((x - MAP_MARGIN.left) / width()) * 2 - 1) * extent,
    (1 - ((y - MAP_MARGIN.top) / width()) * 2) * extent,
  ];
  const at = (i) => toPage([z[2 * i], z[2 * i + 1]]);
  const inside = (i) => Math.abs(z[2 * i]) <= extent && Math.abs(z[2 * i + 1]) <= extent;

  const fillTiles = (row = 0) => {
    const [, height, wide] = settings.shape;
    tiles ??= make("canvas", { width: TILES * wide, height: TILES * height });
    const pen = tiles.getContext("2d");
    for (let column = 0; column < TILES; column++) {
      const code = [column, TILES - 1 - row].map((i) => ((i + 0.5) / TILES * 2 - 1) * extent);
      pen.drawImage(decodeTile(code), column * wide, row * height);
    }
    if (row + 1 < TILES) setTimeout(fillTiles, 0, row + 1);  // a row at a time, so that the page never stalls
    draw();
  };

  const drawAxes = (pen, ink, faint) => {
    const [x0, y0] = toPage([-extent, extent]);
    const end = toPage([extent, -extent]);
    pen.font = "12px system-ui, sans-serif";
    pen.lineWidth = 1;
    for (const tick of niceTicks(-extent, extent)) {
      const [x, y] = toPage([tick, tick]);
      pen.strokeStyle = faint;
      pen.globalAlpha = tick === 0 ? 0.9 : 0.35;
      if (!look.tiles) {
        pen.beginPath();
        pen.moveTo(x, y0); pen.lineTo(x, end[1]);
        pen.moveTo(x0, y); pen.lineTo(end[0], y);
        pen.stroke();
      }
      pen.globalAlpha = 1;
      pen.fillStyle = ink;
      pen.textAlign = "center"; pen.textBaseline = "top";
      pen.fillText(SIGN(tick, Number.isInteger(tick) ? 0 : 1), x, end[1] + 6);
      pen.textAlign = "right"; pen.textBaseline = "middle";
      pen.fillText(SIGN(tick, Number.isInteger(tick) ? 0 : 1), x0 - 7, y);
    }
    pen.font = "italic 13px system-ui, sans-serif";
    pen.textAlign = "center"; pen.textBaseline = "top";
    pen.fillText("z₁", x0 + 0.75 * width(), end[1] + 5);
    pen.textAlign = "right"; pen.textBaseline = "middle";
    pen.fillText("z₂", x0 - 7, y0 + 0.25 * width());
    pen.strokeStyle = faint;
    pen.strokeRect(x0, y0, width(), width());
  };

  // Radius 2: exp(-2), 14 % of all codes drawn from a standard normal, lie outside.
  const drawPrior = (pen, ink) => {
    const [x, y] = toPage([0, 0]);
    const radius = (2 / extent / 2) * width();
    pen.save();
    pen.strokeStyle = ink; pen.globalAlpha = 0.55; pen.setLineDash([4, 4]);
    pen.beginPath(); pen.arc(x, y, radius, 0, 2 * Math.PI); pen.stroke();
    pen.restore();
  };

  const draw = () => {
    if (!side) return;
    const pen = sharpPen(canvas, side, side);
    const theme = getComputedStyle(el);
    const [ink, faint, paper] = ["--gt-soft", "--gt-faint", "--gt-paper"].map((name) => theme.getPropertyValue(name).trim());
    const [x0, y0] = toPage([-extent, extent]);
    if (look.tiles && tiles) {
      pen.imageSmoothingQuality = "high";
      pen.drawImage(tiles, x0, y0, width(), width());
    }
    drawAxes(pen, ink, faint);
    drawPrior(pen, look.tiles ? "#fff" : ink);
    if (look.points) {
      const radius = side > 380 ? 4 : 3.2;
      const order = points.label.map((label, i) => i).filter(inside);
      const shown = (i) => look.only === null || points.label[i] === look.only;
      for (const i of [...order.filter((i) => !shown(i)), ...order.filter(shown)]) {
        pen.globalAlpha = shown(i) ? 1 : 0.12;
        drawMarker(pen, ...at(i), radius, classes[points.label[i]], look.tiles ? "#000" : paper);
      }
      pen.globalAlpha = 1;
    }
    if (look.chosen >= 0 && inside(look.chosen)) {
      pen.strokeStyle = look.tiles ? "#fff" : theme.getPropertyValue("--gt-ink").trim();
      pen.lineWidth = 2;
      pen.beginPath(); pen.arc(...at(look.chosen), 9, 0, 2 * Math.PI); pen.stroke();
    }
  };

  return {
    el, toPage, toCode, look, draw, line,
    resize() {
      const now = el.clientWidth;
      if (now && now !== side) { side = now; draw(); }
      return now;
    },
    showTiles(on) {
      look.tiles = on;
      if (on && !tiles) fillTiles(); else draw();
    },
    place(handle, code) {
      const [x, y] = toPage(code);
      handle.style.transform = `translate(${x}px, ${y}px)`;
    },
    // The point under the mouse, or -1.
    hit(x, y) {
      let best = -1, least = 10;
      for (let i = 0; look.points && i < points.label.length; i++) {
        if (!inside(i) || (look.only !== null && points.label[i] !== look.only)) continue;
        const [a, b] = at(i);
        const distance = Math.hypot(a - x, b - y);
        if (distance < least) { least = distance; best = i; }
      }
      return best;
    },
    choose(i, x = 0, y = 0) {
      tip.hidden = i < 0;
      if (i >= 0) {
        tip.textContent = classes[points.label[i]].name;
        tip.style.transform = `translate(${x + 14}px, ${y - 26}px)`;
      }
      if (look.chosen !== i) { look.chosen = i; draw(); }
    },
    addHandle(name, text = "", kind = "") {
      const handle = make("div", {
        class: `gt-handle ${kind}`, tabindex: 0, role: "slider", "aria-label": name, "aria-valuemin": -extent,
        "aria-valuemax": extent, "aria-roledescription": "point on a plane",
        "aria-keyshortcuts": "ArrowLeft ArrowRight ArrowUp ArrowDown Enter",
      }, text);
      el.append(handle);
      return handle;
    },
  };
}

function makeSlider(label, low, high, step, onInput) {
  const id = `gt-map-${++gtCount}`;
  const range = make("input", { type: "range", id, class: "gt-range", min: low, max: high, step });
  const shown = make("output", { for: id });
  range.addEventListener("input", () => onInput(Number(range.value)));
  return {
    el: make("div", { class: "gt-row" }, make("label", { for: id }, label), range, shown),
    show(value) {
      range.value = value;
      range.style.setProperty("--gt-part", (value - low) / (high - low));
      range.setAttribute("aria-valuetext", SIGN(value));
      shown.textContent = SIGN(value);
    },
  };
}

function latentMap(host, settings) {
  const { extent, classes, points, shape: [channels, height, width] } = settings;
  const z = unpackArray(points.z);
  const net = mlp(unpackLayers(settings.layers));
  const nearest = makeNeighbours(z, points.label, extent);
  const sheet = new Image();
  const bytes = new Uint8Array(channels * height * width);
  const size = channels === 1 ? [height, width] : [height, width, channels];

  // Decode a code and paint it; net's output runs channel by channel, a picture's bytes pixel by pixel.
  const paint = (canvas, code) => {
    const pixels = net(code);
    const area = height * width;
    for (let c = 0, i = 0; c < channels; c++) {
      for (let p = 0; p < area; p++, i++) bytes[p * channels + c] = pixels[i] * 255 + 0.5;
    }
    paintPicture(canvas, bytes, size);
  };
  const tile = make("canvas");
  const decodeTile = (code) => { paint(tile, code); return tile; };

  // ---- what stands where
  const plane = makePlane(settings, z, decodeTile);
  const button = (text, attributes = {}) => make("button", { type: "button", ...attributes }, text);
  const walkMode = button("Walk", { "aria-pressed": "true" });
  const pathMode = button("From A to B", { "aria-pressed": "false" });
  const pointsOn = button("Test images", { "aria-pressed": "true", title: "Show each test image as a point at its code" });
  const tilesOn = button("Decoded map", { "aria-pressed": "false", title: "Show what the decoder draws all over the map" });
  const legend = make("div", { class: "gt-legend", role: "group", "aria-label": "Classes: choose one to see it alone" });
  const picture = make("canvas", { class: "gt-picture", role: "img" });
  const name = make("b");
  const code = make("span");
  const caption = make("p", { class: "gt-caption", "aria-hidden": "true" }, name, code);
  const said = make("p", { class: "gt-hidden", "aria-live": "polite" });
  const rows = make("div", { class: "gt-rows" });
  const real = make("canvas", { role: "img", width, height });
  const again = make("canvas", { role: "img", width, height });
  const about = make("div");
  const pair = make("div", { class: "gt-pair" }, real, again, about);
  const stripPicture = make("canvas", { role: "img", width: STRIP * width, height });
  const ends = make("p", { class: "gt-ends" }, make("span"), make("span"));
  const strip = make("div", { class: "gt-strip", hidden: true }, stripPicture, ends);
  const hint = make("p", { class: "gt-hint" });
  const root = make("section", { class: "gentutor gt-map", "aria-label": settings.title },
    make("div", { class: "gt-top" },
      make("h3", { class: "gt-title" }, settings.title),
      make("div", { class: "gt-switch" },
        make("div", { class: "gt-modes", role: "group", "aria-label": "What the mouse moves" }, walkMode, pathMode),
        make("div", { class: "gt-shows", role: "group", "aria-label": "What the map shows" }, pointsOn, tilesOn))),
    make("div", { class: "gt-both" },
      make("div", {}, plane.el, legend),
      make("div", {}, picture, caption, rows, make("div", { class: "gt-extra" }, pair, strip))),
    hint, said);

  // ---- state, and how it is shown
  const handles = {
    z: plane.addHandle("Point on the map", "", "gt-open"),
    A: plane.addHandle("A, where the path starts", "A"),
    B: plane.addHandle("B, where the path ends", "B"),
  };
  const walker = make("div", { class: "gt-handle gt-walker", "aria-hidden": "true" });
  plane.el.append(walker);
  const spot = { z: [...settings.start], A: [...settings.start], B: [...settings.goal] };
  let mode = "walk", t = 0.5, hovered = -1, paired = -1, saying = 0;

  const nameAt = (where) => {
    const { label, empty } = nearest(where);
    return empty ? "no test image near" : `looks like: ${classes[label].name}`;
  };
  const text = ([a, b]) => `z = (${SIGN(a)}, ${SIGN(b)})`;
  const between = (share) => spot.A.map((a, i) => (1 - share) * a + share * spot.B[i]);
  const place = () => (mode === "walk" ? spot.z : between(t));

  const showPair = (index) => {
    if (index === paired) return;
    paired = index;
    const label = classes[points.label[index]].name;
    const pen = real.getContext("2d");
    const column = index % points.columns, row = Math.floor(index / points.columns);
    pen.drawImage(sheet, column * width, row * height, width, height, 0, 0, width, height);
    paint(again, [z[2 * index], z[2 * index + 1]]);
    real.setAttribute("aria-label", `A real test image: ${label}`);
    again.setAttribute("aria-label", "The same image, decoded from its two numbers");
    about.replaceChildren(make("b", {}, label), hovered < 0 ? "The nearest test image" : "This test image",
      ", and what the decoder makes of its two numbers.");
  };

  const showHandle = (key) => {
    plane.place(handles[key], spot[key]);
    handles[key].setAttribute("aria-valuenow", spot[key][0].toFixed(2));
    handles[key].setAttribute("aria-valuetext", `${text(spot[key])}: ${nameAt(spot[key])}`);
  };

  const showStrip = () => {
    const pen = stripPicture.getContext("2d");
    for (let i = 0; i < STRIP; i++) pen.drawImage(decodeTile(between(i / (STRIP - 1))), i * width, 0);
    const sides = ["A", "B"].map((key) => nameAt(spot[key]).replace("looks like: ", ""));
    ends.children[0].textContent = `A: ${sides[0]}`;
    ends.children[1].textContent = `B: ${sides[1]}`;
    stripPicture.setAttribute("aria-label", `${STRIP} pictures on the way from A, ${sides[0]}, to B, ${sides[1]}`);
    const [[x1, y1], [x2, y2]] = [plane.toPage(spot.A), plane.toPage(spot.B)];
    for (const [key, value] of Object.entries({ x1, y1, x2, y2 })) plane.line.setAttribute(key, value);
  };

  // Everything that follows the walker. It runs inside the event, so the next frame already shows it.
  const show = () => {
    const now = place();
    paint(picture, now);
    const words = nameAt(now);
    name.textContent = words;
    code.textContent = text(now);
    picture.setAttribute("aria-label", `${text(now)}: ${words}`);
    if (mode === "walk") {
      showHandle("z");
      sliders.forEach((slider, i) => slider.show(now[i]));
      if (hovered < 0 && sheet.complete) showPair(nearest(now).index);
    } else {
      plane.place(walker, now);
      path.show(t);
    }
    clearTimeout(saying);  // a reader hears where the walk ends, not each step of it
    saying = setTimeout(() => { said.textContent = `${text(now)}: ${words}`; }, 500);
  };

  const move = (key, [a, b]) => {
    spot[key] = [a, b].map((v) => Math.min(extent, Math.max(-extent, v)));
    if (key !== "z") { showHandle(key); showStrip(); }
    show();
  };

  const sliders = [0, 1].map((axis) => makeSlider(`z${"₁₂"[axis]}`, -extent, extent, extent / 150, (value) => {
    move("z", axis === 0 ? [value, spot.z[1]] : [spot.z[0], value]);
  }));
  const path = makeSlider("A to B", 0, 1, 0.01, (value) => { t = value; show(); });
  const walkRows = make("div", {}, ...sliders.map(({ el }) => el));
  const pathRows = make("div", { hidden: true }, path.el,
    make("div", { class: "gt-row gt-note" }, "z = (1 − t) · A + t · B"));
  rows.append(walkRows, pathRows);

  const setMode = (next) => {
    mode = next;
    walkMode.setAttribute("aria-pressed", mode === "walk");
    pathMode.setAttribute("aria-pressed", mode === "path");
    handles.z.hidden = mode !== "walk";
    for (const el of [handles.A, handles.B, walker]) el.hidden = mode === "walk";
    plane.line.style.display = mode === "walk" ? "none" : "";
    for (const el of [pair, walkRows]) el.hidden = mode !== "walk";
    for (const el of [strip, pathRows]) el.hidden = mode === "walk";
    hint.textContent = mode === "walk"
      ? "Drag the ring, or use the arrow keys (with Shift: larger steps; Enter: to the nearest test image). "
        + "Inside the dashed circle lie 86 % of the codes that the prior N(0, 1) draws."
      : "Drag A and B, or move them with the arrow keys; the slider walks along the straight line between them.";
    if (mode === "path") { showHandle("A"); showHandle("B"); showStrip(); }
    show();
  };

  // ---- mouse, touch, keys
  const follow = (event) => {
    const box = plane.el.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  let held = null;  // which handle the pointer holds, where it went down
  plane.el.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const [x, y] = follow(event);
    const away = (key) => Math.hypot(...plane.toPage(spot[key]).map((v, i) => v - [x, y][i]));
    const key = mode === "walk" ? "z" : away("A") <= away("B") ? "A" : "B";
    held = { key, x, y };
    plane.el.setPointerCapture(event.pointerId);
    plane.el.classList.add("gt-dragging");
    event.preventDefault();
    handles[key].focus({ preventScroll: true, focusVisible: false });
    hover(-1);
    move(key, plane.toCode(x, y));
  });
  const hover = (index, x, y) => {
    if (index !== hovered || index >= 0) plane.choose(index, x, y);
    if (index === hovered) return;
    hovered = index;
    if (mode === "walk" && sheet.complete) showPair(index >= 0 ? index : nearest(spot.z).index);
  };
  plane.el.addEventListener("pointermove", (event) => {
    const [x, y] = follow(event);
    if (held) move(held.key, plane.toCode(x, y));
    else hover(plane.hit(x, y), x, y);
  });
  const release = (event) => {
    if (!held) return;
    const [x, y] = follow(event);
    const point = plane.hit(x, y);
    if (event.type === "pointerup" && Math.hypot(x - held.x, y - held.y) < 3 && point >= 0) {
      move(held.key, [z[2 * point], z[2 * point + 1]]);  // a click on a point goes to that very image's code
    }
    held = null;
    plane.el.classList.remove("gt-dragging");
  };
  for (const kind of ["pointerup", "pointercancel", "lostpointercapture"]) plane.el.addEventListener(kind, release);
  plane.el.addEventListener("pointerleave", () => hover(-1));

  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  for (const [key, handle] of Object.entries(handles)) {
    handle.addEventListener("keydown", (event) => {
      const { index } = nearest(spot[key]);
      const step = (extent / 60) * (event.shiftKey ? 5 : 1);
      if (event.key in STEPS) move(key, spot[key].map((v, i) => v + step * STEPS[event.key][i]));
      else if (event.key === "Enter") move(key, [z[2 * index], z[2 * index + 1]]);
      else return;
      event.preventDefault();
    });
  }
  stripPicture.addEventListener("click", (event) => {
    t = Math.round((event.offsetX / stripPicture.clientWidth) * STRIP - 0.5) / (STRIP - 1);
    show();
  });
  walkMode.addEventListener("click", () => setMode("walk"));
  pathMode.addEventListener("click", () => setMode("path"));
  pointsOn.addEventListener("click", () => {
    plane.look.points = !plane.look.points;
    pointsOn.setAttribute("aria-pressed", plane.look.points);
    plane.draw();
  });
  tilesOn.addEventListener("click", () => {
    plane.showTiles(!plane.look.tiles);
    tilesOn.setAttribute("aria-pressed", plane.look.tiles);
  });

  // ---- legend and theme
  const chips = classes.map((kind, label) => {
    const swatch = make("canvas", { "aria-hidden": "true" });
    const chip = make("button", { type: "button", "aria-pressed": "false" }, swatch, kind.name);
    chip.addEventListener("click", () => {
      plane.look.only = plane.look.only === label ? null : label;
      chips.forEach((other, i) => other.chip.setAttribute("aria-pressed", plane.look.only === i));
      plane.draw();
    });
    legend.append(chip);
    return { chip, paint: () => drawMarker(sharpPen(swatch, 16, 16), 8, 8, 5, kind) };
  });
  const colours = classes.map(({ colour }) => colour);
  const retheme = () => {
    const [r, g, b] = getComputedStyle(root).backgroundColor.match(/[\d.]+/g).map(Number);
    const dark = 0.299 * r + 0.587 * g + 0.114 * b < 128;
    root.classList.toggle("gt-dark", dark);
    classes.forEach((kind, i) => { kind.colour = dark ? lighter(colours[i]) : colours[i]; });
    for (const chip of chips) chip.paint();
    plane.draw();
  };
  // JupyterLab hides the page while it changes the theme, which cancels the transition instead of ending it.
  for (const kind of ["transitionend", "transitioncancel"]) {
    root.addEventListener(kind, (event) => {
      if (event.target === root && event.propertyName === "background-color") retheme();
    });
  }

  // ---- into the page
  const shadow = host.attachShadow({ mode: "open" });
  shadow.append(make("style", {}, settings.style), root);
  guardKeys(root);
  retheme();
  const settle = () => { if (plane.resize()) setMode(mode); };
  settle();
  new ResizeObserver(settle).observe(plane.el);
  sheet.addEventListener("load", () => { paired = -1; show(); });
  sheet.src = points.sheet;
}

// On a dark page the darkest colours of the palette are mixed with white, so that every class stays visible.
function lighter(hex) {
  const parts = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
  const light = (0.299 * parts[0] + 0.587 * parts[1] + 0.114 * parts[2]) / 255;
  const share = light < 0.5 ? 0.35 : 0;
  return `rgb(${parts.map((v) => Math.round(v + (255 - v) * share)).join(" ")})`;
}
