"""What each command does: from its arguments to one use case, and a few lines to read."""
