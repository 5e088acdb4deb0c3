// The panel's page side: controls beside a picture, curves and a caption, fed with raw pixels by the kernel.
// Joined behind controls.js and picture.js; see slider_panel.py for the messages.

const SLOW_MS = 25;      // a slower draw is asked for one at a time: a second one would only wait behind it
const PATIENCE_MS = 1000;  // after this long the panel says that it is computing
const LOST_MS = 10000;   // an answer that has not come by then is not waited for

function render({ model, el }) {
  const view = Math.random().toString(36).slice(2);
  const size = model.get("sizes");  // {picture: [w, h] or null, curves: [w, h] or null}, in CSS pixels
  const palette = model.get("palette");
  const asked = new Map();  // number of a request -> when it was sent
  let number = 0;
  let waiting = null;       // newest values that wait for their turn; older ones are dropped
  let slow = false;
  let shown = null;         // {content, buffers} on the screen

  const controls = makeControls(model.get("knobs"), {
    values: model.get("frame").content.values,
    onInput: (name, value, values) => { waiting = values; ask(); },
  });
  const canvas = (kind) => {
    if (!size[kind]) return null;
    const [width, height] = size[kind];
    return make("canvas", { class: `gt-${kind}`, role: "img", width, height, style: `width: ${width}px; height: ${height}px` });
  };
  const picture = canvas("picture");
  const plot = canvas("curves");
  const caption = make("p", { class: "gt-caption" });
  const spoken = make("p", { class: "gt-hidden", "aria-live": "polite" });
  const busy = make("div", { class: "gt-busy" });
  const title = model.get("title");
  const root = make(
    "section", { class: "gentutor gt-panel", "aria-label": title || "Panel with sliders" },
    title ? make("h3", { class: "gt-title" }, title) : null,
    make("div", { class: "gt-stage" },
      make("div", { class: "gt-view", style: `width: ${(picture ?? plot).style.width}` }, picture ?? plot, caption, busy, spoken),
      make("div", { class: "gt-side" }, controls.el, picture && plot)),
  );

  function ask() {
    const now = performance.now();
    for (const [sent, at] of asked) if (now - at > LOST_MS) asked.delete(sent);
    if (waiting === null || asked.size >= (slow ? 1 : 2)) return;
    asked.set(++number, now);
    model.send({ kind: "values", view, number, values: waiting });
    waiting = null;
  }

  function curvesOf({ content, buffers }) {
    let at = content.shape ? 1 : 0;
    return content.curves.map(({ name, xs }) => {
      const places = xs ? floatsOf(buffers[at++]) : undefined;
      return { name, xs: places, values: floatsOf(buffers[at++]) };
    });
  }

  function paint() {
    const { content, buffers } = shown;
    if (picture && content.shape) {
      paintPicture(picture, buffers[0], content.shape);
      picture.setAttribute("aria-label", content.alt);
    }
    if (!plot) return;
    const curves = curvesOf(shown);
    paintCurves(plot, curves, { x: content.x_name, y: content.y_name, low: content.low, high: content.high, palette });
    const ends = curves.map(({ name, values }) => `${name}: from ${formatNumber(values[0])} to ${formatNumber(values[values.length - 1])}`);
    const words = `${content.y_name || "Curves"} against ${content.x_name || "index"}. ${ends.join("; ")}.`;
    plot.setAttribute("aria-label", picture ? words : `${content.alt} ${words}`);
  }

  let speech;
  function tell(text, trouble = "") {
    caption.textContent = text;
    caption.title = trouble;
    caption.style.color = trouble ? "var(--gt-alarm)" : "";
    root.classList.toggle("gt-trouble", Boolean(trouble));
    clearTimeout(speech);  // a screen reader hears where a drag ends, not every picture of it
    speech = setTimeout(() => { spoken.textContent = text; }, 800);
  }

  function take(content, buffers) {
    if (content.kind !== "frame") return;
    slow = content.ms > SLOW_MS;
    if (content.view === view) {
      for (const sent of asked.keys()) if (sent <= content.number) asked.delete(sent);
    } else {
      controls.set(content.values);  // moved in another view of this panel
    }
    if (content.error) {
      tell(content.error, content.trace);
    } else {
      shown = { content, buffers };
      paint();
      tell(content.caption);
    }
    busy.classList.remove("gt-on");
    ask();
  }

  const clock = setInterval(() => {
    if (!asked.size) return;
    const seconds = (performance.now() - Math.min(...asked.values())) / 1000;
    if (seconds * 1000 < PATIENCE_MS) return;
    busy.classList.add("gt-on");
    caption.textContent = seconds * 1000 < LOST_MS
      ? `Computing… ${seconds.toFixed(0)} s`
      : `Computing… ${seconds.toFixed(0)} s. If nothing comes, the kernel is busy or gone: run this cell again.`;
  }, 250);
  // Curves take their colours from the theme and their size from the page: painted again when either changes.
  const theme = new MutationObserver(() => paint());
  theme.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-name"] });
  const room = new ResizeObserver(() => paint());
  if (plot) room.observe(plot);

  el.append(root);
  model.on("msg:custom", take);
  const { content, buffers } = model.get("frame");
  shown = { content, buffers };
  tell(content.caption);
  paint();
  model.send({ kind: "ready", view });
  return () => {
    model.off("msg:custom", take);
    clearInterval(clock);
    clearTimeout(speech);
    theme.disconnect();
    room.disconnect();
  };
}

export default { render };
