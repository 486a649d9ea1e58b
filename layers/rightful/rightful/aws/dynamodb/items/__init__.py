"""Items, and what they are in the domain."""
