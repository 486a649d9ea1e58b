"""Taking accounts over from a file."""
