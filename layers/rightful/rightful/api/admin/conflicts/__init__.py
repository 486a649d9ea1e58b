"""Admin API: conflicts, their histories, and what would become of a list of changes."""
