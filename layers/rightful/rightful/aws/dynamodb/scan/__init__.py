"""The whole table, for operators and the janitor."""
