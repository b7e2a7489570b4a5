"""Comparisons without a page: what is said, measured, compared, counted and kept."""
