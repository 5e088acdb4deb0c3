// A pad of 16 rows of 32 letters to draw on with mouse, finger or keyboard; behind controls.js (make, guardKeys).
// The drawing is one synchronised text of "#" and ".", line by line: what a student could also type by hand.

const ROWS = 16, COLUMNS = 32, WIDE = 10, HIGH = 20;  // a letter is twice as high as wide

function readCells(text) {
  const lines = text.split("\n");
  return Array.from({ length: ROWS * COLUMNS }, (_, i) => {
    const letter = lines[Math.floor(i / COLUMNS)]?.[i % COLUMNS] ?? ".";
    return letter !== "." && letter !== " ";
  });
}

function writeCells(cells) {
  const line = (row) => cells.slice(row * COLUMNS, (row + 1) * COLUMNS).map((on) => (on ? "#" : ".")).join("");
  return Array.from({ length: ROWS }, (_, row) => line(row)).join("\n");
}

function render({ model, el }) {
  let cells = readCells(model.get("drawing"));
  let cursor = Math.floor(ROWS / 2) * COLUMNS + COLUMNS / 2;
  let brush = null;  // while the pointer is down: true draws, false wipes out
  const first = model.get("drawing");

  const canvas = make("canvas", {
    class: "gt-pad", width: COLUMNS * WIDE, height: ROWS * HIGH, tabindex: 0, role: "application",
    style: `width: ${COLUMNS * WIDE}px; height: ${ROWS * HIGH}px; touch-action: none; cursor: crosshair; border: 1px solid var(--gt-faint)`,
    "aria-label": "Drawing pad. Arrow keys move, space draws or wipes out.",
  });
  const said = make("p", { class: "gt-caption", "aria-live": "polite" });
  const clear = make("button", { type: "button" }, "Clear");
  const back = make("button", { type: "button" }, "As it was");
  const title = model.get("title");
  const root = make(
    "section", { class: "gentutor gt-sketch", "aria-label": title || "Drawing pad" },
    title ? make("h3", { class: "gt-title" }, title) : null, canvas, said, clear, " ", back,
  );
  guardKeys(root);

  function paint() {
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#ffffff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    cells.forEach((on, i) => {
      const [x, y] = [(i % COLUMNS) * WIDE, Math.floor(i / COLUMNS) * HIGH];
      pen.fillStyle = on ? "#b34700" : "#f4f4f4";
      pen.fillRect(x + 0.5, y + 0.5, WIDE - 1, HIGH - 1);
    });
    if (document.activeElement === canvas || canvas.matches(":focus")) {
      pen.strokeStyle = "#0072b2";
      pen.lineWidth = 2;
      pen.strokeRect((cursor % COLUMNS) * WIDE, Math.floor(cursor / COLUMNS) * HIGH, WIDE, HIGH);
    }
  }

  function tell() {
    const n = cells.filter(Boolean).length;
    said.textContent = n ? `${n} of ${cells.length} places drawn. Run the next cell to use them.` : "Nothing is drawn yet.";
  }

  function keep() {
    model.set("drawing", writeCells(cells));
    model.save_changes();
    tell();
  }

  function cellAt(event) {
    const box = canvas.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * COLUMNS);
    const row = Math.floor(((event.clientY - box.top) / box.height) * ROWS);
    return column >= 0 && column < COLUMNS && row >= 0 && row < ROWS ? row * COLUMNS + column : null;
  }

  // Every place on the straight way from one event to the next: a quick hand skips cells.
  function stroke(from, to) {
    const [x0, y0, x1, y1] = [from % COLUMNS, Math.floor(from / COLUMNS), to % COLUMNS, Math.floor(to / COLUMNS)];
    const n = Math.max(1, Math.abs(x1 - x0), Math.abs(y1 - y0));
    for (let i = 0; i <= n; i++) {
      cells[Math.round(y0 + ((y1 - y0) * i) / n) * COLUMNS + Math.round(x0 + ((x1 - x0) * i) / n)] = brush;
    }
    cursor = to;
    paint();
  }

  canvas.addEventListener("pointerdown", (event) => {
    const place = cellAt(event);
    if (place === null) return;
    canvas.setPointerCapture(event.pointerId);
    brush = !cells[place];
    stroke(place, place);
  });
  canvas.addEventListener("pointermove", (event) => {
    const place = cellAt(event);
    if (brush !== null && place !== null) stroke(cursor, place);
  });
  const lift = () => { if (brush !== null) { brush = null; keep(); } };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);
  canvas.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -COLUMNS, ArrowDown: COLUMNS }[event.key];
    if (step === undefined && event.key !== " ") return;
    event.preventDefault();
    const next = cursor + (step ?? 0);
    const sideways = Math.abs(step ?? 0) === 1;
    if (step !== undefined && next >= 0 && next < cells.length
        && (!sideways || Math.floor(next / COLUMNS) === Math.floor(cursor / COLUMNS))) cursor = next;
    if (event.key === " ") { cells[cursor] = !cells[cursor]; keep(); }
    const where = `row ${Math.floor(cursor / COLUMNS) + 1}, column ${(cursor % COLUMNS) + 1}, ${cells[cursor] ? "drawn" : "empty"}`;
    canvas.setAttribute("aria-label", `Drawing pad: ${where}. Arrow keys move, space draws or wipes out.`);
    paint();
  });
  canvas.addEventListener("focus", paint);
  canvas.addEventListener("blur", paint);
  clear.addEventListener("click", () => { cells = cells.map(() => false); paint(); keep(); });
  back.addEventListener("click", () => { cells = readCells(first); paint(); keep(); });

  const changed = () => { cells = readCells(model.get("drawing")); paint(); tell(); };
  model.on("change:drawing", changed);
  el.append(root);
  paint();
  tell();
  return () => model.off("change:drawing", changed);
}

export default { render };
