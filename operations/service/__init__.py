"""Services that run: what runs, what ran before, and the way back to it."""
