"""What the janitor does: what is due, and what waits."""
