
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
