"""What a directory does to its people: create, change, remove; and what is refused."""
