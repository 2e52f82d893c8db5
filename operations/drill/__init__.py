"""Drills: break something on purpose, go back, measure, and know when the next one is due."""
