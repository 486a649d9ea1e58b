"""The writes that would resolve a conflict, all together."""
