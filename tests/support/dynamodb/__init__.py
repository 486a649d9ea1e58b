"""DynamoDB as far as the service speaks to it, on dictionaries: tests run the real store on it."""
