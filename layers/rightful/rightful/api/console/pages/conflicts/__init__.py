"""Pages about conflicts: lists, one, and a preview of changes."""
