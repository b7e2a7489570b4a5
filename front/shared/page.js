
(() => {
  // Ctrl/Cmd+Enter runs from any field; Escape stops.
  const click = (selector) => {
    const found = document.querySelector(selector);
    const button = found && (found.matches("button") ? found : found.querySelector("button"));
    if (button && !button.disabled && button.offsetParent) { button.click(); return true; }
    return false;
  };
  document.addEventListener("keydown", (event) => {
    if (event.target.closest?.(".own-keys")) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      // The last keystrokes reach the server with the field's own event before the click does.
      if (click("#run") || click("#send")) { event.preventDefault(); event.stopPropagation(); }
    } else if (event.key === "Escape") {
      click("#stop") || click("#stop-all");
    }
  }, true);

  // The widget's fields: a quarter of a second after the last change the app is told.
  let pause = 0;
  for (const kind of ["input", "change"]) document.addEventListener(kind, (event) => {
    if (!event.target.closest("#widget [id^='in-']")) return;
    clearTimeout(pause);
    pause = setTimeout(() => document.querySelector("#changed")?.click(), 250);
  }, true);

  const copy = async (text) => {
    try { await navigator.clipboard.writeText(text); }
    catch {
      const area = document.createElement("textarea");
      area.value = text; area.style.position = "fixed"; area.style.opacity = "0";
      document.body.append(area); area.select(); document.execCommand("copy"); area.remove();
    }
  };
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.id === "run" && innerWidth < 900) {
      document.querySelector("#result")?.scrollIntoView({ block: "nearest" });
    } else if (button.matches(".copy")) {
      const text = (button.closest(".source") || button.parentElement).querySelector("code").textContent;
      await copy((button.dataset.before ?? "") + text + (button.dataset.after ?? ""));
      const before = button.textContent;
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = before; }, 1500);
    } else if (button.matches(".remote")) {
      const image = new Image();
      image.alt = button.dataset.alt || "";
      button.setAttribute("aria-busy", "true");
      image.onload = () => button.replaceWith(image);
      image.onerror = async () => {
        const answer = await fetch(button.dataset.src).catch(() => null);
        const said = answer && !answer.ok ? (await answer.json().catch(() => ({}))).error : "";
        button.textContent = said || "The image can't be shown.";
      };
      image.src = button.dataset.src;
    } else if (button.dataset.tab) {
      document.getElementById(`${button.dataset.tab}-button`)?.click();
    } else if (button.matches(".theme")) {
      const dark = document.body.classList.toggle("dark");
      try { localStorage.setItem("showcard-theme", dark ? "dark" : "light"); } catch {}
    }
  });
  // Scroll bars and the browser's own controls are dark too, the page's as well, which only its root can say.
  const follow = () => {
    const show = () => {
      document.documentElement.style.colorScheme = document.body.classList.contains("dark") ? "dark" : "light";
    };
    show();
    new MutationObserver(show).observe(document.body, { attributes: true, attributeFilter: ["class"] });
  };
  if (document.body) follow(); else document.addEventListener("DOMContentLoaded", follow);
  const wanted = (() => { try { return localStorage.getItem("showcard-theme"); } catch { return null; } })();
  if (wanted && !new URLSearchParams(location.search).has("__theme")) {
    const apply = () => document.body && document.body.classList.toggle("dark", wanted === "dark");
    document.addEventListener("DOMContentLoaded", () => { apply(); setTimeout(apply, 0); });
    new MutationObserver((_, watch) => { if (document.querySelector("#bar")) { apply(); watch.disconnect(); } })
      .observe(document.documentElement, { childList: true, subtree: true });
  }
  // What Gradio leaves out for assistive technology.
  new MutationObserver(() => {
    document.documentElement.lang ||= "en";
    document.querySelectorAll("main:not([id])").forEach((main) => { main.id = "main"; });
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
