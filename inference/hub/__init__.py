"""What the Hub and its router know: cards, providers, offers, searches."""
