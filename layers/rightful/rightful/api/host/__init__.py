"""The accounts API, for the host application."""
