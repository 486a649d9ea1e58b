"""The console: what administrators see, decide and undo in a browser."""
