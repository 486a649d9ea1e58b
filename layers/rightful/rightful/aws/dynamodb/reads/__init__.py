"""Queries and look-ups."""
