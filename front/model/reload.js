
(() => {
  const KEY = "showcard-page";
  const head = () => document.querySelector("#head h1[data-page]");
  const ready = () => head() && document.querySelector("#widget:not([inert]) #maximise [data-page]");
  const fields = "#widget :is([id^=in-], [id^=chat-])";
  const idOf = (part) => part.closest("[id^=in-], [id^=chat-]").id;
  // No key is kept: what holds something like one is left out.
  const NAMED = /(?:^|_)(?:key|token|auth|jwt)$|api_?key|authori[sz]ation|secret|passw|credential|bearer|cookie|(?:access|auth|hf|id|refresh|session|api|bot)_token/, BEGINS = /^\s*(?:(?:Bearer|Basic|Token)\s+\S{8,}\s*$|(?:hf_|sk[-_]|gsk_|fw_|r8_|ghp_|gho_|github_pat_|nvapi-|xai-|pplx-|csk-|glpat-|tgp_|AIza|AKIA|eyJ)\S{4})/;
  const isSafe = (text) => !(text.match(/[\w-]+/g) || []).some((word) => NAMED.test(
    word.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toLowerCase().replace(/[^a-z]+/g, "_").replace(/^_+|_+$/g, "")
  )) && !text.split(/["\s]/).some((word) => BEGINS.test(word));
  const isInput = (line) => idOf(line).startsWith("in-") && !idOf(line).startsWith("in-p-");
  const lines = () => [...document.querySelectorAll(`${fields} :is(textarea, input)[data-testid=textbox]`)];
  const ticks = () => [...document.querySelectorAll(`${fields} input:is([type=radio], [type=checkbox])`)];
  const put = (line, text) => {
    line.value = text;
    line.dispatchEvent(new Event("input", { bubbles: true }));
  };

  // The file that was chosen for each field, with its bytes where it is small.
  const MOST = 2 ** 20;
  let files = new Map();
  const choose = (field, file) => {
    if (!field || !file) return;
    field.parentNode.querySelectorAll(`[data-lost="${field.id}"]`).forEach((note) => note.remove());
    const kept = { name: file.name, type: file.type };
    files.set(field.id, kept);
    if (file.size > MOST) return;
    const reader = new FileReader();
    reader.onload = () => { kept.data = reader.result; };
    reader.readAsDataURL(file);
  };
  const fieldOf = (event) => event.target.closest?.("#widget [id^=in-]");
  addEventListener("change", (event) => choose(fieldOf(event), event.target.files?.[0]), true);
  addEventListener("drop", (event) => choose(fieldOf(event), event.dataTransfer?.files[0]), true);
  addEventListener("paste", (event) => choose(fieldOf(event), event.clipboardData?.files[0]), true);
  const shows = (id, name) => {
    const plain = (text) => text.replace(/[^\p{L}\p{N}.]/gu, "");
    return [...document.querySelectorAll(`#${id} :is([src], [href])`)].some((part) => {
      const address = part.getAttribute("src") || part.getAttribute("href");
      try { return plain(decodeURIComponent(address.split("/").pop())) === plain(name); } catch { return false; }
    });
  };
  const bring = async ([id, file]) => {
    const field = document.getElementById(id), input = field?.querySelector("input[type=file]");
    if (input && file.data) {
      const held = new DataTransfer();
      held.items.add(new File([await (await fetch(file.data)).blob()], file.name, { type: file.type }));
      input.files = held.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    } else if (field) {
      const note = document.createElement("div");
      note.className = "note";
      note.setAttribute("role", "note");
      note.dataset.lost = id;
      note.textContent = `Choose ${file.name} again: the page was loaded anew, which brings back files of up to 1 MB.`;
      field.after(note);
    }
  };
  const source = () => document.querySelector("#source :is(textarea, input)");

  let page = "", pasted = "";
  const look = () => {
    const found = head();
    if (!found || found.dataset.page === page) return;
    if (page) files = new Map();
    page = found.dataset.page;
    pasted = found.dataset.source ? "" : source()?.value || "";
  };
  addEventListener("pagehide", () => {
    const found = head();
    if (!found) return;
    const kept = { source: found.dataset.source, task: found.dataset.task, card: pasted };
    kept.fields = lines().filter((line) => isInput(line) || isSafe(line.value)).map((line) => [idOf(line), line.value]);
    kept.ticks = ticks().map((tick) => [idOf(tick), tick.value, tick.checked]);
    kept.files = [...files].filter(([id, file]) => shows(id, file.name));
    const keep = () => sessionStorage.setItem(KEY, JSON.stringify(kept));
    try { keep(); return; } catch { for (const [, file] of kept.files) delete file.data; }
    try { keep(); } catch { sessionStorage.removeItem(KEY); }
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
      const set = new Map((kept.ticks || []).map(([id, value, on]) => [`${id} ${value}`, on]));
      for (const tick of ticks()) {
        const on = set.get(`${idOf(tick)} ${tick.value}`) ?? tick.checked;
        if (on !== tick.checked && (on || tick.type === "checkbox")) tick.click();
      }
      kept.files?.forEach(bring);
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
