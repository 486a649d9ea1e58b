"""Hypothesis strategies for everything that is stored: any text that JSON can carry, any moment, anything absent."""

from tests.support.strategies.stored_accounts import accounts, before_images
from tests.support.strategies.stored_conflicts import conflicts, rows
from tests.support.strategies.stored_settings import directories, organizations, tokens
from tests.support.strategies.values import FORGOTTEN, moments, texts

__all__ = [
    "FORGOTTEN",
    "accounts",
    "before_images",
    "conflicts",
    "directories",
    "moments",
    "organizations",
    "rows",
    "texts",
    "tokens",
]
