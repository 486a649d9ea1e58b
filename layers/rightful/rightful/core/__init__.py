"""What the service does: pure decisions, and the use cases that carry them out through the ports."""
