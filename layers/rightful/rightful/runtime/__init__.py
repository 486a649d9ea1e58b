"""What a Lambda function needs to run: settings, clients, logs, metrics."""
