"""Whether what is stored agrees, and how a disagreement is settled."""
