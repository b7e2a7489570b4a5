"""The examples of a card: their inputs, and what stands in where there are none."""
