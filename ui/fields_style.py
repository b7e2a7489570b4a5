"""The style sheet of the input fields: chips, lines, the table, and what stands beside a field."""

from __future__ import annotations

CSS = """
/* the value that an editor stands for is there for the server, not for people */
.rich textarea[data-testid=textbox], .rich .input-container { display: none !important; }
.rich .editor { display: grid; gap: 6px; margin-top: 6px; }
.editor input, .editor textarea, .editor button { animation: none !important; } /* ours have no first value to wait for */
.editor p { margin: 0; } .editor .acts { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 10px; }
.editor input, .editor textarea { font: inherit; color: var(--body-text-color); background: var(--input-background-fill); border: 1px solid var(--border-color-primary); border-radius: 6px; padding: 5px 9px; min-height: 32px; width: 100%; box-sizing: border-box; }
.editor .act, .beside .act { display: inline-flex; align-items: center; min-height: 32px; padding: 0 10px; font-size: 12px; border: 1px solid var(--border-color-primary); border-radius: 6px; background: none; color: var(--body-text-color); cursor: pointer; }
.editor .act:hover, .beside .act:hover, .editor .gone:hover { background: var(--background-fill-secondary); }
.editor .gone { flex: none; width: 32px; min-height: 32px; border: 0; border-radius: 6px; background: none; color: var(--body-text-color-subdued); font-size: 15px; line-height: 1; cursor: pointer; padding: 0; }

.editor .chipped { display: flex; flex-wrap: wrap; gap: 4px 6px; padding: 4px; border: 1px solid var(--border-color-primary); border-radius: 6px; background: var(--input-background-fill); cursor: text; }
.editor .chipped:focus-within { border-color: var(--color-accent); }
.editor .tags { display: contents; list-style: none; margin: 0; padding: 0; }
.editor .tags li { display: inline-flex; align-items: center; max-width: 100%; padding-left: 10px; margin: 0; border-radius: 16px; background: var(--color-accent-soft); color: var(--body-text-color); font-size: 13px; }
.editor .tags bdi { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; } .editor .tags .gone { width: 28px; }
.editor .chipped input { flex: 1 1 150px; width: auto; min-width: 0; border: 0; background: none; }
.editor .chipped input:focus { outline: none !important; }

.editor .lines { display: grid; gap: 4px; margin: 0; padding: 0; list-style: none; max-height: 320px; overflow: auto; }
.editor .lines li { display: flex; align-items: flex-start; gap: 4px; margin: 0; padding: 1px; } .editor .lines textarea { resize: vertical; field-sizing: content; }

.editor .grid { overflow: auto; max-height: 340px; border: 1px solid var(--border-color-primary); border-radius: 6px; }
.editor table { border-collapse: separate; border-spacing: 0; font-size: 13px; }
.editor th, .editor td { padding: 0; border: 0; border-right: 1px solid var(--border-color-primary); border-bottom: 1px solid var(--border-color-primary); text-align: left; }
.editor th { position: sticky; top: 0; z-index: 1; background: var(--background-fill-secondary); } .editor th > div { display: flex; }
.editor .last { border-right: 0; } .editor tbody tr:last-child td { border-bottom: 0; }
.editor th input, .editor td input, .editor td textarea { border: 0; border-radius: 0; background: none; min-width: 88px; max-width: 320px; field-sizing: content; width: 100%; }
.editor th input { font-weight: 600; } .editor td .num { font-family: var(--sc-mono); font-variant-numeric: tabular-nums; font-size: 12px; }
.editor td :focus-visible, .editor th :focus-visible { outline-offset: -2px; }

.address { gap: 6px !important; flex-wrap: nowrap !important; align-items: stretch; } .address button { min-height: 34px !important; }
.beside { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 10px; font-size: 12px; color: var(--body-text-color-subdued); }
.beside .warn { color: var(--body-text-color); font-weight: 550; }
@media (max-width: 640px) { .editor .act, .editor .gone, .beside .act { min-height: 44px; } .editor .gone { width: 44px; } .editor .tags .gone { min-height: 36px; width: 36px; } .editor input { min-height: 44px; font-size: 16px; } }
"""
