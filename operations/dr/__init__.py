"""Disaster recovery: what stands by in the second region."""
