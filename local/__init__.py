"""The embedded engine: a loopback HTTP server that speaks the Hub's wire protocols. Reached over HTTP only."""
