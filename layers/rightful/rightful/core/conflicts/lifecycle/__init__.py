"""How a conflict begins, waits, fails and ends."""
