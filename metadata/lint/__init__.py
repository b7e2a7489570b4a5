"""What is worth saying about a card."""
