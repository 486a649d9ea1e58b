"""The SCIM API."""
