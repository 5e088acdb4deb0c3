// The parts of the latent map beside its plane. A fragment, as controls.js, joined before latent_map.js.
//
//   makeNeighbours(z, labels, extent)    which test image lies next to a code, and what its neighbours are called
//   makeSlider(label, low, high, step, onInput)
//   makeView(settings, planeElement)     every element, in its place
//   makeLegend(el, plane, classes)       a button for each class
//   followPointer(plane, {take, move, hover, click})

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

function makeSlider(label, low, high, step, onInput) {
  const id = `gt-map-${gtCopy}-${++gtCount}`;
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

// The elements around the plane, in their places; what they say and do is latentMap's.
function makeView({ title, shape: [, height, width] }, planeElement) {
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
  const root = make("section", { class: "gentutor gt-map", "aria-label": title },
    make("div", { class: "gt-top" },
      make("h3", { class: "gt-title" }, title),
      make("div", { class: "gt-switch" },
        make("div", { class: "gt-modes", role: "group", "aria-label": "What the mouse moves" }, walkMode, pathMode),
        make("div", { class: "gt-shows", role: "group", "aria-label": "What the map shows" }, pointsOn, tilesOn))),
    make("div", { class: "gt-both" },
      make("div", {}, planeElement, legend),
      make("div", {}, picture, caption, rows, make("div", { class: "gt-extra" }, pair, strip))),
    hint, said);
  return {
    root, walkMode, pathMode, pointsOn, tilesOn, legend, picture, name, code, said, rows, real, again, about, pair,
    stripPicture, ends, strip, hint,
  };
}

// One button for each class, which shows it alone; returns what paints the markers on them.
function makeLegend(el, plane, classes) {
  const chips = classes.map((kind, label) => {
    const swatch = make("canvas", { "aria-hidden": "true" });
    const chip = make("button", { type: "button", "aria-pressed": "false" }, swatch, kind.name);
    chip.addEventListener("click", () => {
      plane.look.only = plane.look.only === label ? null : label;
      chips.forEach((other, i) => other.chip.setAttribute("aria-pressed", plane.look.only === i));
      plane.draw();
    });
    el.append(chip);
    return { chip, swatch, kind };
  });
  return () => {
    for (const { swatch, kind } of chips) drawMarker(sharpPen(swatch, 16, 16), 8, 8, 5, kind);
  };
}

// Mouse, pen and finger: drag moves what `take` names, a click on a point goes to that very image's code.
function followPointer(plane, { take, move, hover, click }) {
  let held = null;  // what the pointer holds, and where it went down
  const where = (event) => {
    const box = plane.el.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const point = (index, x, y) => { plane.choose(index, x, y); hover(index); };
  plane.el.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const [x, y] = where(event);
    event.preventDefault();
    held = { key: take([x, y]), x, y };
    plane.el.setPointerCapture(event.pointerId);
    plane.el.classList.add("gt-dragging");
    point(-1);
    move(held.key, plane.toCode(x, y));
  });
  plane.el.addEventListener("pointermove", (event) => {
    const [x, y] = where(event);
    if (held) move(held.key, plane.toCode(x, y));
    else point(plane.hit(x, y), x, y);
  });
  const release = (event) => {
    if (!held) return;
    const [x, y] = where(event);
    const under = plane.hit(x, y);
    if (event.type === "pointerup" && Math.hypot(x - held.x, y - held.y) < 3 && under >= 0) click(held.key, under);
    held = null;
    plane.el.classList.remove("gt-dragging");
  };
  for (const kind of ["pointerup", "pointercancel", "lostpointercapture"]) plane.el.addEventListener(kind, release);
  plane.el.addEventListener("pointerleave", () => point(-1));
}
