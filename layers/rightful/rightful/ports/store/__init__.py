"""What the core reads and commits, as protocols that a store fulfils."""
