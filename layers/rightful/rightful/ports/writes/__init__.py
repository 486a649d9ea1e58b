"""The writes of a transaction, as plain data."""
