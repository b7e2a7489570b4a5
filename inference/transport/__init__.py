"""HTTP: pools, limits, which addresses may be reached, and streams as they arrive."""
