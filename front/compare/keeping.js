
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
