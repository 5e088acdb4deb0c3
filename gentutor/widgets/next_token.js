// The next character's chances under sliders: the page side of gentutor.widgets.next_token_bars. A fragment, joined after
// controls.js, mlp.js (for unpackArray) and in_page.js. The logits of every place travel with the page; temperature,
// top-k and top-p are applied here.
//
//   nextTokenBars(host, settings)                              fills `host`
//   nextTokenProbs(logits, {temperature, top_k, top_p})        as gentutor.samplers.next_token_probs

const BARS = 12;   // the likeliest tokens; one more bar stands for all others
const DRAWN = 40;  // tokens that the button draws

function nextTokenProbs(logits, { temperature, top_k, top_p }) {
  const order = [...logits.keys()].sort((a, b) => logits[b] - logits[a] || a - b);
  const highest = logits[order[0]];
  const probs = new Float64Array(logits.length);
  if (temperature === 0) { probs[order[0]] = 1; return probs; }
  const least = top_k > 0 && top_k < logits.length ? logits[order[top_k - 1]] : -Infinity;
  const scale = () => {
    const sum = probs.reduce((a, b) => a + b);
    probs.forEach((p, i) => { probs[i] = p / sum; });
  };
  logits.forEach((logit, i) => { probs[i] = logit < least ? 0 : Math.exp((logit - highest) / temperature); });
  scale();
  if (top_p < 1) {
    let before = 0;
    order.forEach((token, rank) => {
      const p = probs[token];
      if (rank > 0 && before >= top_p) probs[token] = 0;
      before += p;
    });
    scale();
  }
  return probs;
}

function nextTokenBars(host, { title, tokens, names, next, logits, knobs, values, place: start, style }) {
  const row = unpackRows(logits);
  const last = logits.shape[0] - 1;
  let place = start, probs = null, saying = 0;

  // ---- elements
  const root = make("section", { class: "gentutor gt-next", "aria-label": title });
  const text = make("p", { class: "gt-read" });
  const bars = make("div", { class: "gt-bars", role: "img" });
  const lines = Array.from({ length: BARS + 1 }, () => {
    const [name, bar, share, came] = [make("b"), make("i"), make("span", { class: "gt-share" }), make("span", { class: "gt-came" })];
    const el = make("div", { class: "gt-bar" }, name, make("span", { class: "gt-track" }, bar), share, came);
    bars.append(el);
    return { el, name, bar, share, came };
  });
  const summary = make("p", { class: "gt-summary" });
  const draw = make("button", { type: "button" }, `Draw ${DRAWN}`);
  const drawn = make("output", { class: "gt-drawn" });
  const said = make("p", { class: "gt-hidden", "aria-live": "polite" });
  const walk = makeSlider("place", 0, last, (i) => `after ${i + 1} characters`, (i) => { place = i; show(); });
  const [earlier, later] = [
    make("button", { type: "button", "aria-label": "One character back" }, "←"),
    make("button", { type: "button", "aria-label": "One character on" }, "→"),
  ];
  const controls = makeControls(knobs, { values, compact: true, onInput: () => show() });
  root.append(
    make("h3", { class: "gt-title" }, title),
    make("div", { class: "gt-reading" }, text, make("div", { class: "gt-walk" }, earlier, walk.el, later)),
    make("div", { class: "gt-stage" }, make("div", { class: "gt-view" }, bars, summary),
      make("div", { class: "gt-side" }, controls.el, draw, drawn)),
    make("p", { class: "gt-hint" }, "The light bar behind each bar is its chance at temperature 1, before any cut."),
    said,
  );

  // ---- showing
  const show = () => {
    const settings = controls.values(), scores = row(place);
    const plain = nextTokenProbs(scores, { temperature: 1, top_k: 0, top_p: 1 });
    probs = nextTokenProbs(scores, settings);
    const order = [...scores.keys()].sort((a, b) => scores[b] - scores[a] || a - b);
    const rest = (all) => order.slice(BARS).reduce((sum, i) => sum + all[i], 0);
    lines.forEach(({ el, name, bar, share, came }, rank) => {
      const i = rank < BARS ? order[rank] : -1;
      const [now, before] = i >= 0 ? [probs[i], plain[i]] : [rest(probs), rest(plain)];
      name.textContent = i >= 0 ? shown(names[i]) : `other ${names.length - BARS}`;
      bar.style.width = `${100 * now}%`;
      bar.parentElement.style.setProperty("--gt-plain", `${100 * before}%`);
      share.textContent = now > 0 ? percent(now) : "cut";
      el.classList.toggle("gt-cut", now === 0);
      came.textContent = i === next[place] || (i < 0 && order.indexOf(next[place]) >= BARS) ? "◂ came" : "";
    });
    const entropy = -probs.reduce((sum, p) => sum + (p > 0 ? p * Math.log2(p) : 0), 0);
    const left = probs.filter((p) => p > 0).length;
    summary.textContent = `${left} of ${names.length} may be drawn. Entropy ${entropy.toFixed(2)} bits, as among `
      + `${(2 ** entropy).toFixed(1)} equal ones.`;
    text.replaceChildren(
      tokens.slice(Math.max(0, place - 150), place + 1).join(""), make("mark", { "aria-label": "the next character" }, "?"),
    );
    walk.show(place);
    const best = order.slice(0, 3).map((i) => `${shown(names[i])} ${percent(probs[i])}`).join(", ");
    bars.setAttribute("aria-label", `Chances of the next character after ${place + 1}: ${best}. ${summary.textContent}`);
    clearTimeout(saying);
    if (root.matches(":focus-within")) {
      saying = setTimeout(() => { said.textContent = `${best}. ${summary.textContent}`; }, 500);
    }
  };

  const step = (by) => { place = Math.min(last, Math.max(0, place + by)); show(); };
  earlier.addEventListener("click", () => step(-1));
  later.addEventListener("click", () => step(1));
  draw.addEventListener("click", () => {
    const one = () => {
      let left = Math.random();
      const at = probs.findIndex((p) => (left -= p) < 0);
      return shown(names[at < 0 ? probs.indexOf(Math.max(...probs)) : at]);
    };
    drawn.textContent = Array.from({ length: DRAWN }, one).join(" ");
  });

  enterPage(host, style, root);
  show();
}
