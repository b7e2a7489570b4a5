"""What Gradio holds for ever: a set of files for each component that was ever drawn, how long each listener took that
ever ran, and a record of each of the last ten thousand events."""

from __future__ import annotations

import sys
from threading import RLock
from typing import Any
from weakref import WeakKeyDictionary

import gradio as gr
from gradio.queueing import ProcessTime

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


class Times(WeakKeyDictionary[Any, ProcessTime]):
    """How long listeners take, for as long as they are there."""

    def __getitem__(self, listener: Any) -> ProcessTime:
        """The times of a listener, none at first."""
        if listener not in self:
            self[listener] = ProcessTime()
        return super().__getitem__(listener)


def hold_little(demo: gr.Blocks) -> None:
    """Keep what an app draws and does from adding up; call it when the app is laid out and has its queue."""
    demo.temp_file_sets = FileSets(demo.temp_file_sets)
    demo._queue.process_time_per_fn = Times()
    demo._queue.ANALYTICS_MAX_EVENTS = 1  # nobody reads them, and each event goes through them all
