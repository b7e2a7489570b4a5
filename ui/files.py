"""Which files the app has made: Gradio keeps a set for each component that was ever drawn, for ever."""

from __future__ import annotations

import sys
from threading import RLock
from typing import Any

import gradio as gr

PRUNED_AFTER = 1_000  # sets more
_HELD_HERE = 3  # by this list, by the loop, and by the call that counts


class FileSets(list[Any]):
    """Gradio's sets of files, without those whose component is gone: what they hold goes into one."""

    def __init__(self, sets: list[Any]) -> None:
        super().__init__(sets)
        self.lock = RLock()  # components are drawn in threads
        self.left: set[str] = set()
        super().append(self.left)
        self.most = len(self) + PRUNED_AFTER

    def append(self, files: set[str]) -> None:
        """Take the set of a component that is drawn."""
        with self.lock:
            super().append(files)
            if len(self) > self.most:
                self.prune()

    def prune(self) -> None:
        """Let go of the sets that nobody else holds."""
        with self.lock:
            kept = []
            for place in range(len(self)):
                files = self[place]
                if sys.getrefcount(files) > _HELD_HERE or files is self.left:
                    kept.append(files)
                else:
                    self.left |= files
            self[:] = kept
            self.most = len(self) + PRUNED_AFTER


def hold_few_sets(demo: gr.Blocks) -> None:
    """Keep the sets of what an app draws from growing; call it when the app is laid out."""
    demo.temp_file_sets = FileSets(demo.temp_file_sets)
