"""What is told of what happened: events, rows of the event log, and the changes they are made of."""
