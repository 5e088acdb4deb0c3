// Labelled controls for declared knobs, shared by every panel.
//
// A fragment of a module: Python joins it with the panel's own part (gentutor.widgets.pages.page), so that
// it exports nothing itself. It offers
//
//   makeControls(knobs, {values, onInput, compact}) -> {el, values, set, enable, say}
//     knobs    list of Knob.describe() dictionaries
//     values   starting values by name; a knob's usual value where there is none
//     onInput  function(name, value, values, final), called at each move; `final` is true when the move is
//              complete (slider let go, number typed, reset)
//     compact  help and effect as tooltip and description only, not as visible text
//     el       the element to put into the panel;  values() a copy of all values by name
//     set({name: value})  shows values without calling onInput;  enable(on, names)  switches controls on or off
//     say(text)  shows a sentence in the line kept free under the controls
//   guardKeys(el)   keeps keys typed inside `el` from the notebook's shortcuts (`d d` deletes a cell)
//   make(tag, {attributes}, ...children)   an element
//   formatNumber(value, whole)
//
// Every control works by keyboard: arrows, Page Up and Down, Home and End on the slider; any number in the box.

// Labels find their sliders by id, and every panel of a notebook brings a copy of this module.
const gtCopy = Math.random().toString(36).slice(2);
let gtCount = 0;

function make(tag, attributes = {}, ...children) {
  const el = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) el.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) el.setAttribute(key, value);
  }
  el.append(...children.filter((child) => child !== null));
  return el;
}

function guardKeys(el) {
  // Ctrl, Alt and Command stay with the notebook, so that saving works while a slider has the focus.
  const keep = (event) => {
    if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
  };
  for (const kind of ["keydown", "keypress", "keyup"]) el.addEventListener(kind, keep);
}

function formatNumber(value, whole = false) {
  if (whole) return String(Math.round(value));
  const short = Number(value.toPrecision(4));
  if (short !== 0 && (Math.abs(short) < 1e-3 || Math.abs(short) >= 1e5)) {
    return short.toExponential().replace("e+", "e");
  }
  return String(short);
}

// The values a slider stops at, in order, each different from the one before: an arrow key always changes
// something. Two digits on a logarithmic scale, a step of 1, 2 or 5 on a linear one; always both ends and the
// usual value.
function knobStops(knob) {
  const { low, high, scale, whole } = knob;
  const stops = [];
  if (scale === "log") {
    for (let i = 0; i <= 200; i++) stops.push(Number((low * (high / low) ** (i / 200)).toPrecision(2)));
  } else {
    let step = 10 ** Math.floor(Math.log10((high - low) / 100));
    for (const factor of [5, 2]) {
      if ((high - low) / (step * factor) >= 100) { step *= factor; break; }
    }
    if (whole) step = high - low <= 400 ? 1 : Math.max(1, Math.round(step));
    const n = Math.floor((high - low) / step + 1e-9);
    for (let i = 0; i <= n; i++) stops.push(Number((low + i * step).toPrecision(12)));
  }
  const inside = stops.map((v) => (whole ? Math.round(v) : v)).filter((v) => v > low && v < high);
  return [...new Set([low, ...inside, knob.value, high])].sort((a, b) => a - b);
}

function rangeText(knob) {
  const kind = knob.whole ? "whole numbers " : "";
  const unit = knob.unit ? ` ${knob.unit}` : "";
  return `${kind}${formatNumber(knob.low)} to ${formatNumber(knob.high)}${unit}`;
}

// A number typed into the box: {value}, or {refusal} in a sentence that names the range.
function readNumber(text, knob) {
  const value = Number(text.trim().replace(",", "."));
  const range = rangeText(knob);
  if (text.trim() === "" || !Number.isFinite(value)) {
    return { refusal: `${knob.name} must be a number: choose ${range}.` };
  }
  if (knob.whole && !Number.isInteger(value)) return { refusal: `${knob.name} must be a whole number: choose ${range}.` };
  if (value < knob.low || value > knob.high) {
    return { refusal: `${knob.name} = ${text.trim()} is outside its range: choose ${range}.` };
  }
  return { value };
}

function makeControl(knob, start, { onInput, say, compact }) {
  const id = `gt-${gtCopy}-${++gtCount}`;
  const stops = knobStops(knob);
  const last = stops.length - 1;
  const usual = formatNumber(knob.value, knob.whole);
  const about = `${knob.help} ${knob.effect.charAt(0).toUpperCase() + knob.effect.slice(1)}`;
  const about_shown = make("p", { id: `${id}-about`, class: compact ? "gt-hidden" : "gt-note" });
  about_shown.append(knob.help, make("br"), knob.effect.charAt(0).toUpperCase() + knob.effect.slice(1));
  const range = make("input", {
    type: "range", id, class: "gt-range", min: 0, max: last, step: 1, title: about, "aria-describedby": `${id}-about`,
  });
  const box = make("input", {
    type: "text", class: "gt-box", inputmode: "decimal", autocomplete: "off", spellcheck: "false",
    "aria-label": `${knob.name}, typed`, "aria-describedby": `${id}-about`, title: `Type a value: ${rangeText(knob)}`,
  });
  const reset = make(
    "button", { type: "button", class: "gt-reset", title: `Back to the usual value, ${usual}`,
    "aria-label": `Reset ${knob.name} to ${usual}` }, "↺",
  );
  const slide = make("div", { class: "gt-slide" }, range);
  const el = make(
    "div", { class: "gt-control" },
    make("div", { class: "gt-head" },
      make("label", { for: id, title: about }, knob.name), make("span", { class: "gt-unit" }, knob.unit), box, reset),
    slide, about_shown,
  );
  let value = start;

  const nearest = (x) => {
    const far = (stop) => Math.abs(knob.scale === "log" ? Math.log(stop / x) : stop - x);
    return stops.reduce((best, stop, i) => (far(stop) < far(stops[best]) ? i : best), 0);
  };
  slide.style.setProperty("--gt-mark", nearest(knob.value) / last);
  const show = (x) => {
    value = x;
    const text = formatNumber(x, knob.whole);
    const at = nearest(x);
    if (Number(range.value) !== at) range.value = at;
    range.setAttribute("aria-valuetext", knob.unit ? `${text} ${knob.unit}` : text);
    range.style.setProperty("--gt-part", at / last);
    if (box.value !== text) box.value = text;
    box.removeAttribute("aria-invalid");
    el.classList.toggle("gt-usual", x === knob.value);
  };
  const take = (x, final) => {
    say("");
    show(x);
    onInput(knob.name, x, final);
  };
  range.addEventListener("input", () => take(stops[Number(range.value)], false));
  range.addEventListener("change", () => take(stops[Number(range.value)], true));
  reset.addEventListener("click", () => take(knob.value, true));
  const typed = () => {
    if (box.value === formatNumber(value, knob.whole)) return show(value);
    const read = readNumber(box.value, knob);
    if (read.refusal === undefined) return take(read.value, true);
    box.setAttribute("aria-invalid", "true");
    say(read.refusal);
  };
  box.addEventListener("change", typed);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter") typed();
    if (event.key === "Escape") { say(""); show(value); }
  });
  show(start);
  return { el, show, value: () => value, inputs: [range, box, reset] };
}

function makeControls(knobs, { values = {}, onInput = () => {}, compact = false } = {}) {
  const said = make("p", { class: "gt-say", "aria-live": "polite" });
  const say = (text) => { if (said.textContent !== text) said.textContent = text; };
  const el = make("div", { class: compact ? "gt-controls gt-compact" : "gt-controls" });
  const controls = {};
  const all = () => Object.fromEntries(Object.entries(controls).map(([name, control]) => [name, control.value()]));
  for (const knob of knobs) {
    controls[knob.name] = makeControl(knob, values[knob.name] ?? knob.value, {
      onInput: (name, value, final) => onInput(name, value, all(), final), say, compact,
    });
    el.append(controls[knob.name].el);
  }
  el.append(said);
  guardKeys(el);
  return {
    el,
    say,
    values: all,
    set: (changed) => Object.entries(changed).forEach(([name, value]) => controls[name]?.show(value)),
    enable: (on, names = Object.keys(controls)) => {
      for (const name of names) for (const input of controls[name].inputs) input.disabled = !on;
    },
  };
}
