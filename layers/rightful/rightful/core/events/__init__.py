"""What is told to others, from what changed."""
