"""Backups of the shared database: are they good, restore one beside it, and switch the services over."""
