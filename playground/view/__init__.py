"""The compare page as HTML."""
