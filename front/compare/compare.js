
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // Buttons: what they do is posted through a hidden field, whose listener looks at all of it.
  const put = (selector, text) => {
    const field = $(`${selector} textarea, ${selector} input`);
    if (!field) return false;
    const kind = field instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement;
    Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(field, text);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    return true;
  };
  const post = (action, field = "#act", go = "#act-go") => {
    if (put(field, typeof action === "string" ? action : JSON.stringify(action)))
      setTimeout(() => ($(`${go}`)?.matches("button") ? $(go) : $(`${go} button`))?.click(), 0);
  };
  const feedName = () => $("[data-feed]")?.dataset.feed || "";
  const keptAddress = (what) => `/kept/${feedName()}/${what}`;
  const copy = async (text) => {
    try { await navigator.clipboard.writeText(text); }
    catch {
      const area = document.createElement("textarea");
      area.value = text; area.style.position = "fixed"; area.style.opacity = "0";
      document.body.append(area); area.select(); document.execCommand("copy"); area.remove();
    }
  };
  const say = (text) => {
    const place = $("#said-now") || document.body.appendChild(
      Object.assign(document.createElement("div"), { id: "said-now", role: "status" }));
    place.textContent = text;
    clearTimeout(say.timer);
    say.timer = setTimeout(() => { place.textContent = ""; }, 1800);
  };

  const ACTS = {
    copy: async (button, at) => {
      const answer = await fetch(keptAddress(`text/${at.message}`));
      if (answer.ok) { await copy(await answer.text()); say("Copied"); }
    },
    stop: (button, at) => post({ act: "stop", ...at }, "#stop", "#stop-go"),
    help: () => $("#keys")?.showModal(),
    earlier: () => showEarlier(),
    dismiss: (button) => button.closest("dialog")?.close(),
    show: (button) => {
      for (const tab of all("#pane-tabs [role=tab]")) tab.setAttribute("aria-selected", tab === button);
      $(`#pane-${button.dataset.letter}`)?.scrollIntoView({ block: "nearest", inline: "start" });
    },
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    if (!button || button.disabled) return;
    const act = button.dataset.act, editing = button.closest(".editing"), results = button.closest(".results");
    const at = {
      pane: button.closest("[data-pane]")?.dataset.pane || "",
      message: button.closest("[data-message]")?.dataset.message || "",
      ...(button.dataset.from ? { from: button.dataset.from } : {}),
      ...(button.dataset.text ? { text: button.dataset.text } : {}),
      ...(editing ? { text: $("textarea", editing).value } : {}),
      ...(results ? { results: Object.fromEntries(all("textarea", results).map((f) => [f.dataset.call, f.value])) } : {}),
    };
    if (!event.detail) back = { act, pane: at.pane, message: at.message }; // pressed by a key
    if (ACTS[act]) ACTS[act](button, at); else post({ act, ...at });
  });

  // A pane that is drawn anew takes the focus with it: it goes back to where a key was pressed, or near it.
  let back = null, moving = false;
  for (const kind of ["focusin", "pointerdown"]) document.addEventListener(kind, () => { if (!moving) back = null; }, true);
  const refocus = () => {
    if (!back || document.activeElement !== document.body) return;
    const id = (name, value) => value ? `[data-${name}="${CSS.escape(value)}"]` : "[data-none]";
    const turn = id("message", back.message), pane = id("pane", back.pane), act = `[data-act="${back.act}"]`;
    const places = [
      `${turn} ${act}`, `${turn} [data-act=edit]`, back.act === "delete" ? "#notice [data-act=undo]" : "[data-none]",
      `${pane} .stop`, `.pane-head${pane} ${act}`, `.failed${pane} ${act}`, `.chat${pane} .turn:last-child [data-act=retry]`,
      `.pane-head${pane} .name`, "#question textarea",
    ];
    moving = true;
    places.map((place) => $(place)).find((one) => one?.offsetParent && !one.disabled)?.focus({ preventScroll: true });
    moving = false;
  };
  document.addEventListener("click", (event) => {
    if (!event.detail && event.target.closest("#stop-all")) back = { act: "stop" };
  });
  window.showcardPlayground = { post, put, keptAddress, say };

  // Settings: shortly after the last change the heads say what differs now.
  let pause = 0;
  for (const kind of ["input", "change"]) document.addEventListener(kind, (event) => {
    if (!event.target.closest?.("#drawer") || event.target.closest("#s-find")) return;
    clearTimeout(pause);
    pause = setTimeout(() => post({ act: "typed" }), 500);
  }, true);

  // A lock beside each setting that panes can have in common.
  const LOCKS = {
    "s-provider": "provider", "s-base-url": "base_url", "s-bill-to": "bill_to", "s-system": "system", "s-tools": "tools",
    "s-functions": "tools", "s-schema": "response_format", "s-extra": "extra", "s-responses": "api",
  };
  const LOCKABLE = [...Object.keys(LOCKS).map((id) => `#${id}`), "#drawer [id^='p-']"].join(",");
  const locks = () => {
    const held = ($("#kept [data-locked]")?.dataset.locked || "").split(" ");
    for (const place of all(LOCKABLE)) {
      const name = LOCKS[place.id] || place.id.slice(2);
      let lock = $(":scope > .lock", place);
      if (!lock) {
        lock = Object.assign(document.createElement("button"), { type: "button", className: "i lock" });
        lock.title = "The same in all panes";
        lock.setAttribute("aria-label", `${name}: the same in all panes`);
        Object.assign(lock.dataset, { act: "lock", text: name });
        place.append(lock);
      }
      const on = String(held.includes(name));
      if (lock.getAttribute("aria-pressed") !== on) lock.setAttribute("aria-pressed", on);
    }
  };

  // The focus goes along with the settings, and back to the pane when they are closed.
  let opened = "";
  const drawer = () => {
    const title = $("#drawer-title"), now = title?.dataset.letter || "", place = $("#drawer");
    if (now === opened) return;
    if (now) {
      place.setAttribute("role", "dialog");
      place.setAttribute("aria-labelledby", title.id);
      if (!place.contains(document.activeElement)) title.focus({ preventScroll: true });
    } else if (document.activeElement === document.body) $(`#head-${opened} .name`)?.focus();
    opened = now;
  };

  // What is looked at seldom is fetched when it is opened.
  document.addEventListener("toggle", async (event) => {
    const details = event.target;
    if (!details.open || !details.matches?.("[data-kept]") || details.dataset.has) return;
    details.dataset.has = "1";
    const answer = await fetch(keptAddress(details.dataset.kept));
    $(".loaded", details).innerHTML = answer.ok ? await answer.text() : "<p class='dim'>This is no longer here.</p>";
  }, true);

  // Keys.
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    const own = event.target.closest?.(".own-keys");
    if (own && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      $(".primary", own)?.click(); event.preventDefault(); event.stopImmediatePropagation();
    } else if (own && event.key === "Escape") {
      $("[data-act=cancel]", own)?.click(); event.stopImmediatePropagation();
    } else if (event.key === "Escape" && !$("#stop-all")?.offsetParent && !$("dialog[open]")) {
      const running = $("#stop-samples:enabled, #stop-prompts:enabled");
      if (running) running.click(); else if ($("#drawer")) post({ act: "close" });
    } else if (event.key === "?" && !typing && $("#keys")) {
      $("#keys").showModal(); event.preventDefault();
    } else if (event.key === "/" && !typing && $("#ask textarea")) {
      $("#ask textarea").focus(); event.preventDefault();
    }
  }, true);

  // Answers that grow: one socket while any does; each line adds to the answer it names.
  let socket = null, failed = 0, ticking = 0;
  const growing = () => all("[data-live]:not([data-done])");
  const PART = 16; // blocks; parts that have scrolled away cost nothing while the answer grows
  const body = (element) => element.closest(".pane-body");
  const atEnd = (box) => box && box.scrollHeight - box.scrollTop - box.clientHeight < 60;
  document.addEventListener("scroll", (event) => {
    if (event.target.matches?.(".pane-body")) event.target.atEnd = atEnd(event.target);
  }, true);
  const connect = () => {
    if (socket || failed > 5 || !growing().length) return;
    const name = growing()[0].dataset.feed;
    socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/live/${name}`);
    const begun = new Set();
    early.clear();
    socket.onmessage = (event) => { failed = 0; take(JSON.parse(event.data), begun); };
    socket.onclose = () => { socket = null; if (growing().length) { failed++; setTimeout(connect, 200 * failed); } };
    if (!ticking) ticking = setInterval(tick, 250);
  };
  // A line may come before the page has drawn the place of its answer: it waits there.
  const early = new Map();
  const take = (line, begun) => {
    const place = $(`[data-live="${CSS.escape(line.k)}"]:not([data-done])`);
    if (!place) {
      if (line.e) early.delete(line.k); else early.set(line.k, [...(early.get(line.k) || []), [line, begun]]);
      return;
    }
    if (!begun.has(line.k)) { begun.add(line.k); empty(place); }
    const box = body(place), follow = atEnd(box);
    grow(place, line);
    if (follow) box.scrollTop = box.scrollHeight;
    if (line.e) begun.delete(line.k);
  };
  const takeEarly = () => {
    for (const place of growing()) {
      const lines = early.get(place.dataset.live) || [];
      early.delete(place.dataset.live);
      for (const [line, begun] of lines) take(line, begun);
    }
  };
  const empty = (place) => { $(".text", place).replaceChildren(); $(".thought .said", place).textContent = ""; };
  const grow = (place, line) => {
    const text = $(".text", place);
    place.dataset.chars = Number(place.dataset.chars || 0) + (line.r || "").length + (line.t || "").length;
    place.dataset.first ||= performance.now();
    if (line.r !== undefined) {
      const thought = $(".thought", place);
      thought.hidden = false;
      $(".said", thought).append(line.r);
    }
    let tail = $(".tail", text);
    if (line.f !== undefined) { tail?.remove(); tail = null; }
    if (line.s !== undefined) {
      let part = text.lastElementChild;
      if (!part || part.childElementCount >= PART) text.append(part = Object.assign(document.createElement("div"), { className: "part" }));
      part.insertAdjacentHTML("beforeend", line.s);
    }
    if (line.t !== undefined) {
      if (!tail) {
        tail = document.createElement(line.f ? "pre" : "div");
        tail.className = "tail";
        text.append(tail);
        if ($(".thought", place).open && !place.dataset.folded) { $(".thought", place).open = false; place.dataset.folded = 1; }
      }
      // Growing the last text node costs as much as what is added; many nodes would cost more to lay out.
      const last = tail.lastChild;
      if (last && last.length < 2000) last.appendData(line.t); else tail.append(line.t);
    }
    if (line.e) {
      place.dataset.done = 1;
      place.removeAttribute("aria-busy");
      // Two events that end at the same moment may show each other's past: then ask for the present.
      setTimeout(() => { if (place.isConnected) post({ act: "redraw" }); }, 2000);
    }
  };
  const tick = () => {
    const now = performance.now();
    for (const place of growing()) {
      place.dataset.began ||= now;
      const seconds = (now - place.dataset.began) / 1000, said = $(".so-far", place);
      const tokens = Math.round((place.dataset.chars || 0) / 4);
      const words = tokens ? `${seconds.toFixed(1)} s · ≈${tokens} tokens`
        : seconds > 0.5 ? `Waiting for the first token · ${seconds.toFixed(1)} s` : said.textContent;
      if (said.textContent !== words) said.textContent = words;
    }
    if (!growing().length) { clearInterval(ticking); ticking = 0; }
  };

  // A failure that says when to come back counts down to it.
  const count = () => {
    for (const button of all("[data-after]:not([data-counting])")) {
      button.dataset.counting = 1;
      const until = performance.now() + 1000 * button.dataset.after, label = button.textContent;
      button.disabled = true;
      const step = () => {
        const left = Math.ceil((until - performance.now()) / 1000);
        button.disabled = left > 0;
        button.textContent = left > 0 ? `${label} in ${left} s` : label;
        if (left > 0 && button.isConnected) setTimeout(step, 250);
      };
      step();
    }
  };

  // The better figure of the last answers, marked without shouting.
  let marked = "";
  const mark = () => {
    const wanted = $("#kept [data-best]")?.dataset.best || "";
    for (const fact of all("[data-fact].best")) fact.classList.remove("best");
    for (const [message, name] of wanted.split(" ").filter(Boolean).map((one) => one.split(":")))
      $(`[data-message="${CSS.escape(message)}"] [data-fact="${name}"]`)?.classList.add("best");
    marked = wanted;
  };

  // The price of a model that came with a link, or with what was kept, is looked up once the page is there.
  let priced = "";
  const price = () => {
    const wanted = $("#kept [data-unpriced]")?.dataset.unpriced || "";
    if (wanted && wanted !== priced) post({ act: "price" });
    priced = wanted;
  };

  // With `dir=auto` Chromium looks for the direction of each line of a text area: two minutes for 2 MB. So we say it.
  const direct = (area) => {
    const first = area.value.slice(0, 1000).match(/\p{L}/u)?.[0] || "";
    area.dir = /[\u0590-\u08ff\ufb1d-\ufefc]/.test(first) ? "rtl" : "ltr";
  };
  document.addEventListener("input", (event) => { if (event.target.matches?.("textarea")) direct(event.target); }, true);

  let seen = false, turns = 0;
  const look = () => {
    seen = false;
    if (!$("#panes")) return;
    // Classes, as `:has` of the root would look through the whole page for each piece of an answer.
    const root = document.documentElement.classList;
    root.toggle("answering", Boolean($("[data-live]")));
    root.toggle("several", Boolean($("#head-B .pane-head")));
    root.toggle("attached", Boolean($("#question [aria-label='Remove file']")));
    takeEarly(); connect(); count(); mark(); locks(); drawer(); price();
    $("#notice")?.setAttribute("aria-live", "polite");
    for (const area of all("textarea:not([dir=ltr], [dir=rtl])")) direct(area);
    const field = $(".editing textarea:not([data-focused])");
    if (field) { field.dataset.focused = 1; field.focus(); }
    refocus();
    const now = all("#panes .turn").length;
    for (const box of all(".pane-body")) {
      // What stands below an answer, or in its place, comes after it: whoever was at the end stays there.
      const ends = all(".stats, .failed", box).length;
      if (now > turns || (ends > (box.ends || 0) && box.atEnd !== false)) box.scrollTop = box.scrollHeight;
      box.ends = ends;
    }
    turns = now;
    if (feedName()) keep();
  };
  new MutationObserver((records) => {
    if (seen || !records.some((one) => !one.target.closest?.("[data-live]"))) return;
    seen = true;
    requestAnimationFrame(look);
  }).observe(document.documentElement, { childList: true, subtree: true });

  // Conversations are kept in this browser: read from the server after each change, given back when one is reopened.
  const NAME = "showcard", STORE = "comparisons", MOST = 200;
  const database = () => new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "id" });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  const within = async (mode, work) => {
    const held = await database();
    try {
      return await new Promise((resolve, reject) => {
        const doing = held.transaction(STORE, mode), result = work(doing.objectStore(STORE));
        doing.oncomplete = () => resolve(result.result);
        doing.onerror = doing.onabort = () => reject(doing.error);
      });
    } finally { held.close(); }
  };
  // Another tab may have the same comparison open: what it wrote since is never written over, this tab's becomes a copy.
  let kept = "", keepingNow = false, again = false;
  const known = {}, copies = {};
  const stamp = () => Math.random().toString(36).slice(2, 8);
  const write = (comparison) => within("readwrite", (store) => {
    const own = comparison.id;
    const asked = store.get((comparison.id = copies[own] || own));
    asked.onsuccess = () => {
      if (asked.result && asked.result.mark !== known[comparison.id])
        Object.assign(comparison, { id: (copies[own] = `${own.slice(0, 30)}-${stamp()}`), title: `${comparison.title} (copy)` });
      known[comparison.id] = stamp();
      store.put({
        id: comparison.id, title: comparison.title, changed: Date.now(), mark: known[comparison.id], comparison,
        models: comparison.hidden ? ["hidden until the vote"] : comparison.panes.map((pane) => pane.settings.model || ""),
      });
    };
    return asked;
  });
  const keep = async () => {
    const now = $("#kept [data-revision]")?.dataset;
    if (!now || `${now.id}@${now.revision}` === kept) return;
    if (keepingNow) { again = true; return; }
    keepingNow = true;
    try {
      const answer = await fetch(keptAddress("comparison"));
      if (!answer.ok) return;
      const comparison = await answer.json();
      kept = `${now.id}@${now.revision}`;
      const said = comparison.panes.some((pane) => pane.messages.length);
      if (said) await write(comparison);
      try { sessionStorage.setItem("showcard-comparison", comparison.id); } catch {}
      if (said) await thin();
    } catch (error) { console.warn("not kept:", error); }
    finally { keepingNow = false; if (again) { again = false; keep(); } }
  };
  const list = async () => (await within("readonly", (store) => store.getAll())).sort((a, b) => b.changed - a.changed);
  const thin = async () => {
    const old = (await list()).slice(MOST);
    if (old.length) await within("readwrite", (store) => { let last; for (const one of old) last = store.delete(one.id); return last; });
  };
  const reopen = async (id) => {
    const found = await within("readonly", (store) => store.get(id));
    if (found) { known[id] = found.mark; post(JSON.stringify(found.comparison), "#restore", "#restore-go"); }
    return Boolean(found);
  };
  const showEarlier = async () => {
    const dialog = $("#earlier"), place = $(".list", dialog), items = await list().catch(() => []);
    place.replaceChildren(...items.map((one) => {
      const row = document.createElement("li"), open = document.createElement("button");
      open.type = "button"; open.className = "open";
      const title = Object.assign(document.createElement("strong"), { dir: "auto" }), about = document.createElement("span");
      title.textContent = one.title || "Without a title";
      about.className = "dim";
      for (const model of one.models) about.append(Object.assign(document.createElement("bdi"), { textContent: model }), " · ");
      about.append(new Date(one.changed).toLocaleString());
      open.append(title, about);
      open.onclick = () => { dialog.close(); reopen(one.id); };
      const gone = document.createElement("button");
      gone.type = "button"; gone.className = "i i-delete"; gone.title = "Delete";
      gone.setAttribute("aria-label", `Delete ${title.textContent}`);
      gone.onclick = async () => { await within("readwrite", (store) => store.delete(one.id)); showEarlier(); };
      row.append(open, gone);
      return row;
    }));
    $(".none", dialog).hidden = items.length > 0;
    if (!dialog.open) dialog.showModal();
  };
  // What was typed and not sent is there again after a reload.
  addEventListener("pagehide", () => {
    const field = $("#question textarea");
    try { if (field) sessionStorage.setItem("showcard-draft", field.value); } catch {}
  });
  // After a reload, what was open in this tab comes back; a link that fills the fields goes before.
  let returned = false;
  const comeBack = setInterval(() => {
    if (returned || location.pathname.replace(/\/$/, "") !== "/compare") { clearInterval(comeBack); return; }
    if (!$("#kept [data-revision]") || !$("#restore textarea, #restore input")) return;
    returned = true;
    clearInterval(comeBack);
    const asked = new URLSearchParams(location.search);
    let id = "";
    try { id = sessionStorage.getItem("showcard-comparison") || ""; } catch {}
    let draft = "";
    try { draft = sessionStorage.getItem("showcard-draft") || ""; } catch {}
    if (draft && !asked.has("q")) put("#question .textarea-wrapper", draft);
    const again = performance.getEntriesByType("navigation")[0]?.type !== "navigate";
    if (id && (again || !["a", "b", "c", "d", "q"].some((name) => asked.has(name)))) reopen(id).catch(() => {});
  }, 50);
})();
