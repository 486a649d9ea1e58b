"""`make deploy`: few questions the first time, none later."""
