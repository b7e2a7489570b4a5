"""Code in Python."""
