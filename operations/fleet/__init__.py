"""Deploy the fleet onto the embedded AWS and report what happened."""
