"""Code for a POSIX shell."""
