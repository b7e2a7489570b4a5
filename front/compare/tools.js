
(() => {
  const panes = () => document.querySelector("#panes");
  const shown = (element) => element && element.offsetParent !== null;

  // The buttons in the ask bar open their tool; a vote can be cast by the keys 1 to 4.
  document.addEventListener("click", (event) => {
    const opener = event.target.closest(".opens-tool");
    if (opener) {
      const tab = document.querySelector(`#tool-${opener.id.replace("-button", "")}-button`);
      tab?.click();
      tab?.scrollIntoView({ block: "start", behavior: "smooth" });
    }
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable=true]");
    const button = /^[1-4]$/.test(event.key) && document.querySelector(`#vote-${event.key}`);
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !shown(button)) return;
    event.preventDefault();
    button.click();
  });

  // A link to a file that was asked for is followed once.
  const download = () => {
    for (const link of document.querySelectorAll("a.download-now:not([data-done])")) {
      link.dataset.done = "";
      link.click();
    }
  };

  // Layouts: one pane alone, panes that scroll together, and turns that begin at the same height.
  const buttons = () => document.querySelectorAll(".layout button");
  document.addEventListener("click", (event) => {
    const pressed = event.target.closest(".layout button");
    if (!pressed) return;
    const { layout, focus } = pressed.dataset, all = panes();
    if (focus !== undefined) focus ? (all.dataset.focus = focus) : delete all.dataset.focus;
    else layout in all.dataset ? delete all.dataset[layout] : (all.dataset[layout] = "");
    tell();
    align();
  });
  const tell = () => {
    const all = panes(), letters = [...all.querySelectorAll(".pane")].filter(shown);
    if (all.dataset.focus && !document.querySelector(`#pane-${all.dataset.focus}`)) delete all.dataset.focus;
    for (const button of buttons()) {
      const { layout, focus } = button.dataset;
      const on = focus === undefined ? layout in all.dataset : (all.dataset.focus || "") === focus;
      if (button.getAttribute("aria-pressed") !== String(on)) button.setAttribute("aria-pressed", on);
      const gone = Boolean(focus) && !letters.some((pane) => pane.id === `pane-${focus}`);
      if (button.hidden !== gone) button.hidden = gone;
    }
  };
  const scrollers = () => [...document.querySelectorAll("#panes .pane-body")].filter(shown);
  const turns = (within) => [...within.querySelectorAll(".turn.user")];
  const top = (turn, scroller) =>
    turn.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop;
  const align = () => {
    const all = panes(), sides = scrollers();
    for (const turn of all.querySelectorAll(".turn.user")) turn.style.marginTop = "";
    if (!("aligned" in all.dataset) || "focus" in all.dataset || sides.length < 2) return;
    const [first, ...rest] = sides;
    if (rest.every((side) => side.getBoundingClientRect().top !== first.getBoundingClientRect().top)) return;
    const most = Math.max(...sides.map((side) => turns(side).length));
    for (let n = 0; n < most; n++) {
      const found = sides.map((side) => [turns(side)[n], side]).filter(([turn]) => turn);
      const low = Math.max(...found.map(([turn, side]) => top(turn, side)));
      for (const [turn, side] of found) {
        const more = low - top(turn, side);
        if (more > 0.5) turn.style.marginTop = `${more}px`;
      }
    }
  };
  let leading = null, free = 0;
  document.addEventListener("scroll", (event) => {
    const from = event.target;
    if (!panes() || !("linked" in panes().dataset) || !from.matches?.("#panes .pane-body")) return;
    if (leading && leading !== from) return;
    leading = from;
    clearTimeout(free);
    free = setTimeout(() => { leading = null; }, 120);
    // The same turn at the same share of its height; where the chats differ in turns, the same share of all.
    const own = turns(from), tops = own.map((turn) => top(turn, from));
    const at = Math.max(0, tops.findLastIndex((place) => place <= from.scrollTop + 1));
    const end = tops[at + 1] ?? from.scrollHeight;
    const share = own.length ? (from.scrollTop - tops[at]) / Math.max(1, end - tops[at]) : 0;
    for (const side of scrollers().filter((other) => other !== from)) {
      const theirs = turns(side).map((turn) => top(turn, side));
      const atEnd = from.scrollTop + from.clientHeight >= from.scrollHeight - 1;
      const begin = theirs[at] ?? 0, next = theirs[at + 1] ?? side.scrollHeight;
      side.scrollTop = atEnd ? side.scrollHeight : begin + share * (next - begin);
    }
  }, true);

  const MORE = "Checks, samples, prompt lists, votes, export";
  let due = 0;
  const later = () => {
    if (due) return;
    due = setTimeout(() => {
      due = 0;
      download();
      document.querySelector("#checks-button:not([title])")?.setAttribute("title", MORE);
      if (panes() && buttons().length) { tell(); align(); }
    }, 120);
  };
  new MutationObserver(later).observe(document.documentElement, { childList: true, subtree: true });
  window.addEventListener("resize", later);
})();
