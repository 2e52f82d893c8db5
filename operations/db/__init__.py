"""A database, a user and a secret for each service on the shared instance."""
