"""Building blocks about accounts: what follows from an account before and after."""
