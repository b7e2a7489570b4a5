"""What the Gradio pages share."""

from gradio import component_meta

# Gradio writes an interface file beside every module that subclasses a component; type checkers would read a stale one.
component_meta.create_or_modify_pyi = lambda *_: None
