// The time slider: the page side of gentutor.widgets.time_slider. A fragment, joined after controls.js. Every picture
// is stored in `settings`; nothing is asked of a kernel or a network.
//
//   timeSlider(host, settings)    fills `host`, in a shadow root
//
// settings: {title, shape: [H, W], steps, choices: [{name, options}], start: [place of each option], rows, sheet, moment,
// moment: what to say of each time, views: [{name}]}. The sheet is one PNG: a row of pictures for each combination of options (the last choice changes
// fastest) and, below all of them, such rows again for each further view.

const PLAY_MS = 2400;  // one run through all times: slow enough to see the picture come out of the noise

function timeSlider(host, settings) {
  const { title, steps, choices, moment, views, rows, shape: [height, width] } = settings;
  const id = `gt-time-${gtCopy}-${++gtCount}`;
  const sheet = new Image();
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let step = settings.step, playing = 0;
  const chosen = [...settings.start];

  // ---- what stands where
  const canvases = views.map(({ name }) => make("canvas", { class: "gt-picture", role: "img", width, height, "aria-label": name }));
  const range = make("input", { type: "range", id, class: "gt-range", min: 0, max: steps, step: 1 });
  const shown = make("output", { for: id });
  const play = make("button", { type: "button", class: "gt-play" }, "▶ Play");
  const caption = make("p", { class: "gt-caption" });
  const said = make("p", { class: "gt-hidden", "aria-live": "polite" });
  const switches = choices.map(({ name, options }, which) => {
    const radios = options.map((text, place) => {
      const radio = make("input", { type: "radio", name: `${id}-${which}`, value: place, id: `${id}-${which}-${place}` });
      radio.checked = place === chosen[which];
      radio.addEventListener("change", () => { chosen[which] = place; show(); });
      return make("span", { class: "gt-option" }, radio, make("label", { for: radio.id }, text));
    });
    return make("fieldset", { class: "gt-choice" }, make("legend", {}, name), make("div", { class: "gt-options" }, ...radios));
  });
  const root = make("section", { class: "gentutor gt-time", "aria-label": title },
    make("h3", { class: "gt-title" }, title),
    make("div", { class: "gt-both" },
      make("div", { class: "gt-views" }, ...views.map(({ name }, i) => make("figure", {}, canvases[i], make("figcaption", {}, name)))),
      make("div", { class: "gt-switches" }, ...switches)),
    make("div", { class: "gt-row" }, play, make("label", { for: id }, "time"), range, shown),
    caption, said);

  // ---- state, and how it is shown
  const row = () => choices.reduce((at, { options }, which) => at * options.length + chosen[which], 0);
  const words = () => choices.map(({ name, options }, which) => `${name}: ${options[chosen[which]]}`).join(", ");
  let speech;
  const show = () => {
    const t = (step / steps).toFixed(2);
    range.value = step;
    range.style.setProperty("--gt-part", step / steps);
    range.setAttribute("aria-valuetext", `t = ${t}, ${step === 0 ? "all noise" : step === steps ? "the picture" : `step ${step} of ${steps}`}`);
    shown.textContent = t;
    caption.textContent = moment[step];
    canvases.forEach((canvas, view) => {
      const pen = canvas.getContext("2d");
      pen.drawImage(sheet, step * width, (view * rows + row()) * height, width, height, 0, 0, width, height);
      canvas.setAttribute("aria-label", `${views[view].name} at t = ${t}; ${words()}`);
    });
    clearTimeout(speech);  // heard where a move ends, not at each step of it
    if (root.matches(":focus-within") && !playing) speech = setTimeout(() => { said.textContent = `t = ${t}, ${words()}`; }, 500);
  };

  const pause = () => {
    cancelAnimationFrame(playing);
    playing = 0;
    play.textContent = "▶ Play";
  };
  play.addEventListener("click", () => {
    if (playing) return pause();
    const first = step === steps ? 0 : step;
    if (still) { step = steps; return show(); }  // whoever wants no motion gets the end at once
    play.textContent = "❚❚ Pause";
    const began = performance.now();
    const tick = (now) => {
      if (!root.isConnected) return pause();
      const next = Math.min(steps, first + Math.floor(((now - began) / PLAY_MS) * steps));
      if (next !== step) { step = next; show(); }
      if (step === steps) { pause(); return show(); }
      playing = requestAnimationFrame(tick);
    };
    step = first;
    show();
    playing = requestAnimationFrame(tick);
  });
  range.addEventListener("input", () => { pause(); step = Number(range.value); show(); });

  // ---- into the page
  const shadow = host.attachShadow({ mode: "open" });
  shadow.append(make("style", {}, settings.style), root);
  guardKeys(root);
  const retheme = () => {
    const [r, g, b] = getComputedStyle(root).backgroundColor.match(/[\d.]+/g).map(Number);
    root.classList.toggle("gt-dark", 0.299 * r + 0.587 * g + 0.114 * b < 128);
  };
  retheme();
  for (const kind of ["transitionend", "transitioncancel"]) root.addEventListener(kind, retheme);
  sheet.addEventListener("load", () => { root.dataset.ready = "true"; show(); });
  sheet.src = settings.sheet;
}
