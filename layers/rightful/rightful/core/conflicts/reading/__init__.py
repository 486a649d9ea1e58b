"""A conflict as administrators read it."""
