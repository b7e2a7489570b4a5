"""Pages of several calls, one after the other."""
