"""Processes of our own: the embedded engine, models of folders, and workers for what may be slow."""
