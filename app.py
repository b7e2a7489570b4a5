"""Showcard from a checkout or on a Space: `python app.py [SOURCE]` is `showcard [SOURCE]`."""

import sys

from showcard.cli import main

if __name__ == "__main__":
    sys.exit(main())
