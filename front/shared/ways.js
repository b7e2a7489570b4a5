
(() => {
  // A button that is pressed once, a moment after it arrived: the widget then looks who serves its model.
  const arrive = () => {
    for (const found of document.querySelectorAll("button.press:not([data-pressed])")) {
      found.dataset.pressed = "";
      setTimeout(() => found.click(), 500);
    }
  };
  // What is typed or pasted into the fields of a place counts a moment after the last change, and at once on leaving.
  let pause = 0;
  for (const kind of ["input", "focusout"]) document.addEventListener(kind, (event) => {
    const box = event.target.closest?.(".place-box");
    if (!box || !event.target.matches("input[type=text], input[type=password], textarea")) return;
    if (event.target.getAttribute("role") === "combobox" || event.target.closest("[role=listbox]")) return;
    if (kind === "input") event.target.dataset.typed = "";
    else if (!("typed" in event.target.dataset)) return;
    else delete event.target.dataset.typed;
    clearTimeout(pause);
    pause = setTimeout(() => box.querySelector("button.look")?.click(), kind === "input" ? 350 : 30);
  }, true);
  let soon = 0;
  new MutationObserver(() => { soon ||= requestAnimationFrame(() => { soon = 0; arrive(); }); })
    .observe(document.documentElement, { childList: true, subtree: true });

  // A way out: the control of its kind, in the same pane where there are several, is shown and gets the focus.
  const visible = (found) => found && found.offsetParent;
  const field = (place, name) => [...place.querySelectorAll(`.way-${name}`)]
    .flatMap((found) => [...found.querySelectorAll("input, textarea, button"), found])
    .find((found) => found.matches("input, textarea, button") && visible(found));
  const unfold = (place, name) => {
    const hidden = place.querySelector(`.way-${name}`);
    for (let up = hidden?.parentElement; up && up !== place; up = up.parentElement)
      up.querySelector(":scope > button.label-wrap:not(.open)")?.click();
    for (const closed of place.querySelectorAll("button.label-wrap:not(.open)"))
      if (closed.parentElement.querySelector(`.way-${name}`)) closed.click();
  };
  // Signing in comes back to this page; inside a frame it opens beside it, as the Hub can't be framed.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.signin");
    if (!link) return;
    link.href = `/login/huggingface?_target_url=${encodeURIComponent(location.pathname + location.search)}`;
    if (window.top !== window) link.target = "_blank";
  }, true);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-way]");
    if (!button) return;
    const place = button.closest(".pane") || document;
    const wanted = button.dataset.way.split(" ");
    for (const name of wanted) unfold(place, name);
    requestAnimationFrame(() => {
      const found = wanted.map((name) => field(place, name)).find(Boolean);
      if (!found) return;
      if (found.matches("button")) { found.click(); return; }
      found.scrollIntoView({ block: "center" });
      found.focus();
    });
  });
})();
