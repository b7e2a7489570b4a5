"""What the Gradio pages share.

Importing it keeps Gradio from writing interface files: that has to come before the first import of Gradio, by whatever
module of ours that is, and this package is imported before each of them."""

from .gradio_patches import stub_files as stubs

stubs.skip()
