"""Gradio's own inline scripts get the nonce of the answer, so that the page's policy need not allow any inline script.

Why: its pages are made from `frontend/index.html`, which has five inline scripts: the configuration, the description
of the API, a mode, the frame's resizer, the padding of the body. The template is changed as it is loaded, not the page:
text that came into the configuration is taken for no script of Gradio's, whatever it says.

Upstream: none filed.
Without it: no page of Gradio's starts under our policy, or the policy has to allow each script that anybody gets in.
`tests/ui/test_nonce.py` fails when a script of the template gets none, or when Gradio gives nonces itself."""

from __future__ import annotations

import re
from typing import Any

import gradio.routes

KEY = "showcard.nonce"  # in the scope of a request
TEMPLATE = "frontend/index.html"
INLINE = re.compile(r"<script(?![^>]*\ssrc=)(?=[\s>])")
WITH_NONCE = """<script nonce="{{ request.scope['showcard.nonce'] }}\""""


def add_nonces() -> None:
    """Give Gradio's inline scripts a nonce, in every page that is made from now on."""
    environment = gradio.routes.templates.env
    loader = environment.loader
    if "get_source" in vars(loader):
        return  # they have it
    plain = loader.get_source

    def get_source(environment: Any, template: str) -> tuple[Any, ...]:
        source, *rest = plain(environment, template)
        return INLINE.sub(WITH_NONCE, source) if template == TEMPLATE else source, *rest

    loader.get_source = get_source
    environment.cache.clear()
