"""Filters and attribute paths: RFC 7644 sections 3.4.2.2 and 3.10."""
