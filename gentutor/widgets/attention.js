// The attention explorer: the page side of gentutor.widgets.attention_explorer. A fragment, joined after controls.js,
// mlp.js (for unpackArray) and in_page.js. Everything it needs is in `settings`; no kernel, no network.
//
//   attentionExplorer(host, settings)    fills `host`
//
// It holds a place in the sentence, a head, and a direction, and shows them everywhere.

const LISTED = 6;  // tokens in the list, the strongest first

function attentionExplorer(host, { title, tokens, maps, start, style }) {
  const [nLayers, nHeads, n] = maps.shape;
  const weights = unpackArray(maps);  // bytes, 255 for all of a token's attention
  const weight = (layer, head, from, to) => weights[((layer * nHeads + head) * n + from) * n + to] / 255;
  const copy = `gt-attention-${gtCopy}-${++gtCount}`;
  let { layer, head, place } = start;
  let hovered = -1, back = true, saying = 0;

  // ---- elements
  const root = make("section", { class: "gentutor gt-attention", "aria-label": title });
  const cells = tokens.map((token, i) => make(
    "span", { role: "option", id: `${copy}-${i}`, class: "gt-token", "data-place": i }, shown(token),
  ));
  const sentence = make("div", {
    class: "gt-sentence", role: "listbox", tabindex: 0, "aria-label": "Text: choose a token with the arrow keys",
  }, ...cells);
  const direction = [
    make("button", { type: "button" }, "looks at"), make("button", { type: "button" }, "is looked at by"),
  ];
  const chosen = make("b");
  const list = make("ol", { class: "gt-list", "aria-hidden": "true" });
  const rows = Array.from({ length: LISTED }, () => {
    const [where, bar, share] = [make("span", { class: "gt-where" }), make("i"), make("span", { class: "gt-share" })];
    list.append(make("li", {}, where, make("span", { class: "gt-track" }, bar), share));
    return { where, bar, share };
  });
  const said = make("p", { class: "gt-hidden", "aria-live": "polite" });
  const heads = make("div", { class: "gt-heads", role: "group", "aria-label": "Layer and head" });
  const buttons = [];
  for (let l = 0; l < nLayers; l++) {
    const row = make("div", { class: "gt-layer" }, make("span", {}, `layer ${l + 1}`));
    for (let h = 0; h < nHeads; h++) {
      const map = make("canvas", { width: n, height: n, "aria-hidden": "true" });
      const button = make("button", { type: "button", "aria-label": `Layer ${l + 1}, head ${h + 1}` }, map);
      button.addEventListener("click", () => { [layer, head] = [l, h]; show(); });
      buttons.push({ button, map, l, h });
      row.append(button);
    }
    heads.append(row);
  }
  root.append(
    make("h3", { class: "gt-title" }, title), sentence,
    make("div", { class: "gt-both" },
      make("div", { class: "gt-about" },
        make("p", { class: "gt-says" }, chosen, make("span", { role: "group", "aria-label": "Direction" }, ...direction)),
        list),
      heads),
    make("p", { class: "gt-hint" }, "Point at a token, or choose one with the left and right arrow keys; up and down go "
      + "through the heads. In the small maps each row is a token, and dark is where it looks; above the diagonal lies "
      + "the future, which stays white."),
    said,
  );

  // ---- showing
  const near = (i) => [tokens.slice(Math.max(0, i - 8), i), [tokens[i]], tokens.slice(i + 1, i + 5)]
    .map((part) => part.map(shown).join(tokens.some((token) => token.length > 2) ? " " : ""));

  const show = () => {
    const now = hovered >= 0 ? hovered : place;
    const shares = tokens.map((_, i) => (back ? weight(layer, head, now, i) : weight(layer, head, i, now)));
    cells.forEach((cell, i) => {
      cell.style.setProperty("--gt-share", `${Math.round(100 * Math.min(1, shares[i]))}%`);
      cell.classList.toggle("gt-strong", shares[i] > 0.5);
      cell.classList.toggle("gt-now", i === now);
      cell.setAttribute("aria-selected", i === place);
    });
    sentence.setAttribute("aria-activedescendant", `${copy}-${place}`);
    const order = shares.map((_, i) => i).filter((i) => shares[i] > 0).sort((a, b) => shares[b] - shares[a]);
    rows.forEach(({ where, bar, share }, rank) => {
      const i = order[rank];
      const [before, token, after] = i === undefined ? ["", "", ""] : near(i);
      where.replaceChildren(before, make("b", {}, token), after);
      bar.style.width = i === undefined ? "0" : `${100 * shares[i]}%`;
      share.textContent = i === undefined ? "" : percent(shares[i]);
    });
    chosen.textContent = `${shown(tokens[now])} (place ${now + 1})`;
    direction.forEach((button, i) => button.setAttribute("aria-pressed", back === (i === 0)));
    for (const { button, l, h } of buttons) button.setAttribute("aria-pressed", l === layer && h === head);
    clearTimeout(saying);  // whoever walks hears where the walk ends
    const words = order.slice(0, 3).map((i) => `${shown(tokens[i])} at place ${i + 1}, ${percent(shares[i])}`).join("; ");
    const sentenceSaid = `Layer ${layer + 1}, head ${head + 1}: ${chosen.textContent} `
      + `${back ? "looks at" : "is looked at by"} ${words || "nothing"}`;
    if (root.matches(":focus-within")) saying = setTimeout(() => { said.textContent = sentenceSaid; }, 400);
  };

  const paintMaps = () => {
    for (const { map, l, h } of buttons) {
      const pen = map.getContext("2d"), picture = pen.createImageData(n, n);
      for (let from = 0, at = 0; from < n; from++) {
        for (let to = 0; to < n; to++, at += 4) {
          picture.data.set([0, 114, 178, 255 * Math.sqrt(weight(l, h, from, to))], at);  // root: faint ones show too
        }
      }
      pen.putImageData(picture, 0, 0);
    }
  };

  // ---- mouse, touch, keys
  const under = (event) => Number(event.target.closest?.(".gt-token")?.dataset.place ?? -1);
  sentence.addEventListener("pointermove", (event) => {
    if (under(event) !== hovered) { hovered = under(event); show(); }
  });
  sentence.addEventListener("pointerleave", () => { hovered = -1; show(); });
  sentence.addEventListener("click", (event) => { if (under(event) >= 0) { place = under(event); show(); } });
  const STEPS = { ArrowLeft: -1, ArrowRight: 1, Home: -n, End: n };
  sentence.addEventListener("keydown", (event) => {
    if (event.key in STEPS) place = Math.min(n - 1, Math.max(0, place + STEPS[event.key]));
    else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      const all = nLayers * nHeads;
      const next = (layer * nHeads + head + (event.key === "ArrowDown" ? 1 : all - 1)) % all;
      [layer, head] = [Math.floor(next / nHeads), next % nHeads];
    } else return;
    hovered = -1;
    event.preventDefault();
    show();
  });
  direction.forEach((button, i) => button.addEventListener("click", () => { back = i === 0; show(); }));

  paintMaps();
  enterPage(host, style, root);
  show();
}
