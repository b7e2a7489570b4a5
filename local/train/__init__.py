"""Scripts that make the weights in `local/engines/data`. Each is seeded; none is needed to run an engine."""
