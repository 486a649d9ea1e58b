"""Accounts, their addresses, and the use cases by which directories provision them."""
