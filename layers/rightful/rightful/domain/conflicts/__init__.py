"""A conflict: what was refused, what was found, what came of it, and the policy that decides."""
