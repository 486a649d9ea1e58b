"""Groups of a directory: a head and one item per member, so that a change costs the same in a group of any size."""
