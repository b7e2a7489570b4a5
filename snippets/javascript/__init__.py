"""Code in JavaScript."""
