"""Organizations, domains, directories and keys."""
