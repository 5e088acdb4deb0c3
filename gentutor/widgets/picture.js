// Pictures and curves on canvases of a fixed size, shared by every panel. A fragment of a module, as controls.js.
//
//   paintPicture(canvas, view, [H, W] or [H, W, 3])   uint8 pixels (a DataView or a typed array) as they are;
//       the style sheet enlarges them without smoothing
//   paintCurves(canvas, curves, {x, y, low, high, palette})   curves: list of {name, values, xs}; values and xs are
//       Float32Arrays, xs may be missing (0, 1, 2, ...); low and high fix the vertical range where they are given

function bytesOf(view) {
  return view instanceof DataView ? new Uint8Array(view.buffer, view.byteOffset, view.byteLength) : view;
}

function floatsOf(view) {
  // A buffer from the wire need not start at a multiple of four, which a Float32Array requires.
  const bytes = bytesOf(view);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

function paintPicture(canvas, view, shape) {
  const [height, width, channels = 1] = shape;
  const from = bytesOf(view);
  const image = new ImageData(width, height);
  const to = new Uint32Array(image.data.buffer);  // one pixel at a time: little-endian 0xAABBGGRR
  if (channels === 1) {
    for (let i = 0; i < to.length; i++) to[i] = 0xff000000 | (from[i] * 0x010101);
  } else {
    for (let i = 0, j = 0; i < to.length; i++, j += 3) {
      to[i] = 0xff000000 | (from[j + 2] << 16) | (from[j + 1] << 8) | from[j];
    }
  }
  if (canvas.width !== width || canvas.height !== height) { canvas.width = width; canvas.height = height; }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

// Three to six round numbers between low and high.
function niceTicks(low, high) {
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough * 0.8);
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) ticks.push(Number((i * step).toPrecision(10)));
  return ticks;
}

// Least and greatest of all numbers in some lists; NaN, which a diverged run may contain, is passed over.
function extent(lists) {
  let least = Infinity, most = -Infinity;
  for (const list of lists) {
    for (const value of list) {
      if (value < least) least = value;
      if (value > most) most = value;
    }
  }
  return least <= most ? [least, most] : [0, 1];
}

function withRoom([least, most]) {
  const room = (most - least || Math.abs(most) || 1) * 0.05;
  return [least - room, most + room];
}

const LINE_DASHES = [[], [6, 3], [2, 3], [8, 3, 2, 3]];  // so that colour is not the only difference

function paintCurves(canvas, curves, { x = "", y = "", low = null, high = null, palette = ["#0072B2"] } = {}) {
  const width = canvas.clientWidth, height = canvas.clientHeight;
  if (!width) return;  // not on the page yet
  const ratio = window.devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const style = getComputedStyle(canvas);
  const [ink, soft, faint] = ["--gt-ink", "--gt-soft", "--gt-faint"].map((name) => style.getPropertyValue(name).trim() || "#444");
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  pen.font = `11px ${style.fontFamily || "sans-serif"}`;
  const box = { left: 44, top: 22, right: width - 10, bottom: height - 34 };
  const xs = curves.map((curve) => curve.xs ?? Float32Array.from(curve.values, (_, i) => i));
  const [x0, x1] = extent(xs);
  const [least, most] = withRoom(extent(curves.map((curve) => curve.values)));
  const [y0, y1] = [low ?? least, high ?? most];
  const px = (value) => box.left + ((value - x0) / (x1 - x0 || 1)) * (box.right - box.left);
  const py = (value) => box.bottom - ((value - y0) / (y1 - y0 || 1)) * (box.bottom - box.top);

  pen.lineWidth = 1;
  pen.fillStyle = soft;
  pen.strokeStyle = faint;
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  for (const tick of niceTicks(y0, y1)) {
    pen.globalAlpha = 0.5;
    pen.beginPath();
    pen.moveTo(box.left, Math.round(py(tick)) + 0.5);
    pen.lineTo(box.right, Math.round(py(tick)) + 0.5);
    pen.stroke();
    pen.globalAlpha = 1;
    pen.fillText(formatNumber(tick), box.left - 6, py(tick));
  }
  pen.textAlign = "center";
  pen.textBaseline = "top";
  for (const tick of niceTicks(x0, x1)) pen.fillText(formatNumber(tick), px(tick), box.bottom + 5);
  pen.textBaseline = "alphabetic";
  pen.fillText(x, (box.left + box.right) / 2, height - 4);
  pen.textAlign = "left";
  pen.fillText(y, 2, 11);

  let names = box.right;
  pen.lineWidth = 2;
  pen.lineJoin = "round";
  curves.forEach((curve, i) => {
    const colour = palette[i % palette.length];  // made for white paper; lighter on a dark page
    pen.strokeStyle = document.body.dataset.jpThemeLight === "false" ? `color-mix(in srgb, ${colour} 65%, white)` : colour;
    pen.setLineDash(LINE_DASHES[i % LINE_DASHES.length]);
    pen.beginPath();
    for (let k = 0; k < curve.values.length; k++) pen.lineTo(px(xs[i][k]), py(curve.values[k]));
    pen.stroke();
    const text = pen.measureText(curve.name).width;  // its name above the plot, behind a piece of its line
    pen.fillStyle = ink;
    pen.fillText(curve.name, names - text, 11);
    pen.beginPath();
    pen.moveTo(names - text - 22, 7);
    pen.lineTo(names - text - 5, 7);
    pen.stroke();
    names -= text + 34;
  });
  pen.setLineDash([]);
}
