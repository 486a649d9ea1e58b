"""The identity store in memory."""
