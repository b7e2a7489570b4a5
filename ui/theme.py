"""How it looks: the theme, the style sheet, and the page's own script."""

from __future__ import annotations

import gradio as gr

from . import (
    card_style,
    code_page,
    fields_script,
    fields_style,
    leaving,
    numbers_script,
    page_script,
    reload_script,
    views_script,
    views_style,
    ways_script,
)

# Ten colours for labels, entities, boxes and masks, told apart by colour-blind eyes too (after Paul Tol and Okabe-Ito):
# each as (background in light, background in dark); the text on them is the theme's own.
PALETTE = (
    ("#cfe3fb", "#1d4a7a"),
    ("#fde0b5", "#7a4a0a"),
    ("#c9efd9", "#14573a"),
    ("#f9d2e4", "#7a1f4f"),
    ("#e0d7fb", "#4a3590"),
    ("#f7eeb0", "#625a00"),
    ("#c5ecf3", "#0d5663"),
    ("#fbd3cb", "#7d2b1b"),
    ("#dfe6c8", "#46551c"),
    ("#e3dcd5", "#554a40"),
)

CSS = """
:root { --sc-mono: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
html, body, gradio-app { overflow-x: clip !important; } .gradio-container { overflow: visible !important; }
body { font-size: 14px; }
.gradio-container { max-width: none !important; padding: 0 !important; background: var(--body-background-fill); }
.gradio-container > main, main.contain, .app.app { padding: 0 16px 48px !important; max-width: 1480px !important; margin: 0 auto !important; width: 100%; box-sizing: border-box; }
.contain > .column, .sc-column { gap: 12px; }
footer { display: none !important; }
.nav-holder { display: none !important; }
.skip { position: absolute; left: -999px; top: 4px; padding: 8px 12px; background: var(--background-fill-primary); z-index: 20; }
.skip:focus { left: 8px; }

/* text; Gradio's prose rules are undone where they get in the way */
.sc table, .sc tr, .sc tbody, .sc thead { border: 0 !important; background: none !important; } .sc ul.bars, .sc .steps { list-style: none !important; padding: 0 !important; margin: 0 !important; } .sc ul.bars li::before, .sc .steps li::before { content: none !important; } .sc * { border-color: var(--border-color-primary); }
.sc { font-size: 14px; line-height: 1.5; color: var(--body-text-color); overflow-wrap: anywhere; min-width: 0; }
.sc p { margin: 0 0 8px; } .sc p:last-child { margin-bottom: 0; }
.sc a { color: var(--link-text-color); } .sc a:not([href]) { color: inherit !important; text-decoration: none !important; }
.sc h1, .sc h2, .sc h3 { margin: 0; line-height: 1.25; }
.sc .dim, .dim { color: var(--body-text-color-subdued); font-size: 12px; }
.sc .num { font-family: var(--sc-mono); font-variant-numeric: tabular-nums; font-size: 12px; }
.sc button { font: inherit; cursor: pointer; }
.visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.sc :focus-visible, button:focus-visible, a:focus-visible, input:focus-visible, textarea:focus-visible, [role=tab]:focus-visible { outline: 2px solid var(--color-accent) !important; outline-offset: 1px; }

/* top bar */
#bar .bar { display: flex; align-items: center; gap: 4px 20px; padding: 10px 0 6px; border-bottom: 1px solid var(--border-color-primary); }
.bar .brand { font-size: 16px; font-weight: 650; letter-spacing: -0.01em; color: var(--body-text-color); text-decoration: none; }
.bar .say { flex: 1; min-width: 0; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.bar nav { display: flex; gap: 4px; }
.bar nav a, .bar .ghost { display: inline-flex; align-items: center; min-height: 32px; padding: 0 10px; border: 0; border-radius: 6px; background: none; color: var(--body-text-color); text-decoration: none; font-weight: 500; }
.bar nav a:hover, .bar .ghost:hover { background: var(--background-fill-secondary); }
.bar nav a[aria-current=page] { background: var(--color-accent-soft); color: var(--link-text-color); }
#source-row { align-items: stretch; gap: 8px; }
#source-row { flex-wrap: nowrap; align-items: flex-start; } #open { height: 40px; } #picker .wrap, #picker .wrap-inner { min-height: 38px; } #picker input { text-overflow: ellipsis; padding-right: 30px; }
kbd { font: 11px var(--sc-mono); padding: 1px 5px; margin-left: 6px; border: 1px solid var(--border-color-primary); border-radius: 4px; }
#source textarea, #source input { font-size: 14px; }

/* the card's head */
.head { display: flex; flex-wrap: wrap; align-items: baseline; gap: 6px 16px; }
.head h1 { font-size: 20px; font-weight: 650; font-family: var(--sc-mono); letter-spacing: -0.02em; }
.chips { display: flex; flex-wrap: wrap; gap: 4px 6px; }
.chip { display: inline-flex; align-items: center; min-height: 22px; padding: 0 8px; border: 1px solid var(--border-color-primary); border-radius: 11px; font-size: 12px; color: var(--body-text-color); background: var(--background-fill-primary); max-width: 100%; }
.chip.notes { cursor: pointer; color: var(--link-text-color); } .sc h3 { font-size: 13px; margin: 16px 0 4px; }
.badge.error { background: var(--sc-7); } .badge.warning { background: var(--sc-1); }
.chip.task { background: var(--color-accent-soft); border-color: transparent; color: var(--link-text-color); font-weight: 550; }

/* the two columns */
#page { display: grid !important; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 28px; align-items: start; }
#page > * { min-width: 0 !important; width: 100%; }
#widget { order: 2; position: sticky; top: 8px; } #card { order: 1; }
#widget .tabs { gap: 8px; }
@media (max-width: 899px) {
  #page { grid-template-columns: minmax(0, 1fr); gap: 20px; }
  #widget { order: 1; position: static; } #card { order: 2; border-top: 1px solid var(--border-color-primary); padding-top: 16px; }
  .bar .say { display: none; } .bar { justify-content: space-between; }
}
.tight { gap: 8px !important; }
.bare { padding: 0 !important; border: 0 !important; background: none !important; overflow: visible !important; } .bare:not(:has(.sc)) { display: none !important; }
#widget-body, #code-body, #json-body, #metadata-body { padding: 0 !important; border: 0 !important; }
.gradio-container .block.padded { padding: 8px 10px; }
.gradio-container button { min-height: 32px; } .gradio-container button.lg, .gradio-container button.md, .gradio-container button.sm { font-size: 14px; font-weight: 550; padding: 0 14px; white-space: nowrap; min-height: 38px; }
#widget .wrap input[role=combobox], .pane input[role=combobox] { text-overflow: ellipsis; padding-right: 30px; }
.end { align-items: end; } .place-box:not(:has(.way-provider)) .refresh { display: none; }
.gradio-container button[role=tab].selected { color: var(--link-text-color); }

/* Gradio writes a field's first value a moment after it drew it, over what was typed meanwhile: nobody types that soon. */
.gradio-container input, .gradio-container textarea, #run-row button, #ask button { animation: sc-settle 0.15s; }
@keyframes sc-settle { from, 99% { visibility: hidden; } }

/* what is folded, and the pickers: one line each */
#widget .block:has(> .label-wrap) { padding: 2px 10px; } #widget button.label-wrap { min-height: 32px; align-items: center; margin: 0; padding: 0; }
#widget .block.auto-margin:is(#examples, .way-place) { padding: 4px 10px; }
:is(#examples, .way-place) > .container { display: flex; flex-wrap: wrap; align-items: center; gap: 2px 12px; } :is(#examples, .way-place) > .container > span { flex: none; max-width: 100%; margin: 0; } :is(#examples, .way-place) > .container > .wrap { flex: 1 1 160px; min-width: 0; }
.place-box .refresh { order: 1; } .place-box .check { order: 2; } .place-box .end > .form:has(> .way-provider) { flex: 1 1 100% !important; }
.form:has(> .way-provider) > .way-place > .container { display: block !important; } .form:has(> .way-provider) > .way-place > .container > span { margin-bottom: 4px !important; } .form:has(> .way-provider) > .way-place { padding: 8px 10px !important; } .place-box .form > .way-place { min-width: min(250px, 100%) !important; }

/* state of a run */
.status { display: flex; align-items: center; gap: 8px; min-height: 32px; font-size: 12px; color: var(--body-text-color-subdued); }
.spin { width: 12px; height: 12px; flex: none; border: 2px solid var(--border-color-primary); border-top-color: var(--color-accent); border-radius: 50%; animation: sc-spin 0.9s linear infinite; }
@keyframes sc-spin { to { transform: rotate(360deg); } }
@media (prefers-reduced-motion: reduce) { .spin { animation-duration: 4s; } * { scroll-behavior: auto !important; } }
.result { min-height: 148px; border: 1px solid var(--border-color-primary); border-radius: 8px; padding: 12px; background: var(--background-fill-primary); }
.result > .what { display: flex; align-items: center; gap: 8px; margin-bottom: 10px; font-size: 12px; color: var(--body-text-color-subdued); }
.badge { padding: 1px 7px; border-radius: 9px; border: 1px solid var(--border-color-primary); font-size: 11px; font-weight: 600; color: var(--body-text-color); }
.badge.live { background: var(--color-accent-soft); border-color: transparent; color: var(--link-text-color); }
.stale .what::after { content: "the inputs changed since"; font-style: italic; }
.blank { display: grid; place-items: center; min-height: 120px; text-align: center; color: var(--body-text-color-subdued); padding: 0 16px; }
.note { border-left: 3px solid var(--border-color-accent); background: var(--background-fill-secondary); padding: 8px 12px; border-radius: 0 6px 6px 0; }
#result .note + .result { margin-top: 8px; } .note.error { border-left-color: var(--error-border-color, #d9442f); } .note strong { font-weight: 600; }
.note .ways { display: flex; flex-wrap: wrap; gap: 6px; margin-top: 8px; } .note .ways > * { display: inline-flex; align-items: center; min-height: 32px; padding: 0 12px; border: 1px solid var(--border-color-primary); border-radius: 6px; background: var(--background-fill-primary); color: var(--body-text-color); font-size: 13px; text-decoration: none; }
.note details { margin-top: 6px; font-size: 12px; } .note pre { white-space: pre-wrap; font-size: 12px; }

/* views */
.bars { display: grid; gap: 8px; margin: 0; padding: 0; list-style: none; }
.bars li { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 2px 12px; margin: 0; }
.bars .name { overflow-wrap: anywhere; } .bars .track { grid-column: 1 / -1; height: 8px; border-radius: 4px; background: var(--background-fill-secondary); box-shadow: inset 0 0 0 1px var(--border-color-primary); overflow: hidden; }
.bars .fill { display: block; height: 100%; background: var(--color-accent); }
.entities { line-height: 2.1; white-space: pre-wrap; } .entities mark { padding: 2px 4px; border-radius: 4px; color: inherit; }
.entities mark sub { vertical-align: baseline; font-size: 10px; font-weight: 650; letter-spacing: 0.02em; margin-left: 5px; }
.legend { display: flex; flex-wrap: wrap; gap: 6px; margin-top: 10px; font-size: 12px; } .legend span { padding: 1px 7px; border-radius: 4px; }
.context { white-space: pre-wrap; max-height: 280px; overflow: auto; } .context mark { background: var(--sc-0); color: inherit; padding: 1px 2px; border-radius: 3px; }
.answer { font-size: 18px; font-weight: 600; margin-bottom: 4px; } .said { white-space: pre-wrap; }
.shown { max-width: 100%; max-height: 520px; border-radius: 6px; display: block; } .sc figure { margin: 0; } .sc figcaption { font-size: 12px; color: var(--body-text-color-subdued); margin-top: 6px; display: flex; gap: 12px; flex-wrap: wrap; }
.sc audio, .sc video { width: 100%; }
.code > div, .raw > div { position: relative; } .code pre, .raw pre { margin: 0; padding: 12px; overflow: auto; max-height: 560px; font: 12.5px/1.55 var(--sc-mono); background: var(--background-fill-secondary); border: 1px solid var(--border-color-primary); border-radius: 8px; white-space: pre; }
.code .copy, .raw .copy { position: absolute; z-index: 1; top: 6px; right: 6px; min-height: 32px; padding: 0 12px; border: 1px solid var(--border-color-primary); border-radius: 6px; background: var(--background-fill-primary); color: var(--body-text-color); font-size: 12px; }
.code .install { margin: 0 0 6px; font-size: 12px; color: var(--body-text-color-subdued); } .code code, .raw code { background: none; padding: 0; border: 0; font: inherit; color: inherit; }
.table { overflow: auto; max-height: 420px; } .sc table { border-collapse: collapse; font-size: 13px; } .sc th, .sc td { border: 1px solid var(--border-color-primary); padding: 4px 8px; text-align: left; vertical-align: top; }
.steps { list-style: none; margin: 0; padding: 0; } .steps li { padding: 8px 0; border-bottom: 1px solid var(--border-color-primary); } .steps .won { font-weight: 600; }

.strip { display: grid; grid-template-columns: repeat(auto-fill, minmax(8px, 1fr)); gap: 1px; margin: 8px 0; } .strip i { height: 14px; background: var(--color-accent); }

.hl-k, .hl-kn, .hl-kd, .hl-kc, .hl-ow, .hl-kr, .hl-kt { color: var(--sc-code-1); font-weight: 600; } .hl-s, .hl-s1, .hl-s2, .hl-sb, .hl-sh, .hl-si, .hl-sa, .hl-se { color: var(--sc-code-2); }
.hl-c1, .hl-c, .hl-cm { color: var(--body-text-color-subdued); font-style: italic; } .hl-mi, .hl-mf, .hl-m { color: var(--sc-code-3); } .hl-nt, .hl-nv, .hl-nb { color: var(--sc-code-4); }
:root { --sc-code-1: #6d28d9; --sc-code-2: #1b6e3c; --sc-code-3: #a3370b; --sc-code-4: #1d4fa8; } .dark { --sc-code-1: #c4a7ff; --sc-code-2: #8fdcaa; --sc-code-3: #ffb48a; --sc-code-4: #9cc4ff; }

/* chat */
.chat { display: grid; gap: 12px; } .turn { min-width: 0; } .turn .who { font-size: 11px; font-weight: 650; text-transform: uppercase; letter-spacing: 0.04em; color: var(--body-text-color-subdued); margin-bottom: 2px; }
.turn.user .text { background: var(--background-fill-secondary); border-radius: 8px; padding: 8px 12px; white-space: pre-wrap; } .turn .text > :last-child { margin-bottom: 0; } .turn .tail { white-space: pre-wrap; }
.turn.system .text { font-style: italic; white-space: pre-wrap; } .turn .stats { margin-top: 4px; font-size: 12px; color: var(--body-text-color-subdued); font-family: var(--sc-mono); }
.live .tail::after { content: ""; display: inline-block; width: 7px; height: 14px; margin-left: 2px; vertical-align: -2px; background: var(--color-accent); }
.md pre { overflow: auto; padding: 10px; background: var(--background-fill-secondary); border: 1px solid var(--border-color-primary); border-radius: 6px; font: 12.5px/1.5 var(--sc-mono); } .md code { font: 12.5px var(--sc-mono); background: var(--background-fill-secondary); padding: 1px 4px; border-radius: 4px; } .md pre code { padding: 0; background: none; font: inherit; }
.md h1 { font-size: 22px; } .md h2 { font-size: 18px; } .md h3 { font-size: 15px; } .md h1, .md h2, .md h3, .md h4 { margin: 20px 0 8px; font-weight: 650; } .md > :first-child { margin-top: 0; }
.md ul, .md ol { padding-left: 22px; margin: 0 0 8px; } .md ul { list-style: disc; } .md ol { list-style: decimal; } .md img { max-width: 100%; height: auto; border-radius: 6px; } .md blockquote { margin: 0 0 8px; padding-left: 12px; border-left: 3px solid var(--border-color-primary); color: var(--body-text-color-subdued); } .md table { display: block; overflow: auto; margin-bottom: 8px; max-width: 100%; } .md hr { border: 0; border-top: 1px solid var(--border-color-primary); margin: 16px 0; }
.md .remote { display: inline-flex; flex-direction: column; align-items: flex-start; gap: 2px; padding: 10px 14px; border: 1px dashed var(--border-color-primary); border-radius: 6px; background: var(--background-fill-secondary); color: var(--body-text-color); text-align: left; max-width: 100%; }

/* compare */
#panes { display: grid !important; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 16px; align-items: stretch; } #panes > * { min-width: 0 !important; width: 100%; }
.pane { border: 1px solid var(--border-color-primary); border-radius: 10px; padding: 12px !important; background: var(--background-fill-primary); gap: 10px !important; }
#panes { min-height: calc(100vh - 232px); } .pane > .form, .pane > .block { flex: 0 0 auto; }
.pane .label-wrap { min-height: 24px; } .pane .label-wrap span { font-size: 13px; }
#ask { position: sticky; bottom: 0; padding: 10px 0; background: var(--body-background-fill); z-index: 5; border-top: 1px solid var(--border-color-primary); }
@media (max-width: 640px) {
  #panes { grid-template-columns: minmax(0, 1fr); }
  /* Gradio puts its container in front of what stands here, so these name what is inside of it. */
  button.lg, button[role=tab], .bar nav a, .bar .ghost, input[type=text], input[role=combobox] { min-height: 44px !important; }
  #source-row { flex-wrap: wrap; } .head h1 { font-size: 17px; } #run-row { position: sticky; bottom: 0; z-index: 60; background: var(--body-background-fill); padding: 8px 0; }
  #run-row { margin-bottom: -16px; padding-bottom: 16px !important; } #run-row button { flex: 1 1 auto; } #run-row #run { flex: 1 1 100%; }
  #picker input[role=combobox] { min-height: 38px !important; }
  #bar .bar { gap: 4px 6px; } .bar nav { gap: 0; } .bar nav a { padding: 0 5px; font-size: 13px; } .bar .brand { font-size: 14px; } .bar .ghost { padding: 0 4px; }
}
"""

_COLOURS = "".join(f":root{{--sc-{i}:{light}}} .dark{{--sc-{i}:{dark}}}" for i, (light, dark) in enumerate(PALETTE))

CSS += _COLOURS + views_style.CSS + code_page.CSS + fields_style.CSS + numbers_script.CSS + card_style.CSS
CSS += page_script.CSS

HEAD = """
<meta name="viewport" content="width=device-width, initial-scale=1">
<script>
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
</script>
"""

SCRIPTS = (views_script, code_page, fields_script, numbers_script, page_script, reload_script, ways_script, leaving)
HEAD += "".join(f"<script>{module.SCRIPT}</script>" for module in SCRIPTS)


def theme() -> gr.themes.Base:
    """One accent, one neutral scale, system fonts, a 4 px grid."""
    base = gr.themes.Base(
        primary_hue=gr.themes.colors.indigo,
        neutral_hue=gr.themes.colors.slate,
        font=["system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif"],
        font_mono=["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace"],
        text_size=gr.themes.sizes.text_md,
        spacing_size=gr.themes.sizes.spacing_sm,
        radius_size=gr.themes.sizes.radius_md,
    )
    return base.set(
        body_background_fill="white",
        body_background_fill_dark="*neutral_950",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_400",
        background_fill_secondary="*neutral_50",
        background_fill_secondary_dark="*neutral_900",
        block_border_width="1px",
        block_shadow="none",
        block_label_text_size="12px",
        block_title_text_weight="500",
        block_info_text_color="*neutral_600",
        block_info_text_color_dark="*neutral_400",
        checkbox_border_color="*neutral_500",
        checkbox_border_color_dark="*neutral_400",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_dark="*primary_600",
        button_primary_background_fill_hover_dark="*primary_700",
        button_primary_text_color="white",
        link_text_color="*primary_700",
        link_text_color_dark="*primary_300",
        input_placeholder_color="*neutral_500",
        input_placeholder_color_dark="*neutral_400",
    )
