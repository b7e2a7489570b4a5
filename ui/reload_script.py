"""What a reload brings back: the card that was open, and what was typed into its fields. It stays in the tab."""

from __future__ import annotations

SCRIPT = r"""
(() => {
  const KEY = "showcard-page";
  const head = () => document.querySelector("#head h1[data-page]");
  const ready = () => head() && document.querySelector("#widget:not([inert]) #maximise [data-page]");
  // The inputs; parameters are left out, as one of them may hold a key.
  const inputs = "#widget [id^=in-]:not([id^=in-p-]) :is(textarea, input)[data-testid=textbox]";
  const lines = () => [...document.querySelectorAll(inputs)];
  const idOf = (line) => line.closest("[id^=in-]").id;
  const put = (line, text) => {
    line.value = text;
    line.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const source = () => document.querySelector("#source :is(textarea, input)");

  let page = "", pasted = "";
  const look = () => {
    const found = head();
    if (!found || found.dataset.page === page) return;
    page = found.dataset.page;
    pasted = found.dataset.source ? "" : source()?.value || "";
  };
  addEventListener("pagehide", () => {
    const found = head();
    if (!found) return;
    const kept = { source: found.dataset.source, task: found.dataset.task, card: pasted };
    kept.fields = lines().map((line) => [idOf(line), line.value]);
    try { sessionStorage.setItem(KEY, JSON.stringify(kept)); } catch { sessionStorage.removeItem(KEY); }
  });

  let step = null;
  const restore = () => {
    if (performance.getEntriesByType("navigation")[0]?.type !== "reload" || location.hash.startsWith("#in=")) return;
    let kept = null;
    try { kept = JSON.parse(sessionStorage.getItem(KEY)); } catch {}
    if (!kept) return;
    const fill = () => setTimeout(() => {
      const held = new Map(kept.fields);
      for (const line of lines())
        if (held.has(idOf(line)) && held.get(idOf(line)) !== line.value) put(line, held.get(idOf(line)));
    }, 300);
    step = () => {
      const found = head(), before = found.dataset.page;
      const same = found.dataset.source === kept.source && found.dataset.task === kept.task;
      if (same && kept.source || !kept.source && !kept.card) { step = null; fill(); return; }
      if (kept.card) put(source(), kept.card);
      const asked = kept.source ? { model: kept.source } : { card: kept.card };
      const address = `?${new URLSearchParams({ ...asked, task: kept.task })}`;
      put(document.querySelector("#link :is(textarea, input)"), address);
      setTimeout(() => document.querySelector("#follow").click(), 50);
      step = () => {
        if (head().dataset.page === before) return;
        step = null;
        if (head().dataset.source === kept.source) fill();
      };
    };
  };
  restore();
  new MutationObserver(() => { look(); if (step && ready()) step(); })
    .observe(document.documentElement, { childList: true, subtree: true });
})();
"""
