"""The page's script of ways out: buttons beside a failure that lead to the control that helps."""

SCRIPT = r"""
(() => {
  // A button that is pressed once, when it arrives: the widget then looks who serves its model.
  const arrive = () => {
    for (const found of document.querySelectorAll("button.press:not([data-pressed])")) {
      found.dataset.pressed = "";
      found.click();
    }
  };
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
"""
