"""Upkeep: what has to be done although nobody asks for it."""
