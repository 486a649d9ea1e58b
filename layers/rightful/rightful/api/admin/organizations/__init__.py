"""Admin API: an organization, and what it keeps for itself: domains, directories, keys, policy."""
