// The quiz: one item at a time, four answers, the truth at once, and all items again at the end.
// Joined behind controls.js; see quiz_panel.py for the messages.
//
// Keys: 1 to 4 answer, Enter goes on (the button has the focus). Everything is also a button with a name.

function render({ model, el }) {
  const { items, ratings: words, title, question, say } = model.get("settings");
  const fill = (text, one, two) => text.replace("#1", one).replace("#2", two);
  const given = [...model.get("given")];  // ratings so far, so that a reloaded page goes on where it was

  const heading = make("h3", { class: "gt-title" }, title);
  const count = make("p", { class: "gt-quiz-count" });
  const bar = make("div", { class: "gt-quiz-bar", "aria-hidden": "true" }, make("div"));
  const stage = make("div", { class: "gt-quiz-stage", tabindex: -1 });
  const buttons = words.map((word, rating) => {
    const button = make("button", { type: "button" }, make("kbd", { "aria-hidden": "true" }, String(rating + 1)), word);
    button.addEventListener("click", () => answer(rating));
    return button;
  });
  const choices = make("div", { class: "gt-quiz-choices", role: "group", "aria-label": question }, ...buttons);
  const said = make("p", { class: "gt-quiz-said", "aria-live": "polite" });
  const next = make("button", { type: "button", class: "gt-quiz-next" }, say.next);
  next.addEventListener("click", () => show(true));
  const root = make("section", { class: "gentutor gt-quiz", "aria-label": title },
    heading, count, bar, stage, choices, make("div", { class: "gt-quiz-foot" }, said, next));
  let open = false;  // whether an answer is waited for

  const right = (i) => (given[i] >= 2) === items[i].fake;
  const what = (item) => (item.fake ? "generated" : "real");

  function picture(item, i, size) {
    if (item.text) return make("blockquote", { class: "gt-quiz-text" }, item.text);
    return make("img", { src: item.image, width: size, height: size, alt: `Item ${i + 1}: ${item.alt}`, class: "gt-quiz-image" });
  }

  function progress() {
    bar.firstChild.style.width = `${(100 * given.length) / items.length}%`;
  }

  function show(focus) {
    const i = given.length;
    progress();
    if (i === items.length) return finish(focus);
    open = true;
    count.textContent = `${fill(say.place, i + 1, items.length)}: ${question}`;
    stage.replaceChildren(picture(items[i], i, 196));
    said.textContent = "";
    said.className = "gt-quiz-said";
    next.style.visibility = "hidden";
    for (const button of buttons) { button.disabled = false; button.classList.remove("gt-on"); }
    if (focus) stage.focus();  // not on an answer: a second Enter would give it
  }

  function answer(rating) {
    if (!open) return;
    open = false;
    const i = given.length;
    given.push(rating);
    model.send({ kind: "rated", index: i, rating });
    buttons.forEach((button, r) => { button.disabled = true; button.classList.toggle("gt-on", r === rating); });
    said.textContent = `${right(i) ? "✓" : "✗"} ${say[`${right(i) ? "right" : "wrong"}-${what(items[i])}`]} ${items[i].maker}`;
    said.classList.add(right(i) ? "gt-good" : "gt-bad");
    next.textContent = given.length === items.length ? say.last : say.next;
    next.style.visibility = "visible";
    progress();
    next.focus();
  }

  function finish(focus) {
    const score = items.filter((_, i) => right(i)).length;
    count.textContent = fill(say.score, score, items.length);
    stage.replaceChildren(make("div", { class: "gt-quiz-all" }, ...items.map((item, i) => make("figure", {},
      picture(item, i, 72),
      make("figcaption", { class: right(i) ? "gt-good" : "gt-bad" },
        `${right(i) ? "✓" : "✗"} ${say[what(item)]}; ${say.you}: ${words[given[i]]}`)))));
    choices.style.display = "none";
    next.style.visibility = "hidden";
    said.className = "gt-quiz-said";
    said.textContent = say.kept;
    if (focus) { count.tabIndex = -1; count.focus(); }
  }

  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const rating = ["1", "2", "3", "4"].indexOf(event.key);
    if (rating >= 0 && open) { event.preventDefault(); answer(rating); }
  });
  guardKeys(root);
  el.append(root);
  show(false);
  model.send({ kind: "ready" });
}

export default { render };
