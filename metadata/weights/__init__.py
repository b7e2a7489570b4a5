"""What the weights beside a card are, and whether they can be run here."""
