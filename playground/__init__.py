"""Chat models side by side: the compare page, and the tools that tell its answers apart."""
