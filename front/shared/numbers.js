
(() => {
  const said = (host, name) => {
    const found = [...host.classList].find((held) => held.startsWith(`${name}:`));
    return found ? Number(found.slice(name.length + 1)) : null;
  };
  const bounds = (host) => ({ low: said(host, "from"), high: said(host, "to"), step: said(host, "step") ?? 1 });
  const read = (line) => (line.value.trim() === "" || !isFinite(line.value) ? null : Number(line.value));
  const within = (value, { low, high, step }) => {
    const kept = Math.min(high ?? Infinity, Math.max(low ?? -Infinity, value));
    return String(Number(kept.toFixed((String(step).split(".")[1] || "").length)));
  };
  const put = (line, text) => {
    line.value = text;
    line.dispatchEvent(new Event("input", { bubbles: true }));
  };

  // Gradio uses a field anew for the next card, so what it is for is looked up each time.
  const known = new Map();
  const draw = (line, host, { place, slider, low, high, unset }) => {
    const own = bounds(host), value = read(line), ranged = own.low !== null && own.high !== null;
    if (!host.classList.contains("number") || !ranged) { place.remove(); return; }
    if (place.parentElement !== host) host.append(place);
    const name = host.querySelector("[data-testid=block-info], label > span")?.textContent.trim() || "The number";
    Object.assign(slider, { min: own.low, max: own.high, step: own.step });
    slider.value = value ?? (own.low + own.high) / 2;
    slider.classList.toggle("unset", value === null);
    slider.setAttribute("aria-label", `${name}, slider`);
    slider.setAttribute("aria-valuetext", value === null ? "not set" : line.value.trim());
    [low.textContent, high.textContent] = [own.low, own.high];
    unset.setAttribute("aria-label", `Unset ${name}`);
    unset.style.visibility = line.value === "" ? "hidden" : "";
  };
  const attach = (host) => {
    const line = host.querySelector("textarea, input:not([type=range])");
    if (!line || known.has(line)) return;
    const make = (name, more) => Object.assign(document.createElement(name), more);
    const parts = {
      place: make("div", { className: "ranged" }), low: make("span", { className: "num dim" }),
      slider: make("input", { type: "range" }), high: make("span", { className: "num dim" }),
      unset: make("button", { type: "button", className: "gone", textContent: "×", title: "Not set" }),
    };
    parts.place.append(parts.low, parts.slider, parts.high, parts.unset);
    parts.slider.addEventListener("input", () => put(line, parts.slider.value));
    parts.unset.addEventListener("click", () => { put(line, ""); line.focus(); });
    line.addEventListener("keydown", (event) => {
      const way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      if (!way || event.ctrlKey || event.metaKey || event.altKey || !host.classList.contains("number")) return;
      event.preventDefault();
      const own = bounds(host), value = read(line);
      const moved = value === null ? own.low ?? 0 : value + way * own.step * (event.shiftKey ? 10 : 1);
      put(line, within(moved, own));
    });
    // Svelte sets the property, of which no event tells.
    const held = Object.getOwnPropertyDescriptor(line.constructor.prototype, "value");
    Object.defineProperty(line, "value", {
      configurable: true, get() { return held.get.call(this); },
      set(text) { held.set.call(this, text); draw(line, host, parts); },
    });
    line.addEventListener("input", () => draw(line, host, parts));
    known.set(line, { host, parts });
  };
  let soon = 0;
  const look = () => {
    soon = 0;
    document.querySelectorAll(".number").forEach(attach);
    for (const [line, { host, parts }] of known) {
      if (!line.isConnected) { known.delete(line); continue; }
      const own = bounds(host), counts = host.classList.contains("number");
      const signed = own.low === null || own.low < 0;  // a phone's number keys have no minus
      line.inputMode = !counts || signed ? "" : Number.isInteger(own.step) ? "numeric" : "decimal";
      draw(line, host, parts);
    }
  };
  const watched = { childList: true, subtree: true, attributes: true, attributeFilter: ["class"] };
  new MutationObserver(() => { soon ||= requestAnimationFrame(look); }).observe(document.documentElement, watched);
})();
