"""The style of what a card's body may hold beyond plain text, and of the index of all widgets."""

from __future__ import annotations

CSS = """
.md li:has(> input[type=checkbox]) { list-style: none; margin-left: -20px; }
.md input[type=checkbox] { margin: 0 5px 0 0; vertical-align: -2px; width: 14px; height: 14px;
  appearance: auto !important; background: none !important; accent-color: var(--color-accent); }
.md .callout { margin: 0 0 12px; padding: 8px 12px; border-left: 3px solid var(--callout); border-radius: 0 6px 6px 0;
  background: var(--background-fill-secondary); }
.md .callout-title { font-weight: 650; font-size: 12px; margin-bottom: 4px; color: var(--callout); }
.callout.note { --callout: #1d4fa8; } .dark .callout.note { --callout: #9cc4ff; }
.callout.tip { --callout: #1b6e3c; } .dark .callout.tip { --callout: #8fdcaa; }
.callout.important { --callout: #6d28d9; } .dark .callout.important { --callout: #c4a7ff; }
.callout.warning { --callout: #8a5200; } .dark .callout.warning { --callout: #f2c063; }
.callout.caution { --callout: #b3261e; } .dark .callout.caution { --callout: #ff9d94; }
.md math { font-size: 1.1em; } .md math[display=block] { display: block math; overflow: auto hidden; padding: 4px 0; margin: 4px 0; }
.md kbd { margin: 0; } .md mark { background: var(--sc-5); color: inherit; padding: 0 2px; border-radius: 3px; }
.md summary { cursor: pointer; font-weight: 550; } .md details { margin: 0 0 8px; }
.md video { max-width: 100%; border-radius: 6px; } .md audio { width: 100%; max-width: 420px; }
.md th, .md td { border: 1px solid var(--border-color-primary) !important; padding: 4px 10px; text-align: start; }
.md th { font-weight: 600; background: var(--background-fill-secondary) !important; }
.md h4 { font-size: 14px; } .md h5, .md h6 { font-size: 13px; margin: 16px 0 6px; font-weight: 600; }
.md [id^=card-] { scroll-margin-top: 12px; } .md sup, .md sub { font-size: 0.8em; line-height: 0; }
.md li { font-size: inherit !important; } .md li > p { display: block !important; margin-bottom: 6px; }
.md table { margin-left: 0 !important; }

.md li > ul, .md li > ol { margin-bottom: 2px; } .md h1 { margin-top: 24px; }

/* all widgets */
.index { padding-top: 12px; } .index .badge { white-space: nowrap; } .index h1 { font-size: 22px; font-weight: 650; margin-bottom: 6px; }
.index h2 { font-size: 16px; font-weight: 650; margin: 24px 0 10px; scroll-margin-top: 12px; }
.index .jump { display: flex; flex-wrap: wrap; gap: 4px 14px; margin-top: 8px; }
.index .jump a { display: inline-flex; align-items: center; min-height: 32px; }
.tiles { display: grid; gap: 12px; list-style: none !important; padding: 0 !important; margin: 0 !important;
  grid-template-columns: repeat(auto-fill, minmax(200px, 1fr)); }
.tiles li { margin: 0 !important; min-width: 0; display: grid; grid-template-columns: minmax(0, 1fr); }
 .tiles li::before { content: none !important; }
.sc a.tile { display: flex; flex-direction: column; gap: 2px; padding: 10px; color: inherit; text-decoration: none;
  border: 1px solid var(--border-color-primary); border-radius: 8px; background: var(--background-fill-primary); }
.sc a.tile:hover { border-color: var(--color-accent); } .tile strong { font-weight: 600; }
.tile > span { font-size: 12px; color: var(--body-text-color-subdued); }
.tile .facts { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 8px; margin-top: auto; padding-top: 6px; }
.tile .thumb { display: flex; flex-direction: column; justify-content: center; gap: 6px; height: 120px; overflow: hidden;
  margin-bottom: 6px; border-radius: 6px; background: var(--background-fill-secondary); padding: 8px; }
.thumb:has(> img, > video) { padding: 0 !important; }
.thumb img, .thumb video { width: 100%; height: 100%; object-fit: contain; margin: 0; }
.thumb svg { width: 100%; height: 96px; } .thumb .wave { height: 64px; } .thumb .wave svg { height: 64px; }
.thumb .played { display: none; }
.thumb .words { font-size: 12px; line-height: 1.4; color: var(--body-text-color); display: -webkit-box; overflow: hidden;
  -webkit-line-clamp: 3; -webkit-box-orient: vertical; flex: none; }
.thumb .said { font-weight: 600; font-size: 12px; color: var(--link-text-color); white-space: nowrap; overflow: hidden;
  text-overflow: ellipsis; flex: none; }
.thumb table { display: table; overflow: hidden !important; font-size: 11px; margin: 0; width: 100%; color: var(--body-text-color); } .thumb th { font-weight: 600; }
.thumb td, .thumb th { padding: 2px 6px; white-space: nowrap; text-align: start; border: 1px solid var(--border-color-primary) !important; }

/* flows */
.flow-head h1 { font-size: 22px; font-weight: 650; margin: 4px 0 2px; } .flow-step h2 { font-size: 15px; font-weight: 650; }
.pair { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 12px; } .pair figure { margin: 0; }
.pair img { width: 100%; border-radius: 6px; margin: 0; } .pair figcaption { display: flex; justify-content: space-between; }
.flow-step > .form, .flow-step > .block { flex: 0 0 auto; } .origin { font-size: 12px; }
@media (max-width: 640px) {
  .bar .brand { white-space: nowrap; } .bar nav { gap: 0; } .bar nav a, .bar .ghost { padding: 0 7px; white-space: nowrap; } #bar .bar { flex-wrap: wrap; gap: 0 6px; padding-top: 4px; }
  .bar .brand { flex: 1; } .bar nav { order: 3; flex: 1 0 100%; margin-left: -7px; }
  .tiles { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 8px; } .tile .thumb { height: 92px; }
  .index .jump a { min-height: 44px; }
}
"""
