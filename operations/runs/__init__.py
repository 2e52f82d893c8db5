"""`hybrid runs`: what commands did, and what to do about one that stopped."""
