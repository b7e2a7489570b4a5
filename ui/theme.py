"""How it looks: the theme, and the style sheets and scripts of every page."""

from __future__ import annotations

import gradio as gr

from wire.secrets import BEGINNINGS, NAMES

from .front import read

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

# The hues of the palette, strong enough to be seen over an image, by number.
LINES = ("#2f7fd6", "#e08a00", "#12a066", "#d6337f", "#7a55e0", "#b89b00", "#0f9fb8", "#dd4326", "#7c9430", "#94775f")

_COLOURS = "".join(f":root{{--sc-{i}:{light}}} .dark{{--sc-{i}:{dark}}}" for i, (light, dark) in enumerate(PALETTE))
_LINES = "".join(f":root{{--sc-line-{n}:{line}}}" for n, line in enumerate(LINES))
_STYLES = ("shared/code.css", "shared/fields.css", "shared/numbers.css", "shared/card.css", "model/model.css")
_SCRIPTS = (
    "views/views.js",
    "shared/code.js",
    "shared/fields.js",
    "shared/numbers.js",
    "model/model.js",
    "model/reload.js",
    "shared/ways.js",
    "shared/leaving.js",
)

CSS = read("shared/page.css") + _COLOURS + _LINES + read("views/views.css") + "".join(map(read, _STYLES))
HEAD = (
    '\n<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    f"<script>{read('shared/page.js')}</script>\n"
    + "".join(f"<script>{read(name)}</script>" for name in _SCRIPTS)
    .replace("__NAMES__", NAMES)
    .replace("__BEGINNINGS__", BEGINNINGS)
)


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
