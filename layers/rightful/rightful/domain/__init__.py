"""Plain types: accounts, addresses, groups, organizations, keys, conflicts, policies, and what is told of them."""
