"""Pages about accounts and addresses."""
