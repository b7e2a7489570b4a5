"""Code that runs a model on one's own machine."""
