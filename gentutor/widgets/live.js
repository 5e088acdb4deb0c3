// The live-training panel's page side: transport, samples, curves with a scrubber under them, legend, knobs.
// Joined behind controls.js, picture.js, curves.js and transport.js; see live_panel.py for the messages.

const STATE_NAMES = { training: "Training", paused: "Paused", done: "Finished", diverged: "Diverged" };
const SIDE = 284; // pixels of the page that samples may take beside the curves
const WIDE = 2.5; // times as wide as high, as in live_still.py
const SILENCE_MS = 5000; // a page without a kernel, such as an exported one, says so after this long
const LOST_WORDS = "Nothing heard from the kernel for a while: it is busy, or it has ended. What is shown was reached; if " +
  "the kernel was restarted, run the cells from the top: this run then starts anew. What you wrote is untouched.";

function render({ model, el }) {
  const setup = model.get("setup");
  const viewId = Math.random().toString(36).slice(2);
  const runs = []; // {id, label, from, marks, curves: {name: {steps, values}}}
  let status = null;
  let log = false;
  let chartPainted = 0;
  let heard = performance.now();
  let asked = 0; // when the oldest message that has no answer yet was sent; 0 when there is none
  const send = (message) => {
    asked ||= performance.now();
    model.send(message);
  };
  const moves = newestFirst(send);
  const ask = (kind) => () => send({ kind });

  // The elements, from top to bottom.
  const play = transportButton("play", "Play", "Train, or pause (space bar)");
  const step = transportButton("step", "Step", "Take one update");
  const stop = transportButton("stop", "Stop", "End training here; the weights stay as they are");
  const branch = transportButton("branch", "Branch", "Start another future from the step shown");
  const badge = make("span", { class: "gt-badge" }, "…");
  const counts = make("span", { class: "gt-counts" });
  const bar = make("progress", { max: setup.steps, value: 0, "aria-label": "Steps trained" });
  const canvas = setup.picture ? make("canvas", { class: "gt-picture", role: "img" }) : null;
  const under = setup.picture ? make("p", { class: "gt-under" }) : null;
  const chartCanvas = make("canvas", { class: "gt-chart", role: "img" });
  const scrub = make("input", {
    type: "range", class: "gt-range gt-scrub", min: 0, max: setup.steps, step: 1, value: 0,
    "aria-label": "Rewind to step", title: "Rewind: show the weights of an earlier step",
  });
  const logButton = make("button", { type: "button", class: "gt-log", "aria-pressed": "false" }, "log scale");
  const legend = make("div", { class: "gt-legend", role: "group", "aria-label": "Branches: choose the one to steer" });
  const words = make("p", { class: "gt-words", role: "status", "aria-live": "polite" }, "Waiting for the kernel…");
  const offer = make("button", { type: "button", class: "gt-offer" });
  const controls = makeControls(setup.knobs, {
    values: setup.values,
    compact: true,
    onInput: (name, value) => moves.put(`set ${name}`, { kind: "set", name, value }),
  });
  const root = make(
    "section",
    { class: "gentutor gt-live", tabindex: 0, "aria-label": setup.title || "Training run", "data-lm-suppress-shortcuts": "true" },
    setup.title ? make("h3", { class: "gt-title" }, setup.title) : null,
    make("div", { class: "gt-transport" }, play, step, stop, branch, badge, counts),
    bar,
    make(
      "div", { class: "gt-stage" },
      canvas ? make("div", { class: "gt-view" }, canvas, under) : null,
      make("div", { class: "gt-plot" }, chartCanvas, scrub, make("div", { class: "gt-key" }, legend, logButton)),
    ),
    make("div", { class: "gt-say-row" }, words, offer),
    controls.el,
  );
  if (canvas) {
    const [height, width] = setup.picture;
    canvas.width = width;
    canvas.height = height;
    if (width > WIDE * height) {
      // Such as lines of text: legible only as large as they were drawn, over the whole panel.
      canvas.style.cssText = `width: ${width}px; max-width: 100%; aspect-ratio: ${width} / ${height};`;
    } else {
      const zoom = width <= SIDE ? Math.floor(SIDE / width) : SIDE / width;
      canvas.style.width = `${Math.round(width * zoom)}px`;
      canvas.style.height = `${Math.round(height * zoom)}px`;
    }
  }
  // As tall as the samples beside it, so that the scrubber ends level with their caption.
  chartCanvas.style.height = `${Math.max(220, 120 * setup.curves.length, parseInt(canvas?.style.height, 10) || 0)}px`;
  const chart = curveChart(chartCanvas);

  // Moves.
  const training = () => status?.state === "training";
  const toggle = () => send({ kind: training() ? "pause" : "play" });
  play.addEventListener("click", toggle);
  step.addEventListener("click", ask("step"));
  stop.addEventListener("click", ask("stop"));
  branch.addEventListener("click", ask("branch"));
  offer.addEventListener("click", ask("heal"));
  logButton.addEventListener("click", () => {
    log = !log;
    logButton.setAttribute("aria-pressed", String(log));
    paintChart();
  });
  const rewindTo = (target) => {
    if (!status) return;
    const kept = status.snapshots;
    const nearest = kept.reduce((best, one) => (Math.abs(one - target) < Math.abs(best - target) ? one : best), kept[0]);
    showScrub(nearest);
    moves.put("rewind", { kind: "rewind", step: nearest });
  };
  scrub.addEventListener("input", () => rewindTo(Number(scrub.value)));
  scrub.addEventListener("keydown", (event) => {
    const kept = status?.snapshots ?? [];
    const now = Number(scrub.value);
    const target = {
      ArrowLeft: kept.findLast((one) => one < now), ArrowDown: kept.findLast((one) => one < now),
      ArrowRight: kept.find((one) => one > now), ArrowUp: kept.find((one) => one > now),
      Home: kept[0], End: kept[kept.length - 1],
    };
    if (!(event.key in target)) return;
    event.preventDefault();
    if (target[event.key] !== undefined) rewindTo(target[event.key]);
  });
  root.addEventListener("keydown", (event) => {
    const typed = event.target.closest("button, input[type=text]");
    if (event.key !== " " || typed || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault(); // the page would scroll
    toggle();
  });
  guardKeys(root);

  // What the kernel says.
  function showScrub(position) {
    scrub.value = position;
    scrub.style.setProperty("--gt-part", position / setup.steps);
    scrub.setAttribute("aria-valuetext", `step ${position.toLocaleString("en-GB")}`);
  }

  function paintChart() {
    if (!status) return;
    chartPainted = performance.now();
    chart.draw({ names: setup.curves, runs, active: status.active, steps: setup.steps, position: status.position, log });
  }

  function showLegend() {
    while (legend.children.length < runs.length) {
      const id = legend.children.length;
      const sample = make("canvas", { width: 68, height: 20, "aria-hidden": "true" });
      const button = make("button", { type: "button" });
      button.append(sample, make("span"));
      button.addEventListener("click", () => send({ kind: "choose", run: id }));
      legend.append(button);
    }
    runs.forEach((run, id) => {
      const button = legend.children[id];
      const label = button.querySelector("span");
      const pressed = String(id === status.active);
      if (label.textContent !== run.label) label.textContent = run.label;
      if (button.getAttribute("aria-pressed") !== pressed) button.setAttribute("aria-pressed", pressed);
      const sample = button.querySelector("canvas");
      const ink = getComputedStyle(root).color; // another theme has another ink
      if (sample.dataset.ink !== ink) paintSample(sample, run.id);
      sample.dataset.ink = ink;
    });
  }

  function paintSample(target, id) {
    const theme = chartTheme(root);
    const pen = target.getContext("2d");
    pen.setTransform(2, 0, 0, 2, 0, 0);
    pen.clearRect(0, 0, 34, 10);
    pen.strokeStyle = theme.colours[id % theme.colours.length];
    pen.lineWidth = 2.4;
    pen.setLineDash(FAMILY_DASHES[id % FAMILY_DASHES.length]);
    pen.beginPath();
    pen.moveTo(1, 5);
    pen.lineTo(33, 5);
    pen.stroke();
  }

  function showStatus() {
    const { state, position, rate, left } = status;
    const number = (value) => value.toLocaleString("en-GB");
    root.dataset.state = state;
    root.dataset.position = position;
    badge.textContent = STATE_NAMES[state];
    const pace = state === "training" && rate > 0 ? ` · ${number(Number(rate.toPrecision(2)))} steps/s · ${timeText(left)}` : "";
    counts.textContent = `step ${number(position)} of ${number(setup.steps)}${pace}`;
    bar.value = position;
    const label = training() ? "Pause" : "Play";
    if (play.lastChild.textContent !== label) {
      play.replaceChildren(icon(training() ? "pause" : "play"), make("span", {}, label));
    }
    play.disabled = !training() && (state === "diverged" || position >= setup.steps);
    step.disabled = state === "diverged" || position >= setup.steps;
    stop.disabled = !training();
    if (words.textContent !== status.words) words.textContent = status.words;
    offer.hidden = !status.offer;
    if (status.offer) offer.textContent = status.offer.text;
    if (moves.idle("rewind")) showScrub(position);
    for (const [name, value] of Object.entries(status.settings))
      if (moves.idle(`set ${name}`)) controls.set({ [name]: value });
    const values = setup.curves.map((name) => {
      const series = runs[status.active]?.curves[name];
      const at = series ? pointAt(series.steps, position) : -1;
      return at < 0 ? `${name} not measured yet` : `${name} ${formatNumber(series.values[at])}`;
    });
    chartCanvas.setAttribute("aria-label", `Curves over ${number(setup.steps)} steps. At step ${number(position)}: ${values.join(", ")}.`);
  }

  function takePoints(pieces, buffers) {
    pieces.forEach(({ run, name, start }, i) => {
      const [steps, values] = [floatsOf(buffers[2 * i]), floatsOf(buffers[2 * i + 1])];
      const old = runs[run].curves[name];
      const join = (before, after) => {
        const both = new Float32Array(start + after.length);
        if (before) both.set(before.subarray(0, start));
        both.set(after, start);
        return both;
      };
      runs[run].curves[name] = { steps: join(old?.steps, steps), values: join(old?.values, values) };
    });
  }

  function take(content, buffers) {
    heard = performance.now();
    asked = 0;
    delete root.dataset.lost;
    if (content.kind === "ack") {
      root.dataset.answer = JSON.stringify(content);
      moves.answered(content.n);
      return;
    }
    if (content.kind !== "update") return;
    status = content;
    content.runs.forEach((run, id) => { runs[id] = { curves: {}, ...runs[id], ...run, id }; });
    takePoints(content.curves, content.picture ? buffers.slice(1) : buffers);
    if (canvas && content.picture) {
      paintPicture(canvas, buffers[0], content.picture);
      canvas.setAttribute("aria-label", content.alt);
      under.textContent = `${runs[content.active].name}, step ${content.position.toLocaleString("en-GB")}`;
      root.dataset.pictures = Number(root.dataset.pictures ?? 0) + 1;
    }
    showStatus();
    showLegend();
    // Curves move less than samples: every third time is enough, and leaves the processor to the training.
    if (status.state !== "training" || performance.now() - chartPainted > 260) paintChart();
  }

  const theme = new MutationObserver(() => status && (showLegend(), paintChart()));
  theme.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-name"] });
  el.append(root);
  model.on("msg:custom", take);
  model.send({ kind: "ready", view: viewId });
  // While it trains there is news ten times a second, and every move is answered.
  const watch = setInterval(() => {
    const now = performance.now();
    const silent = (training() && now - heard > SILENCE_MS) || (asked && now - asked > SILENCE_MS);
    if (!status || !silent || root.dataset.lost) return;
    root.dataset.lost = "true";
    words.textContent = LOST_WORDS;
    badge.textContent = "No news";
    counts.textContent = counts.textContent.split(" · ")[0]; // no speed and no time left
  }, 1000);
  const silence = setTimeout(() => {
    if (!status) words.textContent = "No answer from the kernel yet. If it is not busy, run this cell again to train.";
  }, SILENCE_MS);
  return () => {
    clearTimeout(silence);
    clearInterval(watch);
    model.off("msg:custom", take);
    theme.disconnect();
    chart.stop();
    model.send({ kind: "gone", view: viewId });
  };
}

export default { render };
