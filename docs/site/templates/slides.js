// Starts reveal.js. A slide that is higher than the screen scrolls, and can be reached from the keyboard for that.
Reveal.initialize({
  width: 1180, height: 760, margin: 0.03, center: false, hash: true, transition: "none",
  slideNumber: "h.v", controls: true, progress: true, plugins: [RevealNotes],
  // A slider under the arrow keys moves itself, not the slides.
  keyboardCondition: (event) => !event.composedPath().some((node) => ["range", "radio", "number", "text"].includes(node.type)),
});
for (const slide of document.querySelectorAll(".slides section section")) slide.tabIndex = 0;
