"""Rightful: SCIM 2.0 provisioning in which every email address has one rightful owner."""

__version__ = "0.1.0"
