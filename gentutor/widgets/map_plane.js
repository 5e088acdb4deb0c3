// The plane of the latent map: points, tiles, axes and handles. A fragment, as controls.js, joined before latent_map.js.
//
//   makePlane(settings, z, decodeTile)   the element, its drawing, and where on it a code or the mouse is
//   drawMarker, sharpPen, lighter        also used by the legend

const SIGN = (value, digits = 2) => value.toFixed(digits).replace("-", "−");
const MAP_MARGIN = { left: 34, right: 10, top: 10, bottom: 28 };
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

// On a dark page the darkest colours of the palette are mixed with white, so that every class stays visible.
function lighter(hex) {
  const parts = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
  const light = (0.299 * parts[0] + 0.587 * parts[1] + 0.114 * parts[2]) / 255;
  const share = light < 0.5 ? 0.35 : 0;
  return `rgb(${parts.map((v) => Math.round(v + (255 - v) * share)).join(" ")})`;
}
