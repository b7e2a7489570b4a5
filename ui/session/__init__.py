"""One person's state: where runs go, keys, calls under way, and what the page is sent live."""
