// Puts a widget that runs in the page into it. A fragment, as controls.js; joined after it.
//
//   enterPage(host, style, root)     shows `root` in a shadow root of `host`, so that it and the page leave each other alone
//   unpackRows(packed)               a packed array (rows, columns) as a function of the row
//   makeSlider(label, low, high, name, onInput)    a labelled slider of whole numbers; show(value) moves it
//   shown(token)                     a token as it can be seen: blanks and ends of lines too

function enterPage(host, style, root) {
  const retheme = () => {
    const [r, g, b] = getComputedStyle(root).backgroundColor.match(/[\d.]+/g).map(Number);
    root.classList.toggle("gt-dark", 0.299 * r + 0.587 * g + 0.114 * b < 128);
  };
  // The style sheet makes the background change by a transition, so that its end tells of a new theme.
  for (const kind of ["transitionend", "transitioncancel"]) {
    root.addEventListener(kind, (event) => {
      if (event.target === root && event.propertyName === "background-color") retheme();
    });
  }
  const shadow = host.attachShadow({ mode: "open" });
  shadow.append(make("style", {}, style), root);
  guardKeys(root);
  retheme();
}

function unpackRows(packed) {
  const values = unpackArray(packed), n = packed.shape.at(-1);
  return (row) => values.subarray(row * n, (row + 1) * n);
}

function makeSlider(label, low, high, name, onInput) {
  const id = `gt-page-${gtCopy}-${++gtCount}`;
  const range = make("input", { type: "range", id, class: "gt-range", min: low, max: high, step: 1 });
  range.addEventListener("input", () => onInput(Number(range.value)));
  return {
    el: make("div", { class: "gt-row" }, make("label", { for: id }, label), range),
    show(value) {
      range.value = value;
      range.style.setProperty("--gt-part", (value - low) / Math.max(1, high - low));
      range.setAttribute("aria-valuetext", name(value));
    },
  };
}

const shown = (token) => ({ " ": "␣", "\n": "↵" })[token] ?? token;
const percent = (share) => (share > 0 && share < 0.005 ? "<1 %" : `${Math.round(100 * share)} %`);
