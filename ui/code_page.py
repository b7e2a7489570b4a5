"""The style sheet and the script of the code's tabs: turning them, remembering the choice, copying and downloading."""

from __future__ import annotations

CSS = """
.codes { display: grid; gap: 8px; grid-template-columns: minmax(0, 1fr); }
.codes [role=tabpanel] { display: grid; gap: 8px; grid-template-columns: minmax(0, 1fr); }
.codes [role=tabpanel][hidden] { display: none; }
.codes [role=tablist] { display: flex; gap: 2px; overflow-x: auto; scrollbar-width: none;
  border-bottom: 1px solid var(--border-color-primary); }
.sc .codes [role=tab] { flex: none; min-height: 34px; padding: 0 12px; border: 0; border-bottom: 2px solid transparent;
  background: none; color: var(--body-text-color); font-weight: 500; font-size: 13px; white-space: nowrap; }
.sc .codes [role=tab][aria-selected=true] { border-color: var(--color-accent); color: var(--link-text-color); }
.sc .codes [role=tab].dim { color: var(--body-text-color-subdued); font-weight: 400; text-decoration: line-through;
  text-decoration-thickness: 1px; }
.codes [role=tab]:focus-visible { outline-offset: -2px; }
.codes [data-remember=language] [role=tab], .codes [data-remember=which] [role=tab] { font-weight: 600; }
.code .source { border: 1px solid var(--border-color-primary); border-radius: 8px; overflow: hidden;
  background: var(--background-fill-secondary); }
.code .acts { display: flex; flex-wrap: wrap; justify-content: flex-end; gap: 4px; padding: 4px;
  border-bottom: 1px solid var(--border-color-primary); }
.code .source pre { border: 0; border-radius: 0; }
.sc .code .acts button, .sc .code dd button { position: static; min-height: 32px; padding: 0 10px; font-size: 12px;
  border: 1px solid transparent; border-radius: 6px; background: none; color: var(--body-text-color); }
.sc .code .acts button:hover, .sc .code dd button:hover { background: var(--background-fill-primary);
  border-color: var(--border-color-primary); }
.code dl { margin: 8px 0 0; display: grid; gap: 2px; font-size: 12px; }
.code dl div { display: grid; grid-template-columns: 52px minmax(0, 1fr); align-items: center; gap: 8px; }
.code dt { color: var(--body-text-color-subdued); } .code dd { margin: 0; display: flex; align-items: center; gap: 4px;
  min-width: 0; } .code dd code { flex: 1; min-width: 0; overflow-x: auto; white-space: pre; padding: 4px 0;
  font: 12px var(--sc-mono); }
.sc .differs { margin: 4px 0 0; padding: 0 0 0 16px; list-style: disc; font-size: 12px;
  color: var(--body-text-color-subdued); }
.code-options { align-items: center !important; flex-wrap: wrap !important; gap: 4px 12px !important; }
.code-options > * { flex: 1 1 120px !important; min-width: 0 !important; padding: 0 !important;
  background: none !important; }
.code-options > fieldset { flex: 0 1 auto !important; width: auto !important; }
.code-options fieldset .wrap { gap: 0 14px; }
.code-options fieldset label { padding: 0 !important; border: 0; background: none !important; min-height: 32px;
  font-size: 12px; box-shadow: none !important; font-weight: 400; }
.code-options input[type=text] { font-size: 12px; min-height: 32px; }
@media (max-width: 640px) { .sc .codes [role=tab], .sc .code .acts button, .sc .code dd button { min-height: 44px; } }
"""

SCRIPT = r"""
(() => {
  const KEY = "showcard-code";
  const held = () => { try { return JSON.parse(localStorage.getItem(KEY)) || {}; } catch { return {}; } };
  const keep = (list, value) => {
    try { localStorage.setItem(KEY, JSON.stringify({ ...held(), [list.dataset.remember]: value })); } catch {}
  };
  const turn = (list, wanted) => {
    const tabs = [...list.children], found = tabs.find((tab) => tab.dataset.value === wanted);
    for (const tab of found ? tabs : []) {
      tab.setAttribute("aria-selected", tab === found);
      tab.tabIndex = tab === found ? 0 : -1;
      document.getElementById(tab.getAttribute("aria-controls")).hidden = tab !== found;
    }
  };
  // Code that has just been written is turned to where the last one was, before it is painted.
  new MutationObserver(() => {
    for (const list of document.querySelectorAll(".codes [role=tablist]:not([data-turned])")) {
      list.dataset.turned = "";
      turn(list, held()[list.dataset.remember]);
    }
  }).observe(document.documentElement, { childList: true, subtree: true });
  document.addEventListener("click", (event) => {
    const tab = event.target.closest(".codes [role=tab]");
    if (tab) {
      turn(tab.parentElement, tab.dataset.value);
      keep(tab.parentElement, tab.dataset.value);
    }
    const save = event.target.closest(".code .download");
    if (save) {
      const link = document.createElement("a");
      const text = save.closest(".source").querySelector("pre").textContent;
      link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
      link.download = save.dataset.name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    }
  });
  document.addEventListener("keydown", (event) => {
    const tab = event.target.closest?.(".codes [role=tab]");
    const tabs = tab ? [...tab.parentElement.children] : [], at = tabs.indexOf(tab), last = tabs.length - 1;
    const to = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at ? at - 1 : last, Home: 0, End: last }[event.key];
    if (!tab || to === undefined) return;
    event.preventDefault();
    tabs[to].focus();
    tabs[to].click();
  });
})();
"""
