"""Texts, ids and times: what is compared, made and written the same everywhere. Imports nothing of this package."""
