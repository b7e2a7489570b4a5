"""The table of tasks, and how the task of a card is inferred."""
