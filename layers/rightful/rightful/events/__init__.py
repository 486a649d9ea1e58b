"""Domain events: what the host application hears of, derived from what was committed."""
