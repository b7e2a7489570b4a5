"""The output types, and the readers that bring every shape of answer into them."""
