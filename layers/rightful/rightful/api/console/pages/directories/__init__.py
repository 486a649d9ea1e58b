"""Pages about directories, their keys, and domains."""
