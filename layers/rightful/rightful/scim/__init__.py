"""SCIM 2.0 (RFC 7643, RFC 7644, RFC 9865) as pure functions over plain dicts.

Nothing in this package knows AWS, a clock or a random number: a request comes in as text and
plain data, an answer or a `ScimError` comes out. What is a legal attribute is data (`schemas/`),
and everything else (reading, filtering, patching, rendering, discovery) is driven by that data.
"""
