"""What the Gradio pages share."""

from ui import stubs

stubs.skip()
