// The study panel's page side: Run and Stop, the picture, and which two knobs the map shows.
// Joined behind controls.js and picture.js; see study_page.py for the messages.

function render({ model, el }) {
  const setup = model.get("setup");
  const run = make("button", { type: "button", "aria-pressed": "false" }, "Run");
  const count = make("p", { class: "gt-caption", role: "status", "aria-live": "polite" }, "Waiting for the kernel…");
  const words = make("p", { class: "gt-say", "aria-live": "polite", style: "color: inherit" });
  const canvas = make("canvas", {
    role: "img", width: 800, height: 500, style: "width: 800px; max-width: 100%; height: auto; aspect-ratio: 8 / 5",
  });
  const axes = ["map across", "map upwards"].map((word, side) => {
    const select = make("select", { "aria-label": word }, ...setup.knobs.map((name) => make("option", { value: name }, name)));
    select.value = setup.pair[side];
    select.addEventListener("change", () => model.send({ kind: "pair", pair: axes.map((axis) => axis.value) }));
    return select;
  });
  const root = make(
    "section", { class: "gentutor gt-study", "aria-label": setup.title || "Study" },
    setup.title ? make("h3", { class: "gt-title" }, setup.title) : null,
    make("div", {}, run, " map: ", axes[0], " across, ", axes[1], " upwards"),
    canvas, count, words,
  );
  let running = false;
  run.addEventListener("click", () => model.send({ kind: running ? "stop" : "run" }));
  guardKeys(root);

  function hear(content, buffers) {
    if (content.kind !== "update") return;
    paintPicture(canvas, buffers[0], content.shape);
    canvas.setAttribute("aria-label", content.alt);
    running = content.running;
    run.textContent = running ? "Stop" : "Run";
    run.setAttribute("aria-pressed", String(running));
    if (count.textContent !== content.status) count.textContent = content.status;
    if (words.textContent !== content.words) words.textContent = content.words;
    content.pair.forEach((name, side) => { axes[side].value = name; });
  }
  model.on("msg:custom", hear);
  el.append(root);
  model.send({ kind: "ready" });
  return () => model.off("msg:custom", hear);
}

export default { render };
