
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
