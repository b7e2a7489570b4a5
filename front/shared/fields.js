
(() => {
  const SHOWN_ROWS = 200, SHOWN_COLUMNS = 60, AT_ONCE = 5000;
  const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
  const held = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value");

  const make = (name, attributes = {}, ...inside) => {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
      else if (key === "value") node.value = value;
      else if (value !== false) node.setAttribute(key, value === true ? "" : value);
    }
    node.append(...inside);
    return node;
  };
  const button = (text, label, act, classes = "act") =>
    make("button", { type: "button", class: classes, "aria-label": label, title: label, onclick: act }, text);

  // Text of a spreadsheet or of a CSV file as rows of cells; quotes may hold tabs, commas and line ends.
  const cellsOf = (text, comma, trim = false) => {
    const rows = [[]];
    let cell = "", quoted = false, fresh = true;
    const clean = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
    for (let n = 0; n < clean.length; n++) {
      const c = clean[n];
      if (quoted) {
        if (c === '"' && clean[n + 1] === '"') { cell += '"'; n++; } else if (c === '"') quoted = false; else cell += c;
      } else if (c === '"' && fresh) { quoted = true; fresh = false; }
      else if (c === comma) { rows.at(-1).push(cell); cell = ""; fresh = true; }
      else if (c === "\n") { rows.at(-1).push(cell); rows.push([]); cell = ""; fresh = true; }
      else if (trim && fresh && c === " ") continue;
      else { cell += c; fresh = false; }
    }
    rows.at(-1).push(cell);
    return rows;
  };
  const block = (text) => {
    if (text.includes("\t")) return cellsOf(text, "\t");
    if (!/\n./.test(text.replace(/\r/g, ""))) return null;
    const rows = cellsOf(text, ",");
    return rows.every((row) => row.length === rows[0].length) ? rows : cellsOf(text, "\t");
  };

  // -- labels: chips, and a line that adds to them ---------------------------------------------------------------------
  const labelsIn = (text) => cellsOf(text.replace(/\t/g, ","), ",", true).flat().map((label) => label.trim()).filter(Boolean);
  const labels = (editor) => {
    const chips = [...new Set(Array.isArray(editor.value) ? editor.value.map(String) : [])];
    const list = make("ul", { class: "tags", "aria-label": editor.name });
    const write = () => editor.write([...new Set([...chips, ...labelsIn(line.value)])]);
    const draw = () => list.replaceChildren(...chips.map((label, n) => make("li", {},
      make("bdi", { dir: "auto" }, label),
      button("×", `Remove ${label}`, () => { chips.splice(n, 1); draw(); write(); line.focus(); }, "gone"))));
    const add = () => {
      const found = labelsIn(line.value).filter((label) => !chips.includes(label));
      if (!line.value.trim()) return;
      chips.push(...found); line.value = ""; draw(); write();
    };
    const line = make("input", {
      type: "text", "aria-label": `Add to ${editor.name.toLowerCase()}`, placeholder: "Add a label, then Enter", dir: "auto",
      oninput: () => {
        const open = (line.value.match(/"/g) || []).length % 2;
        if (/[,\n\t]$/.test(line.value) && !open) add(); else write();
      },
      onchange: add, onblur: add,
      onpaste: () => setTimeout(() => { if (/[,\n\t]/.test(line.value)) add(); }),
      onkeydown: (event) => {
        if (event.isComposing) return;
        if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) { event.preventDefault(); add(); }
        else if (event.key === "Enter") add();
        else if (event.key === "Backspace" && !line.value && chips.length) {
          event.preventDefault();
          const last = chips.pop();
          line.value = last.includes(",") ? `"${last.replaceAll('"', '""')}"` : last;
          draw(); write();
        }
      },
    });
    draw();
    editor.show(make("div", { class: "chipped", onclick: (event) => event.target.matches("button, input") || line.focus() },
      list, line), make("p", { class: "dim" }, "A comma ends a label; in “straight quotes” it is part of it."));
  };

  // -- sentences: a line each, which may hold line ends ----------------------------------------------------------------
  const sentences = (editor) => {
    const lines = Array.isArray(editor.value) && editor.value.length ? editor.value.map(String) : [""];
    const list = make("ol", { class: "lines", "aria-label": editor.name });
    const write = () => editor.write(lines);
    const focus = (n) => list.children[Math.max(0, Math.min(n, lines.length - 1))]?.querySelector("textarea").focus();
    const row = (line, n) => {
      const area = make("textarea", {
        rows: Math.min(8, line.split("\n").length), dir: "auto", "aria-label": `${editor.name}, ${n + 1}`,
        placeholder: n ? "" : "Type or paste a sentence", value: line,
        oninput: () => { lines[n] = area.value; area.rows = Math.min(8, area.value.split("\n").length); write(); },
        onpaste: (event) => {
          const text = event.clipboardData.getData("text");
          if (area.value || !/\n./.test(text)) return;
          event.preventDefault();
          lines.splice(n, 1, ...text.replace(/\r\n?/g, "\n").split("\n").filter((part) => part.trim()));
          draw(); write(); focus(n);
        },
        onkeydown: (event) => {
          if (event.isComposing || event.ctrlKey || event.metaKey || event.shiftKey) return;
          if (event.key === "Enter") { event.preventDefault(); lines.splice(n + 1, 0, ""); draw(); write(); focus(n + 1); }
          else if (event.key === "Backspace" && !area.value && lines.length > 1) {
            event.preventDefault(); lines.splice(n, 1); draw(); write(); focus(n - 1);
          }
        },
      });
      const gone = () => { lines.splice(n, 1); if (!lines.length) lines.push(""); draw(); write(); focus(n); };
      return make("li", {}, area, button("×", `Remove sentence ${n + 1}`, gone, "gone"));
    };
    const draw = () => list.replaceChildren(...lines.slice(0, SHOWN_ROWS).map(row));
    draw();
    const more = () => { lines.push(""); draw(); write(); focus(lines.length - 1); };
    const rest = lines.length - SHOWN_ROWS;
    editor.show(list, make("p", { class: "acts" }, button("Add a sentence", "Add a sentence", more),
      ...(rest > 0 ? [make("span", { class: "dim" }, `${rest} more are kept and sent.`)] : [])));
  };

  // -- tables: a cell is null, "s" and a text, or "j" and a number as it is written ------------------------------------
  const shown = (cell) => cell === null ? "" : cell.slice(1);
  const table = (editor) => {
    const { names = [], rows = [], fresh = "s" } = editor.value || {};
    const place = make("div", { class: "grid", tabindex: "-1" });
    const numeric = (column) => {
      let seen = false;
      for (const row of rows) {
        const cell = row[column] ?? null;
        if (cell === null || cell === "s") continue;
        if (cell[0] !== "j" || !NUMBER.test(cell.slice(1))) return false;
        seen = true;
      }
      return seen || fresh === "j";
    };
    const typed = (before, text, column) => {
      if (before !== null && shown(before) === text) return before;
      const counts = numeric(column);
      if (text === "") return before === null || counts ? null : "s";
      return counts && NUMBER.test(text) ? `j${text}` : `s${text}`;
    };
    let waiting = 0;
    const write = () => editor.write({ names, rows, fresh });
    const later = () => {
      clearTimeout(waiting);
      if (rows.length * names.length <= AT_ONCE) write(); else waiting = setTimeout(write, 200);
    };
    const focus = (row, column) => {
      const found = place.querySelector(`[data-at="${row}:${column}"]`);
      found?.focus(); found?.select?.();
    };
    const grow = (height, width) => {
      while (names.length < width) names.push(`Column ${names.length + 1}`);
      while (rows.length < height) rows.push([]);
      for (const row of rows) while (row.length < names.length) row.push(null);
    };
    const paste = (event, row, column) => {
      const found = block(event.clipboardData.getData("text"));
      if (!found) return;
      event.preventDefault();
      let body = found;
      if (row < 0) {
        if (column === 0) { names.length = 0; rows.length = 0; }
        grow(0, column + found[0].length);
        found[0].forEach((name, n) => { names[column + n] = name; });
        body = found.slice(1);
      }
      const top = Math.max(0, row), width = column + Math.max(...body.map((line) => line.length), 0);
      grow(top + body.length, Math.max(width, names.length));
      body.forEach((line, r) => line.forEach((text, c) => {
        rows[top + r][column + c] = typed(rows[top + r][column + c], text, column + c);
      }));
      draw(); write(); focus(row, column);
    };
    const keys = (event, row, column) => {
      const step = { ArrowUp: -1, ArrowDown: 1, Enter: 1 }[event.key];
      if (!step || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      focus(row + step, column);
    };
    const head = (name, column) => make("th", { scope: "col" }, make("div", {},
      make("input", {
        type: "text", value: name, dir: "auto", "aria-label": `Name of column ${column + 1}`, "data-at": `-1:${column}`,
        oninput: (event) => { names[column] = event.target.value; later(); },
        onpaste: (event) => paste(event, -1, column), onkeydown: (event) => keys(event, -1, column),
      }),
      button("×", `Remove column ${name}`, () => {
        names.splice(column, 1);
        for (const row of rows) row.splice(column, 1);
        draw(); write(); focus(-1, Math.min(column, names.length - 1));
      }, "gone")));
    const cell = (row, column) => {
      const text = shown(rows[row][column] ?? null);
      return make("td", {}, make(text.includes("\n") ? "textarea" : "input", {
        ...(text.includes("\n") ? { rows: 2 } : { type: "text" }), value: text, dir: "auto",
        "aria-label": `${names[column]}, row ${row + 1}`, "data-at": `${row}:${column}`,
        class: (rows[row][column] || "")[0] === "j" ? "num" : "",
        oninput: (event) => {
          rows[row][column] = typed(rows[row][column] ?? null, event.target.value, column);
          event.target.classList.toggle("num", (rows[row][column] || "")[0] === "j");
          later();
        },
        onpaste: (event) => paste(event, row, column), onkeydown: (event) => keys(event, row, column),
      }));
    };
    const draw = () => {
      grow(rows.length, names.length);
      const wide = Math.min(names.length, SHOWN_COLUMNS);
      const columns = [...Array(wide).keys()];
      const body = rows.slice(0, SHOWN_ROWS).map((_, row) => make("tr", {}, ...columns.map((column) => cell(row, column)),
        make("td", { class: "last" }, button("×", `Remove row ${row + 1}`, () => {
          rows.splice(row, 1); draw(); write(); focus(Math.min(row, rows.length - 1), 0);
        }, "gone"))));
      const top = make("tr", {}, ...columns.map((column) => head(names[column], column)),
        make("th", { class: "last" }, make("span", { class: "visually-hidden" }, "Remove")));
      place.replaceChildren(make("table", {}, make("caption", { class: "visually-hidden" }, editor.name),
        make("thead", {}, top), make("tbody", {}, ...body)));
      const hidden = [rows.length > SHOWN_ROWS && `${rows.length - SHOWN_ROWS} more rows`,
        names.length > wide && `${names.length - wide} more columns`].filter(Boolean);
      kept.textContent = hidden.length ? `${hidden.join(" and ")} are kept and sent.` : "";
    };
    const kept = make("span", { class: "dim" });
    const addRow = () => { grow(rows.length + 1, Math.max(1, names.length)); draw(); write(); focus(rows.length - 1, 0); };
    const addColumn = () => {
      let n = names.length + 1;
      while (names.includes(`Column ${n}`)) n++;
      names.push(`Column ${n}`); draw(); write(); focus(-1, names.length - 1);
    };
    draw();
    editor.show(place, make("p", { class: "acts" }, button("Add a row", "Add a row", addRow),
      button("Add a column", "Add a column", addColumn), kept,
      make("span", { class: "dim" }, "Cells of a spreadsheet can be pasted; on a name, the first line names the columns.")));
  };

  // Gradio uses a place anew when another card is opened, so what an editor is for is looked up each time.
  const KINDS = { labels, sentences, table };
  const editors = new Map();
  const kindOf = (host) => Object.keys(KINDS).find((name) => host.classList.contains(`rich-${name}`));
  const draw = (area, host, known) => {
    const kind = kindOf(host), text = held.get.call(area);
    if (kind === known.kind && text === known.text) return;
    Object.assign(known, { kind, text });
    known.place.hidden = !kind;
    if (!kind) return known.place.replaceChildren();
    let value = null;
    try { value = JSON.parse(text); } catch {}
    const name = host.querySelector("[data-testid=block-info], label > span")?.textContent.trim() || "Values";
    known.place.setAttribute("aria-label", name);
    KINDS[kind]({
      value, name,
      show: (...nodes) => known.place.replaceChildren(...nodes),
      write: (changed) => {
        known.text = JSON.stringify(changed);
        held.set.call(area, known.text);
        area.dispatchEvent(new Event("input", { bubbles: true }));
      },
    });
  };
  const attach = (host) => {
    const area = host.querySelector("textarea");
    if (!area || editors.has(area)) return;
    const known = { place: make("div", { class: "editor", role: "group" }), kind: "", text: null, host };
    host.append(known.place);
    editors.set(area, known);
    // Svelte sets the property, of which no event tells.
    Object.defineProperty(area, "value", {
      configurable: true, get() { return held.get.call(this); },
      set(text) { held.set.call(this, text); draw(area, host, known); },
    });
  };
  let soon = 0;
  const look = () => {
    soon = 0;
    document.querySelectorAll(".rich").forEach(attach);
    for (const [area, known] of editors) {
      if (area.isConnected && known.host.isConnected) draw(area, known.host, known);
      else editors.delete(area);
    }
  };
  new MutationObserver(() => { soon ||= requestAnimationFrame(look); })
    .observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ["class"] });

  // A mask token, put where the cursor is.
  document.addEventListener("mousedown", (event) => { if (event.target.closest?.("[data-insert]")) event.preventDefault(); });
  document.addEventListener("click", (event) => {
    const found = event.target.closest?.("[data-insert]");
    const area = found && document.querySelector("#in-text textarea");
    if (!area) return;
    area.focus();
    area.setRangeText(found.dataset.insert, area.selectionStart, area.selectionEnd, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  });
})();
