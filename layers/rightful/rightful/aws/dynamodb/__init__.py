"""The identity store on DynamoDB."""
