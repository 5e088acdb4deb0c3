// The curve chart of the live-training panel: a family of runs over steps, drawn on one canvas of fixed height.

const FAMILY_DASHES = [[], [7, 3], [2, 3], [9, 3, 2, 3], [4, 2], [12, 4]];
const FAMILY_COLOURS = {
  // Okabe and Ito's colours, told apart under every common colour blindness; lighter ones on a dark page.
  light: ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#A87900", "#3A97CC"],
  dark: ["#56B4E9", "#FF9D4D", "#2FD0A0", "#E79FC9", "#F0E442", "#8FB8FF"],
};

/** Colours of the page as it is now: the chart asks again at each drawing, so that a theme change is followed. */
function chartTheme(element) {
  const style = getComputedStyle(element);
  const [red, green, blue] = (style.color.match(/[\d.]+/g) || [0, 0, 0]).map(Number);
  const dark = 0.3 * red + 0.6 * green + 0.1 * blue > 128; // light ink stands on a dark page
  return {
    ink: style.color,
    faint: dark ? "rgba(255,255,255,0.14)" : "rgba(0,0,0,0.11)",
    paper: dark ? "#1b1b1b" : "#ffffff",
    colours: dark ? FAMILY_COLOURS.dark : FAMILY_COLOURS.light,
    font: style.fontFamily || "sans-serif",
  };
}

/** About `count` round numbers between low and high; on a log axis 1, 2 and 5 of each decade. */
function roundTicks(low, high, count, log) {
  const ticks = [];
  if (log) {
    const decades = Math.log10(high / low);
    const digits = decades > 4 ? [1] : decades > 1.6 ? [1, 3] : [1, 2, 3, 5, 7];
    for (let k = Math.floor(Math.log10(low)); k <= Math.ceil(Math.log10(high)); k++)
      for (const digit of digits) ticks.push(digit * 10 ** k);
    const inside = ticks.filter((tick) => tick >= low && tick <= high);
    if (inside.length >= 2) return inside;
    ticks.length = 0;
  }
  const raw = (high - low) / Math.max(count, 1);
  const unit = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((digit) => digit * unit).find((size) => size >= raw) || raw;
  for (let tick = Math.ceil(low / step) * step; tick <= high + step * 1e-9; tick += step) ticks.push(tick);
  return ticks;
}

function tickText(value) {
  if (value !== 0 && (Math.abs(value) >= 1e5 || Math.abs(value) < 1e-3)) return value.toExponential(0);
  return Number(value.toPrecision(4)).toLocaleString("en-GB", { maximumFractionDigits: 4 });
}

/** Exponential moving average; it reaches less far back at first, or the steep start would be drawn too high. */
function smoothed(values, reach) {
  const out = new Float32Array(values.length);
  let mean = NaN;
  for (let i = 0; i < values.length; i++) {
    const part = 1 / (1 + Math.min(reach, i / 4));
    if (Number.isFinite(values[i])) mean = Number.isNaN(mean) ? values[i] : mean + part * (values[i] - mean);
    out[i] = mean;
  }
  return out;
}

/** Low and high end of the axis. Its top is the 97th percentile, so that the first steps do not flatten the rest. */
function valueRange(series, log) {
  const seen = [];
  for (const { values } of series) {
    const stride = Math.max(1, Math.floor(values.length / 2000));
    for (let i = 0; i < values.length; i += stride)
      if (Number.isFinite(values[i]) && (!log || values[i] > 0)) seen.push(values[i]);
  }
  if (!seen.length) return [log ? 0.1 : 0, 1];
  seen.sort((a, b) => a - b);
  const low = seen[0];
  const high = seen[log ? seen.length - 1 : Math.ceil((seen.length - 1) * 0.97)];
  if (log) return [low / 1.06, Math.max(high * 1.06, low * 1.3)];
  const room = (high - low) * 0.06 || Math.abs(high) * 0.1 || 0.5;
  return [low - room, high + room];
}

/** Index of the last point at or before `step`; -1 when there is none. */
function pointAt(steps, step) {
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[middle] <= step) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** One chart on one canvas. `draw(view)` paints `{names, runs, active, steps, position, log}`,
 * each run being `{id, marks: [{step, text}], curves: {name: {steps, values}}}`. */
function curveChart(canvas) {
  const margin = { left: 58, right: 22, top: 8, bottom: 34, gap: 12 };
  let last = null;
  let hits = []; // where knob marks stand, for the pointer

  function axes(pen, box, low, high, view, name, theme, lowest) {
    const toX = (step) => box.x + (box.w * step) / Math.max(view.steps, 1);
    const share = view.log
      ? (value) => Math.log(Math.max(value, 1e-30) / low) / Math.log(high / low)
      : (value) => (value - low) / (high - low);
    const toY = (value) => box.y + box.h * (1 - Math.min(Math.max(share(value), -0.02), 1.02));
    pen.font = `11px ${theme.font}`;
    pen.lineWidth = 1;
    pen.setLineDash([]);
    pen.fillStyle = theme.ink;
    pen.strokeStyle = theme.faint;
    pen.textAlign = "right";
    pen.textBaseline = "middle";
    for (const tick of roundTicks(low, high, box.h / 42, view.log)) {
      const y = Math.round(toY(tick)) + 0.5;
      pen.beginPath();
      pen.moveTo(box.x, y);
      pen.lineTo(box.x + box.w, y);
      pen.stroke();
      pen.fillText(tickText(tick), box.x - 7, y);
    }
    pen.textAlign = "center";
    pen.textBaseline = "top";
    for (const tick of roundTicks(0, view.steps, box.w / 90, false)) {
      const x = Math.round(toX(tick)) + 0.5;
      pen.beginPath();
      pen.moveTo(x, box.y);
      pen.lineTo(x, box.y + box.h);
      pen.stroke();
      if (lowest) pen.fillText(tickText(tick), x, box.y + box.h + 5);
    }
    if (lowest) pen.fillText("step", box.x + box.w / 2, box.y + box.h + 19);
    pen.save();
    pen.translate(11, box.y + box.h / 2);
    pen.rotate(-Math.PI / 2);
    pen.textBaseline = "middle";
    pen.fillText(view.log ? `${name} (log)` : name, 0, 0);
    pen.restore();
    return { toX, toY };
  }

  /** A polyline of at most two points for each pixel column: the lowest and the highest value in it. */
  function line(pen, steps, values, toX, toY) {
    pen.beginPath();
    let down = false;
    for (let i = 0; i < values.length; ) {
      const x = toX(steps[i]);
      let low = Infinity;
      let high = -Infinity;
      for (; i < values.length && toX(steps[i]) < x + 1; i++) {
        if (values[i] < low) low = values[i];
        if (values[i] > high) high = values[i];
      }
      if (!Number.isFinite(low) || !Number.isFinite(high)) continue;
      if (down) pen.lineTo(x, toY(low));
      else pen.moveTo(x, toY(low));
      if (high !== low) pen.lineTo(x, toY(high));
      down = true;
    }
    pen.stroke();
  }

  function knobMark(pen, x, y, colour, theme) {
    pen.beginPath();
    pen.moveTo(x, y - 5);
    pen.lineTo(x + 5, y);
    pen.lineTo(x, y + 5);
    pen.lineTo(x - 5, y);
    pen.closePath();
    pen.fillStyle = colour;
    pen.fill();
    pen.lineWidth = 1.5;
    pen.strokeStyle = theme.paper;
    pen.stroke();
  }

  function dot(pen, x, y, radius, colour) {
    pen.beginPath();
    pen.arc(x, y, radius, 0, 2 * Math.PI);
    pen.fillStyle = colour;
    pen.fill();
  }

  function drawRun(pen, box, run, series, view, toX, toY, theme) {
    const { steps, values } = series;
    const active = run.id === view.active;
    const colour = theme.colours[run.id % theme.colours.length];
    const sparse = values.length < view.position / 8; // an evaluation now and then: its points as they are
    const smooth = sparse ? values : smoothed(values, Math.max(3, view.steps / 100));
    pen.strokeStyle = colour;
    pen.lineJoin = "round";
    if (!sparse) {
      pen.globalAlpha = active ? 0.28 : 0.12;
      pen.lineWidth = 1;
      line(pen, steps, values, toX, toY);
    }
    pen.globalAlpha = active ? 1 : 0.75;
    pen.lineWidth = active ? 2.4 : 1.7;
    pen.setLineDash(FAMILY_DASHES[run.id % FAMILY_DASHES.length]);
    line(pen, steps, smooth, toX, toY);
    pen.setLineDash([]);
    if (sparse) values.forEach((value, i) => Number.isFinite(value) && dot(pen, toX(steps[i]), toY(value), 3, colour));
    pen.globalAlpha = 1;
    for (const mark of run.marks) {
      const at = Math.min(pointAt(steps, mark.step) + (sparse ? 0 : 1), values.length - 1);
      if (at < 0 || !Number.isFinite(smooth[at])) continue;
      const spot = { x: toX(mark.step), y: toY(smooth[at]), text: mark.text };
      knobMark(pen, spot.x, spot.y, colour, theme);
      hits.push(spot);
    }
    if (!active) return;
    const x = toX(view.position);
    pen.lineWidth = 1;
    pen.beginPath();
    pen.moveTo(x, box.y);
    pen.lineTo(x, box.y + box.h);
    pen.stroke();
    const at = pointAt(steps, view.position);
    if (at >= 0 && Number.isFinite(smooth[at])) dot(pen, x, toY(smooth[at]), 4.5, colour);
  }

  function drawName(pen, box, view, name, theme, lowest) {
    const nothing = { steps: new Float32Array(0), values: new Float32Array(0) };
    const shown = view.runs.map((run) => ({ run, series: run.curves[name] || nothing }));
    const [low, high] = valueRange(shown.map(({ series }) => series), view.log);
    const { toX, toY } = axes(pen, box, low, high, view, name, theme, lowest);
    pen.save();
    pen.beginPath();
    pen.rect(box.x - 1, box.y - 3, box.w + margin.right, box.h + 6);
    pen.clip();
    // The active run last, so that it lies on top.
    shown.sort((a, b) => (a.run.id === view.active) - (b.run.id === view.active));
    for (const { run, series } of shown) drawRun(pen, box, run, series, view, toX, toY, theme);
    pen.restore();
  }

  function draw(view) {
    last = view;
    const ratio = window.devicePixelRatio || 1;
    const width = canvas.clientWidth;
    const height = canvas.clientHeight;
    if (!width || !height) return;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    const theme = chartTheme(canvas);
    hits = [];
    const each = (height - margin.top - margin.bottom - margin.gap * (view.names.length - 1)) / view.names.length;
    view.names.forEach((name, row) => {
      const box = { x: margin.left, y: margin.top + row * (each + margin.gap), w: width - margin.left - margin.right, h: each };
      drawName(pen, box, view, name, theme, row === view.names.length - 1);
    });
  }

  canvas.addEventListener("pointermove", (event) => {
    const near = hits.find((spot) => Math.hypot(spot.x - event.offsetX, spot.y - event.offsetY) < 9);
    canvas.title = near ? near.text : "";
  });
  const watcher = new ResizeObserver(() => last && draw(last));
  watcher.observe(canvas);
  return { draw, margin, stop: () => watcher.disconnect() };
}
