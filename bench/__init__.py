"""What a synthesis costs: `python -m bench`."""
