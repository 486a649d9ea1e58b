"""The keys of the table's items."""
