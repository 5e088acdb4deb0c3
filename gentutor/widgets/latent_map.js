// The latent map: the page side of gentutor.widgets.latent_map. A fragment, joined after controls.js, picture.js,
// mlp.js, map_plane.js and map_parts.js. Everything it needs is in `settings`; nothing is asked of a kernel or a network.
//
//   latentMap(host, settings)    fills `host`, in a shadow root, so that maps and page leave each other alone
//
// It holds the state (a walker z, or two ends A and B and a share t between them) and shows it everywhere.

const STRIP = 7;  // pictures on the way from A to B

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
  const {
    root, walkMode, pathMode, pointsOn, tilesOn, legend, picture, name, code, said, rows, real, again, about, pair,
    stripPicture, ends, strip, hint,
  } = makeView(settings, plane.el);

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
    clearTimeout(saying);  // whoever walks hears where the walk ends, not each step of it
    if (root.matches(":focus-within")) saying = setTimeout(() => { said.textContent = `${text(now)}: ${words}`; }, 500);
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
  const hover = (index) => {
    if (index === hovered) return;
    hovered = index;
    if (mode === "walk" && sheet.complete) showPair(index >= 0 ? index : nearest(spot.z).index);
  };
  followPointer(plane, {
    take: ([x, y]) => {
      const away = (key) => Math.hypot(...plane.toPage(spot[key]).map((v, i) => v - [x, y][i]));
      const key = mode === "walk" ? "z" : away("A") <= away("B") ? "A" : "B";
      handles[key].focus({ preventScroll: true, focusVisible: false });
      return key;
    },
    move, hover,
    click: (key, point) => move(key, [z[2 * point], z[2 * point + 1]]),
  });

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
  const paintLegend = makeLegend(legend, plane, classes);
  const colours = classes.map(({ colour }) => colour);
  const retheme = () => {
    const [r, g, b] = getComputedStyle(root).backgroundColor.match(/[\d.]+/g).map(Number);
    const dark = 0.299 * r + 0.587 * g + 0.114 * b < 128;
    root.classList.toggle("gt-dark", dark);
    classes.forEach((kind, i) => { kind.colour = dark ? lighter(colours[i]) : colours[i]; });
    paintLegend();
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
