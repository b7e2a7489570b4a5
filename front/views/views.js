
(() => {
  const all = (root, selector) => (root ? [...root.querySelectorAll(selector)] : []);
  const number = (value) => Math.abs(value) < 1000 ? value.toFixed(3) : value.toFixed(1);

  // Lists and what they list: pointing at one shows the other, by pointer and by keyboard.
  const light = (pairs, wanted) => {
    for (const shown of all(pairs, "[data-pair]")) shown.classList.toggle("on", shown.dataset.pair === wanted);
  };
  const showInList = (pairs, wanted) => {
    const list = pairs.querySelector(".tall"), row = list?.querySelector(`li[data-pair="${wanted}"]`);
    if (!row) return;
    const top = row.offsetTop - list.offsetTop;
    if (top < list.scrollTop || top + row.offsetHeight > list.scrollTop + list.clientHeight)
      list.scrollTop = top - list.clientHeight / 2;
  };
  const pointAt = (target) => {
    const pairs = target.closest?.(".pairs");
    if (!pairs) return;
    const found = target.closest("[data-pair]");
    light(pairs, found ? found.dataset.pair : null);
    if (found?.closest(".stage")) showInList(pairs, found.dataset.pair);
  };
  for (const kind of ["pointerover", "focusin"])
    document.addEventListener(kind, (event) => pointAt(event.target));
  for (const kind of ["pointerout", "focusout"]) document.addEventListener(kind, (event) => {
    const pairs = event.target.closest?.(".pairs");
    if (pairs && !pairs.contains(event.relatedTarget)) light(pairs, null);
  });

  // The masks below a pointer: each is drawn small, once, to look at its pixels.
  const looked = new WeakMap(), SIDE = 160;
  const look = (mask) => {
    if (looked.has(mask)) return looked.get(mask);
    looked.set(mask, null);
    const image = new Image();
    image.onload = () => {
      const canvas = document.createElement("canvas");
      canvas.width = canvas.height = SIDE;
      const pen = canvas.getContext("2d", { willReadFrequently: true });
      pen.drawImage(image, 0, 0, SIDE, SIDE);
      try {
        const data = pen.getImageData(0, 0, SIDE, SIDE).data, alpha = mask.dataset.mode === "alpha";
        const values = Uint8Array.from({ length: SIDE * SIDE },
          (_, n) => alpha ? data[4 * n + 3] : data[4 * n] * data[4 * n + 3] / 255);
        looked.set(mask, { values, area: values.reduce((sum, value) => sum + value, 0) });
      } catch {}
    };
    image.src = mask.dataset.maskSrc;
    return null;
  };
  const maskAt = (stage, x, y) => {
    // Of several the smallest: what lies inside another region would never be found else.
    const at = Math.min(SIDE - 1, Math.floor(y * SIDE)) * SIDE + Math.min(SIDE - 1, Math.floor(x * SIDE));
    let best = null, least = Infinity;
    for (const mask of all(stage, ".mask:not(.off)")) {
      const seen = look(mask);
      if (seen && seen.values[at] >= 60 && seen.area < least) { least = seen.area; best = mask; }
    }
    return best;
  };
  document.addEventListener("pointermove", (event) => {
    const stage = event.target.closest?.(".stage.masks");
    if (!stage) return;
    const place = stage.getBoundingClientRect();
    const found = maskAt(stage, (event.clientX - place.left) / place.width, (event.clientY - place.top) / place.height);
    const pairs = stage.closest(".pairs");
    light(pairs, found ? found.dataset.pair : null);
    if (found) showInList(pairs, found.dataset.pair);
  });

  // Sliders and ticks.
  const least = (slider) => {
    const pairs = slider.closest(".pairs"), value = Number(slider.value);
    const rows = all(pairs, "li[data-pair]");
    const gone = new Set();
    for (const row of rows) {
      const off = row.dataset.score !== undefined && Number(row.dataset.score) < value;
      row.classList.toggle("off", off);
      if (off) gone.add(row.dataset.pair);
    }
    for (const shown of all(pairs, ".stage [data-pair]")) shown.classList.toggle("off", gone.has(shown.dataset.pair));
    const slide = slider.closest(".slide");
    slide.querySelector("output").textContent = number(value);
    const said = slide.querySelector(".said-count"), noun = rows.length === 1 ? "box" : pairs.dataset.noun;
    said.textContent = `${rows.length - gone.size} of ${rows.length} ${noun} shown`;
  };
  document.addEventListener("input", (event) => {
    const control = event.target;
    if (!control.closest?.(".view")) return;
    if (control.matches(".least")) least(control);
    else if (control.matches(".opacity")) {
      control.closest(".pairs").querySelector(".stage").style.setProperty("--masks", control.value / 100);
      control.closest(".slide").querySelector("output").textContent = `${control.value}%`;
    } else if (control.matches(".show-mask")) {
      const mask = control.closest(".pairs").querySelector(`.mask[data-pair="${Number(control.dataset.mask)}"]`);
      mask?.classList.toggle("off", !control.checked);
    }
  });

  // Copying: what a person sees, lists and tables as lines with tabs; or the file that is offered.
  const words = (found) => {
    const rows = found.matches("ul, ol") ? all(found, "li") : all(found, "tr");
    if (!rows.length) return found.textContent;
    const cells = (row) => row.matches("tr") ? [...row.cells] : [...row.children].filter((c) => !c.matches(".track"));
    return rows.map((row) => cells(row).map((cell) => cell.textContent.trim()).join("\t")).join("\n");
  };
  const textOf = async (view, what) => {
    if (what === "file") return (await fetch(view.querySelector("a.file").href)).text();
    return all(view, `.${CSS.escape(what)}`).map(words).join("\n");
  };
  const put = async (text) => {
    try { await navigator.clipboard.writeText(text); }
    catch {
      const area = document.createElement("textarea");
      area.value = text; area.style.position = "fixed"; area.style.opacity = "0";
      document.body.append(area); area.select(); document.execCommand("copy"); area.remove();
    }
  };

  // Sounds: chunks and waves play from where they are pressed.
  const soundOf = (node) => node.closest(".timed, .clip")?.querySelector("audio")
    || document.querySelector("#in-audio audio, #in-video video")
    || node.closest(".view")?.querySelector("audio, video");
  const playFrom = (sound, seconds) => {
    const go = () => { sound.currentTime = seconds; sound.play()?.catch(() => {}); };
    if (sound.readyState >= 1) go();
    else { sound.addEventListener("loadedmetadata", go, { once: true }); sound.preload = "metadata"; sound.load(); }
  };
  document.addEventListener("timeupdate", (event) => {
    const sound = event.target;
    const wave = sound.closest?.(".clip")?.querySelector(".wave");
    if (wave) wave.style.setProperty("--played", `${100 * sound.currentTime / (sound.duration || 1)}%`);
    for (const chunk of all(sound.closest?.(".timed"), "[data-seek]")) {
      const start = Number(chunk.dataset.seek), end = Number(chunk.dataset.end ?? Infinity);
      chunk.classList.toggle("on", sound.currentTime >= start && sound.currentTime < Math.max(end, start + 0.05));
    }
  }, true);

  document.addEventListener("click", async (event) => {
    const target = event.target;
    const view = target.closest?.(".view");
    if (!view) return;
    const copies = target.closest("[data-copies]"), seek = target.closest("[data-seek]");
    const key = target.closest(".key"), wave = target.closest(".wave");
    if (copies) {
      const before = copies.textContent;
      await put(await textOf(view, copies.dataset.copies));
      copies.textContent = "Copied";
      setTimeout(() => { copies.textContent = before; }, 1500);
    } else if (seek) {
      const sound = soundOf(seek);
      if (sound) playFrom(sound, Number(seek.dataset.seek));
    } else if (key) {
      const pressed = key.getAttribute("aria-pressed") !== "true";
      key.setAttribute("aria-pressed", pressed);
      for (const mark of all(key.closest(".lit"), `mark[data-key="${Number(key.dataset.key)}"]`))
        mark.classList.toggle("dimmed", !pressed);
    } else if (wave) {
      const sound = soundOf(wave), place = wave.getBoundingClientRect();
      const share = (event.clientX - place.left) / place.width;
      if (sound) playFrom(sound, share * (Number.isFinite(sound.duration) ? sound.duration : 0));
    }
  });

  // 3D: the edges are drawn again as the object is turned, by drag or by keys.
  const unpack = (text, Kind) => new Kind(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
  const held = new WeakMap();
  const solid = (mesh) => {
    if (!held.has(mesh)) held.set(mesh, {
      points: unpack(mesh.dataset.points, Int16Array), edges: unpack(mesh.dataset.edges, Uint16Array),
      yaw: Number(mesh.dataset.yaw), pitch: Number(mesh.dataset.pitch), zoom: 1, waiting: false,
    });
    return held.get(mesh);
  };
  const draw = (mesh) => {
    const s = solid(mesh), cy = Math.cos(s.yaw), sy = Math.sin(s.yaw), cp = Math.cos(s.pitch), sp = Math.sin(s.pitch);
    const at = (n) => {
      const [a, b, c] = [s.points[3 * n] / 300, s.points[3 * n + 1] / 300, s.points[3 * n + 2] / 300];
      const z = c * cy - a * sy;
      return [s.zoom * (a * cy + c * sy), s.zoom * (b * cp - z * sp), b * sp + z * cp];
    };
    const paths = [[], []];
    for (let e = 0; e < s.edges.length; e += 2) {
      const p = at(s.edges[e]), q = at(s.edges[e + 1]);
      const line = `M${p[0].toFixed(1)} ${(-p[1]).toFixed(1)}L${q[0].toFixed(1)} ${(-q[1]).toFixed(1)}`;
      paths[p[2] + q[2] > 0 ? 1 : 0].push(line);
    }
    mesh.querySelector(".back").setAttribute("d", paths[0].join(""));
    mesh.querySelector(".front").setAttribute("d", paths[1].join(""));
  };
  const turn = (mesh, yaw, pitch, zoom = 1) => {
    const s = solid(mesh);
    s.yaw += yaw; s.pitch = Math.max(-1.57, Math.min(1.57, s.pitch + pitch));
    s.zoom = Math.max(0.3, Math.min(8, s.zoom * zoom));
    if (s.waiting) return;
    s.waiting = true;
    requestAnimationFrame(() => { s.waiting = false; draw(mesh); });
  };
  let dragged = null;
  document.addEventListener("pointerdown", (event) => {
    const mesh = event.target.closest?.("svg.mesh");
    if (mesh) { dragged = { mesh, x: event.clientX, y: event.clientY }; mesh.setPointerCapture(event.pointerId); }
  });
  document.addEventListener("pointermove", (event) => {
    if (!dragged) return;
    turn(dragged.mesh, (event.clientX - dragged.x) / 120, (event.clientY - dragged.y) / 120);
    dragged.x = event.clientX; dragged.y = event.clientY;
  });
  for (const kind of ["pointerup", "pointercancel"]) document.addEventListener(kind, () => { dragged = null; });

  const STEPS = { ArrowLeft: [-0.15, 0], ArrowRight: [0.15, 0], ArrowUp: [0, -0.15], ArrowDown: [0, 0.15] };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const mesh = event.target.closest?.("svg.mesh"), row = event.target.closest?.(".pairs [tabindex][data-pair]");
    if (mesh && STEPS[event.key]) turn(mesh, ...STEPS[event.key]);
    else if (mesh && "+=-".includes(event.key)) turn(mesh, 0, 0, event.key === "-" ? 0.85 : 1.18);
    else if (row && (event.key === "ArrowDown" || event.key === "ArrowUp") && event.target === row) {
      const rows = [...row.parentElement.querySelectorAll(":scope > [tabindex][data-pair]:not(.off)")];
      rows[rows.indexOf(row) + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
    } else return;
    event.preventDefault();
  });

  // What arrives with a mark in it scrolls to the mark, inside its own place, once it is seen.
  const top = (node) => node.getBoundingClientRect().top;
  const seen = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      const mark = target.querySelector("mark");
      if (mark) target.scrollTop += top(mark) - top(target) - target.clientHeight / 3;
    }
  });
  const arrive = () => {
    for (const place of document.querySelectorAll("[data-arrive]:not([data-arrived])")) {
      place.dataset.arrived = "";
      seen.observe(place);
    }
  };
  let soon = 0;
  new MutationObserver(() => { soon ||= requestAnimationFrame(() => { soon = 0; arrive(); }); })
    .observe(document.documentElement, { childList: true, subtree: true });
})();
