"""The model page's own script: deep links, the gallery, undo by keys, and what Gradio leaves out."""

from __future__ import annotations

SCRIPT = r"""
(() => {
  const put = (selector, text, then) => {
    const field = document.querySelector(`${selector} textarea, ${selector} input`);
    if (!field) return false;
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    setTimeout(() => document.querySelector(then)?.click(), 50);
    return true;
  };

  // Gradio's video field fetches 32 MB of ffmpeg to trim with, which the page's policy would not let run.
  const fetched = window.fetch;
  window.fetch = (what, ...rest) =>
    String(what?.url || what).includes("/static/ffmpeg/") ? new Promise(() => {}) : fetched(what, ...rest);

  // A link whose values stand behind its `#` is handed over once the page is there.
  const packed = () => location.hash.startsWith("#in=");
  let opened = "";
  const follow = () => {
    if (!packed() || opened === location.hash || !document.querySelector("#head h1")) return;
    if (put("#link", location.search + location.hash, "#follow")) opened = location.hash;
  };
  addEventListener("hashchange", follow);
  const wanted = new URLSearchParams(location.search).get("language");
  if (["python", "js", "sh"].includes({ curl: "sh", javascript: "js" }[wanted] || wanted)) {
    try {
      const held = JSON.parse(localStorage.getItem("showcard-code")) || {};
      const language = { curl: "sh", javascript: "js" }[wanted] || wanted;
      localStorage.setItem("showcard-code", JSON.stringify({ ...held, language }));
    } catch {}
  }

  // A link that was made is completed, copied, and stands in the address from then on.
  const share = async (note) => {
    const link = note.dataset.link;
    note.removeAttribute("data-link");
    const whole = location.origin + location.pathname + link;
    const line = note.querySelector("input");
    line.value = whole;
    history.replaceState(null, "", location.pathname + link);
    opened = location.hash;
    try { await navigator.clipboard.writeText(whole); }
    catch {
      line.focus(); line.select();
      if (!document.execCommand("copy")) note.querySelector("strong").textContent = "Copy this link.";
    }
  };

  document.addEventListener("click", (event) => {
    const load = event.target.closest?.("[data-example]");
    if (!load) return;
    document.getElementById("widget-body-button")?.click();
    const name = `${load.closest("[data-page]").dataset.page}:`;
    const go = (left) => {
      // The card stands there a moment before its widget does.
      const there = document.querySelector("#picked textarea, #picked input")?.value.startsWith(name);
      if (there) put("#picked", name + load.dataset.example, "#pick");
      else if (left) setTimeout(go, 100, left - 1);
    };
    go(100);
    if (innerWidth < 900) document.querySelector("#widget")?.scrollIntoView();
  });

  // The widget alone, and back.
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("#maximise button");
    if (!button) return;
    const alone = document.body.classList.toggle("alone");
    button.setAttribute("aria-pressed", alone);
    button.textContent = alone ? "Restore" : "Maximise";
  });

  // A picker that Escape closed opens by a key again, without its focus being moved.
  document.addEventListener("keydown", (event) => {
    const line = event.target;
    if (!line.matches?.("input[role=combobox][aria-expanded=false]") || event.altKey || event.ctrlKey) return;
    if (!["ArrowDown", "ArrowUp", "Enter"].includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    line.blur();
    line.focus();
  }, true);

  // What scrolls sideways in a card's body can be reached by keyboard.
  const reach = () => {
    const body = document.querySelector("#body .md:not([data-reached])");
    if (!body) return;
    body.dataset.reached = "";
    body.querySelectorAll("pre, table, math[display=block]").forEach((part) => {
      if (part.scrollWidth > part.clientWidth) part.setAttribute("tabindex", "0");
    });
  };

  // Once the head names a card, the widget and the text of the one before it are out of reach until its own are there.
  const settle = () => {
    const named = document.querySelector("#head h1")?.dataset.page;
    for (const id of named ? ["widget", "card"] : []) {
      const part = document.getElementById(id);
      if (part) part.inert = part.querySelector("[data-page]")?.dataset.page !== named;
    }
  };

  // Gradio says that every line is written from left to right.
  const direct = () => {
    for (const line of document.querySelectorAll(":is(textarea, input[type=text])[dir=ltr]")) line.dir = "auto";
  };

  // A list that scrolls would take the focus from its picker, and lose it as it closes.
  const skip = () => {
    for (const list of document.querySelectorAll("ul[role=listbox]:not([tabindex])")) list.tabIndex = -1;
  };

  const look = () => {
    direct();
    skip();
    reach();
    follow();
    document.querySelectorAll("#shared [data-link]").forEach(share);
  };
  let soon = 0;
  new MutationObserver(() => {
    settle();
    soon ||= requestAnimationFrame(() => { soon = 0; look(); });
  })
    .observe(document.documentElement, { childList: true, subtree: true });
})();
"""

CSS = """
#in-video video { max-height: 260px; object-fit: contain; }
#in-video button[aria-label="Trim video to selection"] { display: none; } /* see the script */
.sc #body ul.gallery, #body .sc ul.gallery { grid-template-columns: repeat(auto-fill, minmax(140px, 1fr)); margin: 0 0 16px !important; padding: 0 !important; list-style: none !important; }
#body .shots { display: grid; grid-template-columns: repeat(auto-fill, minmax(140px, 1fr)); gap: 12px; margin: 0 0 16px; }
#body .shots :is(p, a) { display: contents; } #body .shots br { display: none; } #body .shots img { width: 100%; aspect-ratio: 1; object-fit: cover; }
#body .gallery li { margin: 0; } #body .gallery li::before { content: none; } #body .gallery figure { display: grid; gap: 4px; }
#body .gallery .load { display: grid; gap: 4px; width: 100%; padding: 0; border: 0; border-radius: 6px; background: none; color: var(--body-text-color); text-align: start; cursor: pointer; min-height: 32px; }
#body .gallery img, #body .gallery video { width: 100%; aspect-ratio: 1; object-fit: cover; border-radius: 6px; margin: 0; background: var(--background-fill-secondary); }
#body .gallery .load:hover .prompt { text-decoration: underline; }
#body .gallery .prompt { font-size: 12px; display: -webkit-box; -webkit-line-clamp: 3; -webkit-box-orient: vertical; overflow: hidden; }
/* what Gradio leaves too pale */
.gradio-container input.subdued, .gradio-container input::placeholder { color: var(--body-text-color-subdued) !important; }
.dark input.subdued, .dark .gradio-container input::placeholder, .dark .gradio-container textarea::placeholder { color: var(--neutral-300) !important; }
#in-audio time, #in-audio button, #in-audio span { color: var(--body-text-color) !important; }
#widget, #card { transition: opacity 0.1s; } :is(#widget, #card)[inert] { opacity: 0.45; transition-delay: 0.3s; }
#maximise { position: absolute !important; top: 0; right: 0; width: auto !important; z-index: 3; }
#maximise button { min-height: 32px; padding: 0 10px; border: 0; border-radius: 6px; background: none; color: var(--body-text-color-subdued); font-size: 12px; }
#maximise button:hover { background: var(--background-fill-secondary); }
.alone #card, .alone #source-row { display: none !important; } .alone #page { grid-template-columns: minmax(0, 1fr) !important; } .alone #widget { position: relative !important; }
@media (max-width: 899px) { #widget { position: relative !important; } #maximise { display: none !important; } }
@media (max-width: 640px) {
  #run-row #run { order: 0; } #run-row #stop { order: 1; } #run-row #reset, #run-row #share { order: 3; flex: 0 0 auto !important; min-width: 0 !important; }
  #run-row #status { order: 2; flex: 1 1 0 !important; min-width: 120px !important; }
}
/* tabs that do not fit are scrolled to */
#widget .tab-container.wrap { flex-wrap: nowrap; overflow: auto hidden; scrollbar-width: none; background: none; }
.card-fields table { width: 100%; margin: 0; table-layout: fixed; } .card-fields .table { max-height: none; } .card-fields thead th:first-child { width: 36%; }
.card-fields th, .card-fields td { overflow-wrap: anywhere; } .card-fields th { font-weight: 550; } .card-fields pre { margin: 4px 0 0; max-height: 260px; overflow: auto; font: 12px/1.5 var(--sc-mono); white-space: pre-wrap; }
.shared input { width: 100%; margin-top: 6px; padding: 6px 8px; font: 12px var(--sc-mono); border: 1px solid var(--border-color-primary);
  border-radius: 6px; background: var(--input-background-fill); color: var(--body-text-color); text-overflow: ellipsis; }
"""
