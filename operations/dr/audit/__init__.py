"""Whether the second region has all that the primary's services depend on, from synthesized JSON alone."""
