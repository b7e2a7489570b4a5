"""The tools below the question box."""
