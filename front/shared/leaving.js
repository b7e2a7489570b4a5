
(() => {
  const name = () => document.querySelector("[data-feed]")?.dataset.feed;
  addEventListener("pagehide", () => { if (name()) navigator.sendBeacon(`/left/${name()}`); });
  const isKnown = async () => {
    try { return await (await fetch(`/back/${name()}`)).json(); } catch { return true; }
  };
  const back = async (stays) => { if (name() && !(await isKnown()) && !stays) location.reload(); };
  addEventListener("pageshow", (event) => { if (event.persisted) back(false); });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") back(!document.querySelector("#panes"));
  });
})();
