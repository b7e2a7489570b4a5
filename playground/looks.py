"""How the compare page looks, and the script it brings along."""

from __future__ import annotations

from urllib.parse import quote

from . import tools
from .keeping import KEEPING
from .script import SCRIPT

# Drawn on 16 by 16, as outlines.
ICONS = {
    "copy": "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
    "edit": "M10.5 3l2.5 2.5-7.5 7.5H3v-2.5zM9 4.5L11.5 7",
    "retry": "M13 8a5 5 0 1 1-1.5-3.5M13 2v3h-3",
    "branch": "M4.5 5v6M4.5 8c4 0 6-1 6-3M4.5 2.5a1.3 1.3 0 1 0 .01 0M10.5 2.5a1.3 1.3 0 1 0 .01 0M4.5 11a1.3 1.3 0 1 0 .01 0",
    "replay-new": "M2.5 4h8v8h-8zM13.5 4v8M5.5 6l3 2-3 2z",
    "delete": "M3 4.5h10M6.5 4V2.5h3V4M4.5 4.5l.6 9h5.8l.6-9M6.8 7v4M9.2 7v4",
    "older": "M10 3L5 8l5 5",
    "newer": "M6 3l5 5-5 5",
    "duplicate": "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3M9.5 7.5v4M7.5 9.5h4",
    "swap": "M2.5 5.5h10M10 3l2.5 2.5L10 8M13.5 10.5h-10M6 8l-2.5 2.5L6 13",
    "remove": "M4 4l8 8M12 4l-8 8",
    "hush": "M4 4l8 8M12 4l-8 8",
}
UNLOCKED, LOCKED = "M4 7.5h8v6H4zM5.5 7.5V5a2.5 2.5 0 0 1 4.9-.6", "M4 7.5h8v6H4zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5"


def _icon(path: str) -> str:
    drawn = (
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16' fill='none' stroke='black' stroke-width='1.3' "
        f"stroke-linecap='round' stroke-linejoin='round'><path d='{path}'/></svg>"
    )
    return f"data:image/svg+xml,{quote(drawn)}"


_ICONS = "".join(f'.i-{name}{{--icon:url("{_icon(path)}")}}' for name, path in ICONS.items())
_ICONS += f':root{{--unlocked:url("{_icon(UNLOCKED)}");--locked:url("{_icon(LOCKED)}")}}'

CSS = """
/* compare: the frame */
#panes { display: grid !important; grid-template-columns: repeat(auto-fit, minmax(0, 1fr)); grid-auto-flow: column; grid-auto-columns: minmax(0, 1fr); grid-template-columns: none; gap: 12px; height: max(420px, calc(100dvh - 226px)); min-height: 0; align-items: stretch; }
#panes > .pane { height: 100%; min-height: 0; padding: 0 !important; gap: 0 !important; overflow: hidden; flex-wrap: nowrap; }
#panes > .pane > .block { flex: none; }
.pane-body { flex: 1 1 0 !important; min-height: 0; overflow-y: auto !important; overflow-x: hidden; padding: 12px 14px 20px !important; gap: 14px !important; flex-wrap: nowrap !important; scrollbar-width: thin; }
.pane-body > * { flex: none !important; }
#compare-head .sc { display: flex; flex-wrap: wrap; align-items: baseline; gap: 6px 12px; } #compare-head h1 { font-size: 18px; font-weight: 650; }
#compare-head .grow { flex: 1 1 0; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.gradio-container .plain { min-height: 32px; padding: 0 12px; border: 1px solid var(--border-color-primary); border-radius: 6px; background: var(--background-fill-primary); color: var(--body-text-color); font-size: 13px; font-weight: 550; cursor: pointer; }
.gradio-container .plain:hover { background: var(--background-fill-secondary); } .gradio-container .plain.primary { background: var(--button-primary-background-fill); border-color: transparent; color: white; }
.gradio-container .plain:disabled { opacity: 0.55; cursor: default; }

/* compare: heads */
.pane-head { padding: 8px 8px 6px 12px; border-bottom: 1px solid var(--border-color-primary); }
.pane-title { display: flex; align-items: center; gap: 8px; min-width: 0; }
.letter { display: inline-grid; place-items: center; width: 22px; height: 22px; flex: none; border-radius: 6px; background: var(--color-accent-soft); color: var(--link-text-color); font-size: 12px; font-weight: 700; }
.pane-title .name { flex: 0 1 auto; min-width: 0; min-height: 32px; padding: 0 22px 0 6px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; border: 0; border-radius: 6px; background: none; color: var(--body-text-color); font-weight: 600; text-align: left; position: relative; }
/* a model's name on one line; its owner, which wraps out of sight, leaves first */
.cut { display: flex; flex-wrap: wrap-reverse; align-content: flex-end; height: 1.5em; line-height: 1.5; overflow: hidden; white-space: nowrap; } .cut > bdi { flex: 0 0 auto; max-width: 100%; overflow: hidden; text-overflow: ellipsis; }
.pane-title .name::after { content: ""; position: absolute; right: 9px; top: 50%; width: 5px; height: 5px; margin-top: -4px; border: solid currentcolor; border-width: 0 1.5px 1.5px 0; transform: rotate(45deg); opacity: 0.6; }
.pane-title .name:hover { background: var(--background-fill-secondary); } .pane-title .i-row { margin-left: auto; flex: none; }
.pane-facts { display: flex; flex-wrap: wrap; align-items: center; gap: 2px 6px; min-height: 20px; padding-left: 36px; font-size: 12px; } .pane-facts > * { margin: 0 !important; }
.badge.diff { font-weight: 500; font-family: var(--sc-mono); background: var(--sc-5); border-color: transparent; }

/* compare: messages */
.pane .turn .who { position: relative; display: flex; align-items: center; gap: 8px; min-height: 32px; margin: 0; text-transform: none; letter-spacing: 0; font-size: 12px; }
.pane .turn .who > span:first-child { flex: 1; min-width: 0; }
.pane .md table { padding: 0 !important; } .pane .md table, .pane .md table * { overflow-wrap: break-word !important; word-break: normal !important; }
.pane .chat { gap: 10px; } .pane .turn.system .text { border: 1px dashed var(--border-color-primary); border-radius: 8px; padding: 8px 12px; color: var(--body-text-color-subdued); }
.i-row { display: inline-flex; gap: 0; } .turn .i-row { position: absolute; right: 0; background: var(--background-fill-primary); opacity: 0; transition: opacity 0.1s; } .turn:hover .i-row, .turn:focus-within .i-row { opacity: 1; }
@media (hover: none) { .turn .i-row { position: static; opacity: 1; } }
.gradio-container .i { width: 32px; height: 32px; min-height: 32px; padding: 0; border: 0; border-radius: 6px; background: none; color: var(--body-text-color-subdued); display: inline-grid; place-items: center; cursor: pointer; }
.i::before { content: ""; width: 16px; height: 16px; background: currentcolor; mask: var(--icon) center / contain no-repeat; -webkit-mask: var(--icon) center / contain no-repeat; }
.gradio-container .i:hover:not(:disabled) { background: var(--background-fill-secondary); color: var(--body-text-color); } .i:disabled { opacity: 0.35; cursor: default; }
.pane .turn .stats { display: flex; flex-wrap: wrap; align-items: center; gap: 0 14px; margin-top: 6px; }
.stats .best { color: var(--body-text-color); font-weight: 700; box-shadow: inset 0 -2px 0 var(--color-accent); }
.variants { display: inline-flex; align-items: center; margin-right: 4px; }
.thought > summary, .wire > summary { cursor: pointer; font-size: 12px; color: var(--body-text-color-subdued); min-height: 24px; } .thought { margin-bottom: 6px; } .thought .said { border-left: 2px solid var(--border-color-primary); padding-left: 10px; max-height: 320px; overflow: auto; }
.call { margin-top: 6px; } .call pre, .wire pre { overflow: auto; max-height: 340px; margin: 4px 0 0; padding: 8px 10px; background: var(--background-fill-secondary); border: 1px solid var(--border-color-primary); border-radius: 6px; font: 12px/1.5 var(--sc-mono); white-space: pre-wrap; }
.editing textarea, .results textarea { width: 100%; box-sizing: border-box; padding: 8px 12px; border: 1px solid var(--border-color-primary); border-radius: 8px; background: var(--input-background-fill); color: var(--body-text-color); font: inherit; resize: vertical; } .editing > div, .ways { display: flex; flex-wrap: wrap; gap: 6px; margin-top: 6px; } .results label { display: block; margin-top: 6px; font-size: 12px; } .results .plain { margin-top: 6px; }
.gradio-container .editing textarea, .gradio-container .results textarea { animation: none; }
.pictures { display: flex; flex-wrap: wrap; gap: 6px; margin-top: 6px; } .pictures .shown { max-height: 160px; max-width: 100%; }
/* what has scrolled away costs nothing while the answer grows */
.live .part { content-visibility: auto; contain-intrinsic-block-size: auto 600px; }
.live .tail { white-space: pre-wrap; } .live pre.tail { white-space: pre; } .live .tail::after { content: none; } .live .status { min-height: 24px; }
.live[data-done] .status { visibility: hidden; }
.chart { display: block; width: 100%; height: 44px; } .wire .loaded { display: grid; gap: 8px; padding: 6px 0; } .wire h4 { margin: 4px 0 0; font-size: 12px; font-weight: 600; }

#panes > .pane:not(:has(> .bare .pane-head)) { display: none !important; }
:root:not(.answering) #stop-all { display: none; } .answering #send { opacity: 0.5; pointer-events: none; }

/* foreign text turns nothing of ours around */
.cut > span, .stats [data-fact], .where, .badge.diff, .call strong, #earlier strong, .thought .said { unicode-bidi: isolate; }

/* compare: asking */
#ask { position: sticky; bottom: 0; padding: 8px 0 10px; background: var(--body-background-fill); z-index: 5; border-top: 0; align-items: flex-end; flex-wrap: wrap; }
#question { flex: 1 1 220px; min-width: 0; } #question .full-container { padding: 0 10px; } #question .input-row { align-items: center; } #question textarea:placeholder-shown { overflow: hidden; } #question textarea::placeholder { white-space: nowrap; text-overflow: ellipsis; overflow: hidden; } #ask button.lg, #ask button.md { height: 40px; }
#to { flex: 0 0 130px; min-width: 110px !important; } #ask { align-items: center !important; } #to .wrap, #to .wrap-inner { min-height: 40px; } #question textarea:focus-visible { outline: none !important; } #question:focus-within { outline: 2px solid var(--color-accent); border-radius: 8px; }
#notice { position: absolute; left: 0; right: 0; bottom: calc(100% + 6px); width: auto !important; pointer-events: none; }
#notice .sc { display: flex; align-items: center; gap: 8px; width: fit-content; max-width: min(640px, 100%); margin: 0 auto; padding: 4px 6px 4px 14px; border: 1px solid var(--border-color-primary); border-radius: 10px; background: var(--background-fill-primary); box-shadow: 0 4px 16px rgb(0 0 0 / 0.16); font-size: 13px; pointer-events: auto; }
:root:not(.attached) .no-images { display: none; }
#said-now:not(:empty) { position: fixed; left: 50%; bottom: 90px; transform: translateX(-50%); padding: 6px 14px; border-radius: 16px; background: var(--neutral-900); color: white; font-size: 13px; z-index: 60; }
dialog.sheet { margin: auto !important; width: min(560px, calc(100vw - 32px)); max-height: 80vh; overflow: auto; padding: 20px; border: 1px solid var(--border-color-primary); border-radius: 12px; background: var(--background-fill-primary); color: var(--body-text-color); }
dialog.sheet::backdrop { background: rgb(0 0 0 / 0.4); } dialog.sheet h2 { font-size: 16px; margin: 0 0 12px; } dialog.sheet dl { display: grid; grid-template-columns: auto 1fr; gap: 8px 16px; margin: 0 0 16px; } dialog.sheet dd { margin: 0; } dialog.sheet dt kbd { margin: 0; }
.found { list-style: none !important; padding: 0 !important; margin: 0 !important; max-height: 320px; overflow: auto; } .found li { margin: 0; } .found .open { width: 100%; display: grid; gap: 2px; padding: 6px 8px; text-align: left; border: 0; border-radius: 6px; background: none; color: inherit; min-height: 40px; } .found .open:hover { background: var(--background-fill-secondary); }
#earlier .list { list-style: none; padding: 0; margin: 0 0 12px; } #earlier li { display: flex; gap: 4px; margin: 0; border-bottom: 1px solid var(--border-color-primary); } #earlier li .open { flex: 1; min-width: 0; display: grid; gap: 2px; padding: 8px 4px; text-align: left; border: 0; background: none; color: inherit; } #earlier li .open:hover { background: var(--background-fill-secondary); }

/* compare: the settings of a pane */
#drawer { position: fixed; right: 0; top: 0; bottom: 0; width: 400px; z-index: 40; padding: 0 14px 24px !important; gap: 10px !important; overflow-y: auto !important; flex-wrap: nowrap !important; background: var(--background-fill-primary); border-left: 1px solid var(--border-color-primary); }
#drawer > * { flex: none !important; } #drawer-head { position: sticky; top: 0; z-index: 2; background: var(--background-fill-primary) !important; } #drawer-head .sc { display: flex; align-items: center; gap: 8px; padding: 10px 0 8px; } #drawer-head h2 { flex: 1; display: flex; align-items: center; gap: 8px; margin: 0; font-size: 16px; }
#drawer .label-wrap { align-items: center; } #drawer input[role=combobox] { text-overflow: ellipsis; padding-right: 28px; } #drawer-title:focus { outline: none; }
/* beside the panes, or above all where there is no room for both */
@media (min-width: 900px) { .column:has(> #drawer) { padding-right: max(0px, 400px - max(0px, (100vw - 1480px) / 2)); } .column:has(> #drawer) > #panes { grid-auto-columns: minmax(260px, 1fr); overflow-x: auto; } }
@media (max-width: 899px) { #drawer { width: 100%; border-left: 0; } }
#drawer [id^=p-], #s-provider, #s-base-url, #s-bill-to, #s-system, #s-tools, #s-functions, #s-schema, #s-extra, #s-responses { position: relative; }
.gradio-container .lock { position: absolute; top: 2px; right: 2px; --icon: var(--unlocked); } .gradio-container .lock[aria-pressed=true] { --icon: var(--locked); color: var(--link-text-color); background: var(--color-accent-soft); }
:root:not(.several) .lock { display: none; }

#pane-tabs { display: none !important; }
@media (max-width: 760px) {
  #panes { grid-auto-columns: 100%; overflow-x: auto; scroll-snap-type: x mandatory; scrollbar-width: none; height: max(360px, calc(100dvh - 300px)); } #panes > .pane { scroll-snap-align: start; }
  #pane-tabs:has(.sc) { display: block !important; } #pane-tabs .sc { display: flex; gap: 4px; } #pane-tabs [role=tab] { flex: 1; min-width: 0; min-height: 44px; padding: 0 8px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; border: 1px solid var(--border-color-primary); border-radius: 8px; background: none; color: var(--body-text-color); font-size: 13px; } #pane-tabs [aria-selected=true] { background: var(--color-accent-soft); color: var(--link-text-color); font-weight: 600; border-color: transparent; }
  .turn .i-row { position: static; opacity: 1; } .gradio-container .i { width: 36px; height: 44px; } #question .upload-button { min-width: 44px; min-height: 44px; } .gradio-container .lock { width: 40px; height: 40px; top: -2px; right: -4px; } #drawer .label-wrap, #drawer input[type=text], #drawer input[type=password] { min-height: 44px; } .sc .plain { min-height: 44px; }
  #compare-head .dim { display: none; } #compare-head h1 { flex: 1 0 100%; font-size: 16px; } #compare-head .sc { gap: 6px; } #compare-head .plain { flex: 1 1 auto; padding: 0 8px; }
  /* the box with Send, and below it one slim row */
  #ask { gap: 6px; } #question { order: 1; flex: 1 1 calc(100% - 104px) !important; min-width: 0 !important; } #send, #stop-all { order: 2; flex: 0 0 88px !important; min-width: 0 !important; } #to { order: 3; flex: 1 1 124px !important; min-width: 0 !important; } #to .wrap-inner { padding-left: 6px; } #to input { padding-right: 14px; } .opens-tool { order: 4; flex: 1 0 auto !important; min-width: 0 !important; padding: 0 8px !important; } #vote-row { order: 5; }
  #to .wrap, #to .wrap-inner { min-height: 36px; padding-top: 0; padding-bottom: 0; } .answering #send { display: none !important; }
}
@media (prefers-reduced-motion: reduce) { .turn .i-row { transition: none; } }
"""

CSS += _ICONS + tools.CSS
HEAD = f"<script>{SCRIPT.replace('KEEPING', KEEPING)}</script><script>{tools.SCRIPT}</script>"
