"""How much of Lambda's answer a resource takes.

A function's answer has 6 MB at most (Lambda quotas, "Invocation payload"), and a body in it is JSON text inside JSON:
quotation marks and backslashes are escaped twice.
"""
