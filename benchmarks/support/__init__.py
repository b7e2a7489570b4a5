"""What benchmarks share: sources that speak at a given pace, servers to measure, and visitors without a browser."""
