"""Undo: what was applied is taken back, and what stands in its way."""
