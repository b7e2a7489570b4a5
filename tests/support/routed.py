"""The app with the router's catalogue at another address: `python -m tests.support.routed ADDRESS --port 0`."""

from __future__ import annotations

import sys

from showcard.inference.hub import offers

offers.ROUTER = sys.argv.pop(1)

if __name__ == "__main__":
    import app

    sys.exit(app.main())
