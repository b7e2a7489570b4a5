"""Choosing an example, and what it looks like."""
