"""What Gradio holds for ever is let go of: a set of files for each component that was ever drawn, how long each
listener took that ever ran, for each tab a description of all it ever had, and the tabs themselves.

Why: the lists are attributes of the app, its queue and its state, and are made when it is; none has a bound that an
argument sets for an app that is mounted. (Of the records of events `GRADIO_ANALYTICS_MAX_EVENTS` keeps one.)
Upstream: https://github.com/gradio-app/gradio/issues/13154, and https://github.com/gradio-app/gradio/pull/13756, which
bounds others of them.
Without it: the memory grows by each card that anybody opens, until the app ends."""

from __future__ import annotations

import sys
from collections import OrderedDict
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


class Undescribed(dict[int, dict[str, Any]]):
    """What a tab's components are, for links of Gradio's own kind: nothing, as we have our own."""

    def __setitem__(self, number: int, described: dict[str, Any]) -> None:
        """Let go of a description."""

    def __missing__(self, number: int) -> dict[str, Any]:
        return {}


class States(OrderedDict[str, Any]):
    """Gradio's part of each tab, by the hash that its page made up."""

    def __setitem__(self, tab: str, state: Any) -> None:
        """Hold the state of a tab, without a description of what it shows."""
        state.config_values = Undescribed()
        super().__setitem__(tab, state)


def hold_little(demo: gr.Blocks, most_tabs: int = 0) -> None:
    """Keep what an app draws and does from adding up; call it when the app is laid out and has its queue.

    Gradio's own part of a tab it holds for some that were closed too."""
    if most_tabs:
        demo.state_session_capacity = 2 * most_tabs
    demo.temp_file_sets = FileSets(demo.temp_file_sets)
    demo._queue.process_time_per_fn = Times()


def hold_little_of_tabs(demo: gr.Blocks) -> None:
    """Bound what Gradio holds of each tab; call it when the app is mounted."""
    demo.state_holder.session_data = States(demo.state_holder.session_data)


def let_go_of_tab(demo: gr.Blocks, tab: str) -> None:
    """Let go of what Gradio holds of a tab: it would keep that of ten thousand, left or not."""
    demo._queue.pending_messages_per_session.pop(tab, None)
    demo.state_holder.session_data.pop(tab, None)
    demo.state_holder.time_last_used.pop(tab, None)


def kept_files(demo: gr.Blocks) -> set[str]:
    """The paths of all files that an app keeps."""
    return {path for held in demo.temp_file_sets for path in list(held)}
