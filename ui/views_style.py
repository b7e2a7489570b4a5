"""The style sheet of the views: bars, marks, boxes, masks, waves, strips and wire frames."""

from __future__ import annotations

# The hues of the palette, strong enough to be seen over an image, by number.
LINES = ("#2f7fd6", "#e08a00", "#12a066", "#d6337f", "#7a55e0", "#b89b00", "#0f9fb8", "#dd4326", "#7c9430", "#94775f")

CSS = (
    "".join(f":root{{--sc-line-{n}:{line}}}" for n, line in enumerate(LINES))
    + """
/* views: what they share */
.view { display: grid; gap: 10px; grid-template-columns: minmax(0, 1fr); } .view > * { margin: 0; }
.sc .view p { margin: 0; } .view .tall { max-height: 420px; overflow: auto; }
.sc .blank .act { color: var(--link-text-color); text-decoration: underline; min-height: 32px; }
.view .acts { display: flex; flex-wrap: wrap; gap: 4px 6px; }
.view .act { display: inline-flex; align-items: center; min-height: 32px; padding: 0 10px; font-size: 12px;
  border: 1px solid var(--border-color-primary); border-radius: 6px; background: none; text-decoration: none; }
.sc .view .act { color: var(--body-text-color); } .view .act:hover { background: var(--background-fill-secondary); }
.sc figcaption { align-items: center; gap: 4px 12px; justify-content: space-between; }
.view .tick { display: inline-flex; align-items: center; gap: 8px; min-height: 32px; font-size: 12px; }
.view input[type=checkbox] { appearance: auto !important; width: 16px !important; height: 16px !important; margin: 0;
  accent-color: var(--color-accent); flex: none; cursor: pointer; }
.view details.fold > summary { display: inline-flex; align-items: center; gap: 6px; min-height: 32px; font-size: 12px;
  cursor: pointer; color: var(--link-text-color); list-style: none; }
.view details.fold > summary::before { content: ""; border: 4px solid transparent; border-left-color: currentColor;
  margin-right: -2px; transition: transform 0.1s; }
.view details.fold[open] > summary::before { transform: rotate(90deg) translateX(2px); }
.view details.fold[open] > summary { margin-bottom: 6px; } .view summary::-webkit-details-marker { display: none; }
.sc .view .act, .sc .view .key, .sc .view .table table, .sc .view .time, .sc .view details { margin: 0; }
.sc .view .table, .sc .view .table table { margin: 0 !important; padding: 0 !important; }
.dark .view audio, .dark .view video { color-scheme: dark; }
.view .off { display: none !important; }
.sc ul.plain { list-style: disc; margin: 0; padding-left: 20px; font-size: 12px; }

/* bars */
.view .bars li { align-items: baseline; }
.bars .name { display: flex; align-items: center; gap: 8px; min-width: 0; } .bars .name bdi { min-width: 0; }
.sc .view p.scale { margin-top: 8px; }
.bars .dot { width: 10px; height: 10px; flex: none; border-radius: 3px; }
.bars .fill { border-radius: 4px; min-width: 2px; } .bars .fill.below { opacity: 0.55; }
.bars li[data-pair] { padding: 4px 6px; border-radius: 6px; }
.bars li[data-pair].on { background: var(--color-accent-soft); }
.tall > .bars { gap: 4px; padding: 2px !important; } .view-similarities .tall > .bars { gap: 8px; }
details.fold > .bars { margin-top: 8px !important; }
.ranked { display: grid; gap: 8px; } .ranked:has(.tick input:checked) .bars li { order: var(--rank); }

/* text with marks */
.lit { display: grid; gap: 10px; }
.sc .entities mark.is-cut { border-top-right-radius: 0; border-bottom-right-radius: 0; padding-right: 0; }
.sc .entities mark.goes-on { border-top-left-radius: 0; border-bottom-left-radius: 0; padding-left: 0; }
.sc .entities mark mark { box-shadow: 0 0 0 1px var(--background-fill-primary); }
.sc .entities mark.dimmed { background: none !important; padding: 0; } .entities mark.dimmed > sub { display: none; }
.view .legend { margin: 0; }
.legend .key { display: inline-flex; gap: 6px; align-items: center; min-height: 32px; padding: 0 10px;
  border: 1px solid transparent; border-radius: 6px; color: var(--body-text-color); font-weight: 550;
  max-width: 100%; }
.legend .key[aria-pressed=false] { background: none !important; border-color: var(--border-color-primary); }
.legend .key[aria-pressed=false] bdi { text-decoration: line-through; } .legend .key .num { color: inherit; }
.either > .unticked { display: none; } .either:has(> .tick input:not(:checked)) > .unticked { display: block; }
.either:has(> .tick input:not(:checked)) > .ticked { display: none; }
.said .echo { color: var(--body-text-color-subdued); } .view .said { line-height: 1.55; }

/* tables */
.sc .table td mark { background: var(--sc-0); color: inherit; padding: 1px 4px; border-radius: 3px; }
.sc .table .gap td { text-align: center; color: var(--body-text-color-subdued); font-size: 12px; }
.sc .table th { position: sticky; top: 0; background: var(--background-fill-secondary); font-weight: 600; }
.sc .table td { background: none; } .sc .view-predictions td.hit { font-weight: 550; }

/* vectors */
.facts { display: flex; flex-wrap: wrap; gap: 6px 20px; margin: 0; } .facts div { display: grid; }
.facts dt { font-size: 11px; color: var(--body-text-color-subdued); } .facts dd { margin: 0; }
.sc img.heat { width: 100%; display: block; image-rendering: pixelated; border-radius: 4px; margin: 0;
  box-shadow: inset 0 0 0 1px var(--border-color-primary); background: var(--background-fill-secondary); }

/* over an image */
.stage { position: relative; width: 100%; border-radius: 6px; overflow: hidden;
  background: var(--background-fill-secondary); }
.sc .stage > img { position: absolute; inset: 0; width: 100%; height: 100%; margin: 0; border-radius: 0;
  object-fit: fill; }
.stage > svg { position: absolute; inset: 0; width: 100%; height: 100%; }
.pairs { display: grid; gap: 10px; grid-template-columns: minmax(0, 1fr); }
.box { outline: none; cursor: pointer; } .box rect { vector-effect: non-scaling-stroke; fill: transparent; }
.box rect:first-child { stroke: rgb(0 0 0 / 0.3); stroke-width: 4px; }
.box rect:last-child { stroke: var(--line); stroke-width: 2.5px; }
.box.on rect:last-child { stroke-width: 4px; fill: color-mix(in srgb, var(--line) 25%, transparent); }
.stage:has(.on) .box:not(.on) { opacity: 0.35; }
.stage .tag { position: absolute; transform: translateY(-100%); padding: 0 5px; font-size: 11px; line-height: 17px;
  font-weight: 600;
  color: var(--body-text-color); white-space: nowrap; pointer-events: none; max-width: 60%; overflow: hidden;
  text-overflow: ellipsis; border-radius: 3px 3px 0 0; display: none; }
.stage .tag.inside { transform: none; border-radius: 0 0 3px 0; } .stage.few .tag, .stage .tag.on { display: block; }
.stage:has(.on) .tag:not(.on) { display: none; } .stage .tag.on { z-index: 2; }
.stage .mask { position: absolute; inset: 0; opacity: var(--masks, 0.6); mask-size: 100% 100%; mask-repeat: no-repeat;
  transition: opacity 0.12s; pointer-events: none; }
.stage.masks:has(.on) .mask:not(.on) { opacity: calc(var(--masks, 0.6) * 0.2); }
.stage.masks .mask.on { opacity: max(var(--masks, 0.6), 0.75); }
.slide { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; font-size: 12px; min-height: 32px; }
.slide label { display: flex; align-items: center; gap: 10px; } .slide output { min-width: 44px; }
.slide input[type=range] { width: 160px; height: 32px; margin: 0; accent-color: var(--color-accent);
  background: none; }

/* images, sounds, videos */
.sc .zoom { display: block; width: fit-content; max-width: 100%; cursor: zoom-in; } .sc .zoom img { margin: 0; }
.sc ul.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 12px; margin: 0;
  padding: 0; list-style: none; }
.view .remote { display: inline-flex; flex-direction: column; align-items: flex-start; gap: 2px; padding: 10px 14px;
  max-width: 100%;
  border: 1px dashed var(--border-color-primary); border-radius: 6px; background: var(--background-fill-secondary);
  color: var(--body-text-color); text-align: left; min-height: 44px; }
.clips { display: grid; gap: 16px; } .clip { display: grid; gap: 6px; } .sc .clip figcaption { margin: 0; }
.wave { position: relative; height: 48px; cursor: pointer; }
.wave svg { position: absolute; inset: 0; width: 100%; height: 100%; }
.wave path { stroke: var(--body-text-color-subdued); stroke-width: 0.7; fill: none; opacity: 0.6; }
.wave .played { clip-path: inset(0 calc(100% - var(--played, 0%)) 0 0); }
.wave .played path { stroke: var(--color-accent); opacity: 1; }
.view audio { height: 40px; display: block; }
.timed { display: grid; gap: 8px; }
.sc ol.chunks { list-style: none; margin: 0; padding: 0; display: grid; gap: 2px; max-height: 420px; overflow: auto; }
.sc .chunks li { display: grid; grid-template-columns: minmax(112px, max-content) minmax(0, 1fr); gap: 10px;
  align-items: baseline; margin: 0; }
.chunks .time { min-height: 32px; padding: 0 8px; text-align: left; border: 0; border-radius: 6px; background: none; }
.sc .chunks button.time { color: var(--link-text-color); }
.chunks button.time:hover { background: var(--background-fill-secondary); }
.chunks li:has(.time.on) { background: var(--color-accent-soft); border-radius: 6px; }

/* 3D */
.turntable { background: var(--background-fill-secondary); border-radius: 8px; position: relative; }
.mesh { display: block; width: 100%; max-height: 360px; aspect-ratio: 1; margin: 0 auto; touch-action: none;
  cursor: grab; }
.mesh:active { cursor: grabbing; }
.mesh path { fill: none; stroke: var(--color-accent); stroke-linecap: round; vector-effect: non-scaling-stroke;
  stroke-width: 1; }
.mesh .back { opacity: 0.25; } .mesh .front { opacity: 0.85; }
.turntable .hint { padding: 0 12px 8px; text-align: center; }

/* chat answers */
.md .block { position: relative; }
.md .block .copy { position: absolute; top: 6px; right: 6px; min-height: 28px; padding: 0 10px;
  font-size: 12px; border: 1px solid var(--border-color-primary); border-radius: 6px;
  background: var(--background-fill-primary); color: var(--body-text-color); }
.call { border-left: 3px solid var(--border-color-accent); padding-left: 12px; display: grid; gap: 6px; }
@media (max-width: 640px) {
  .view .act, .legend .key, .chunks .time, .view details.fold > summary, .view .tick { min-height: 44px; }
  .slide label { flex: 1 1 100%; } .slide input[type=range] { flex: 1; width: auto; min-width: 0; height: 44px; }
}
@media (prefers-reduced-motion: reduce) { .view * { transition: none !important; } }
.sc .view .table th { overflow-wrap: normal; word-break: normal; } .view .table td { min-width: 7ch; }
"""
)
