"""Lists, filters and pages of a directory."""
