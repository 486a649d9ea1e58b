"""From a write to the action of a DynamoDB transaction."""
