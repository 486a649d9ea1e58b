"""Conflicts: what a refused claim is, whose it is, what may be done about it, and the doing."""
