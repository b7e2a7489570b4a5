"""`python -m showcard`: the command line."""

import sys

from showcard.cli import main

sys.exit(main())
