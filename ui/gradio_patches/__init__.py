"""All that is changed in Gradio from outside, or read of its inside: a module each. Nothing else touches it there.

Each says why, what upstream knows of it, and what is seen without it; `tests/ui/gradio_patches/test_canaries.py` tries
of each whether its target is still there with the shape that it leans on, and whether it is still needed. Gradio is
pinned exactly: an upgrade is a commit of its own, with the canaries run."""
