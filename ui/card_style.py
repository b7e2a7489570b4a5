"""The style of what a card's body may hold beyond plain text."""

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
.md math { font-size: 1.1em; } .md math[display=block] { display: block math; overflow-x: auto; margin: 8px 0; }
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
"""
