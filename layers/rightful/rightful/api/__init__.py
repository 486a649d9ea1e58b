"""The HTTP faces: from an API Gateway proxy event to one use case, and back to a proxy response."""
