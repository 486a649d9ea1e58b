"""Lists and searches over the users and groups of a directory (RFC 7644 sections 3.4.2 and 3.4.3, RFC 9865)."""
