"""Leaving a tab: its page tells the server as it goes, so that its calls end at once; Gradio notices only later.

`front/shared/leaving.js` posts to `/left/{name}`, where the name is the tab's feed's. A page that the browser only puts
aside leaves too. One that comes back, or is looked at again, says so (`/back/{name}`): what ran has been stopped, all
else goes on. Where the server has forgotten the tab meanwhile, the page is loaded anew; one that only lost sight of the
server is left as it is, unless the browser holds all that stands on it.

The second net is Gradio, which notices a closed tab at the second message of a generator: so listeners that wait
yield often, several times a second."""

from __future__ import annotations

from showcard.ui.markup.html import Markup, span
from showcard.ui.session.live_channel import LiveChannel


def mark(feed: LiveChannel) -> Markup:
    """What names a tab to its page's script, unseen."""
    return span(hidden=True, data_feed=feed.name)
