"""From the text of a card and the files beside it to data, with the place of every value."""
