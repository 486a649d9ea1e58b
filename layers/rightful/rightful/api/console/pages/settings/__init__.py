"""Pages about policy and administrators."""
