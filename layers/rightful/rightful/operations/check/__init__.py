"""Looking at everything, and repairing it."""
