"""The only place that knows DynamoDB, SQS and EventBridge."""
