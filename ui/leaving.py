"""Leaving a tab: its page tells the server as it goes, so that its calls end at once; Gradio notices only later.

The page's own script posts to `/left/{name}`, where the name is the tab's feed's. A page that the browser only puts
aside leaves too. One that comes back says so (`/back/{name}`): what ran has been stopped, all else goes on; where the
server has forgotten the tab meanwhile, the page is loaded anew."""

from __future__ import annotations

from .feed import Feed

SCRIPT = """
(() => {
  const name = () => document.querySelector("[data-feed]")?.dataset.feed;
  addEventListener("pagehide", () => { if (name()) navigator.sendBeacon(`/left/${name()}`); });
  addEventListener("pageshow", async (event) => {
    if (event.persisted && name() && !(await (await fetch(`/back/${name()}`)).json())) location.reload();
  });
})();
"""


def mark(feed: Feed) -> str:
    """What names a tab to its page's script, unseen."""
    return f'<span hidden data-feed="{feed.name}"></span>'
