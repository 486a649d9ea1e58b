"""Pages about what happened: the overview with its charts, and the log."""
