"""What the Gradio pages share."""

from showcard.ui import stubs

stubs.skip()
