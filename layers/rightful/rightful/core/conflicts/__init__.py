"""From a refused claim to a resolved conflict: remediate, approve, undo, and what is said of it."""
