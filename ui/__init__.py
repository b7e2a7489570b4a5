"""What the Gradio pages share."""

from .gradio_patches import stub_files as stubs

stubs.skip()
