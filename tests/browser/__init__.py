"""Tests in a real browser. A package, so that what it shares (the browser) ends with its last test."""
