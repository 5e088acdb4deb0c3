// Buttons, time left and the sending of moves, for the live-training panel. A fragment of a module, as controls.js.

const ICONS = {
  play: "M4 2.5v11l9-5.5z",
  pause: "M4 2.5h3v11H4zM9 2.5h3v11H9z",
  step: "M3 2.5v11l7-5.5zM11 2.5h2v11h-2z",
  stop: "M3.5 3.5h9v9h-9z",
  branch: "M4 2v12M4 11c0-4 8-2 8-7M12 4V2M9.8 4.4 12 2l2.2 2.4",
};
const ANSWER_LOST_MS = 3000; // an acknowledgement that has not come by then is not waited for

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name]);
  if (name === "branch") path.setAttribute("class", "gt-stroke");
  svg.append(path);
  return svg;
}

function transportButton(name, label, title) {
  const button = make("button", { type: "button", class: `gt-${name}`, title });
  button.append(icon(name), make("span", {}, label));
  return button;
}

/** Time left in words that do not change with every frame. */
function timeText(seconds) {
  if (seconds === null) return "";
  if (seconds < 90) return `${Math.max(1, Math.ceil(seconds))} s left`;
  return `${Math.round(seconds / 60)} min left`;
}

/** Sends the newest move of each kind, one at a time: a drag never queues up behind a slow kernel. */
function newestFirst(send) {
  const kinds = {};
  let number = 0;
  const next = (kind) => {
    const line = kinds[kind];
    if (line.waiting === null || performance.now() - line.sent < ANSWER_LOST_MS) return;
    line.sent = performance.now();
    line.number = ++number;
    send({ ...line.waiting, n: number });
    line.waiting = null;
    setTimeout(() => next(kind), ANSWER_LOST_MS + 50);
  };
  return {
    put: (key, message) => {
      kinds[key] ??= { waiting: null, sent: -Infinity, number: 0 };
      kinds[key].waiting = message;
      next(key);
    },
    answered: (n) => {
      for (const [key, line] of Object.entries(kinds)) {
        if (line.number !== n) continue;
        line.sent = -Infinity;
        next(key);
      }
    },
    idle: (key) => !kinds[key] || (kinds[key].waiting === null && kinds[key].sent === -Infinity),
  };
}
