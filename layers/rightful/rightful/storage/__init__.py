"""The only place that knows DynamoDB, SQS and EventBridge.

Importing this package imports none of them: `writes` and `contract` are plain Python, and the pure core uses
them to say what it wants done.
"""
